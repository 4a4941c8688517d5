/**
 * Opening the desk, at growing sizes: from connecting until the counts and the first hundred rows of every inbox
 * are there, until everything open is there; and the lists a desk asks for by pages.
 */
import type { Dataset, Series } from "./dataset.ts"
import type { Bench, Figure, Part } from "./figure.ts"
import { growthFigures, takeRounds, timeOf, type Times } from "./rounds.ts"
import { firstShownAt, getPage, openDesk, sitDown, type Sitting } from "./sitting.ts"

const MOST_GROWTH = 1.5
/** Short enough to be full in the smallest set, too. */
const PAGE = 25

type Set = Dataset & { sittings: Sitting[] }

export const desk: Part = {
  name: "desk",
  async run(bench) {
    const sets = await openSets(bench)
    const rounds = bench.isShort ? { rounds: 3, warmUp: 1 } : { rounds: 21, warmUp: 4 }
    const openings = await takeRounds(sets, rounds, async ({ sittings }) =>
      Object.assign({}, ...(await inTurn(sittings, measureOpening))),
    )
    const lists = await takeRounds(sets, rounds, async ({ sittings }) =>
      Object.assign({}, ...(await inTurn(sittings, measureLists))),
    )
    return [openings, lists].flatMap((measured): Figure[] => growthFigures(measured, aimOfOpening))
  },
}

/**
 * An aim there is where the same number of rows is asked for at every size. In the smallest set nobody has a page
 * full of mentions; and where one in a hundred is open, few sets hold a hundred rows for each inbox.
 */
export function aimOfOpening(name: string, series: Series): number | undefined {
  const isMoreToShow = name.includes("mentions") || (name.startsWith("open") && series === "1 % open")
  return isMoreToShow ? undefined : MOST_GROWTH
}

/** All sets of the run with a server on each. */
export async function openSets(bench: Bench): Promise<Set[]> {
  const sets: Set[] = []
  const all: Series[] = bench.isShort ? ["5,000 open"] : ["5,000 open", "1 % open"]
  for (const series of all)
    for (const size of bench.sizes) {
      const dataset = await bench.dataset(size, series)
      const sittings = await sitDown(bench, dataset)
      // Somebody has the app open all the while: nobody's coming or going is part of what is measured.
      for (const sitting of sittings) await openDesk(sitting)
      sets.push({ ...dataset, sittings })
    }
  return sets
}

async function inTurn<T, R>(list: readonly T[], act: (each: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (const each of list) done.push(await act(each))
  return done
}

async function measureOpening(sitting: Sitting): Promise<Times> {
  const opening = await openDesk(sitting)
  opening.socket.terminate()
  return {
    [`open the desk (${sitting.who}): first 100 of each inbox`]: firstShownAt(opening, sitting.agentId),
    [`open the desk (${sitting.who}): everything open`]: opening.heard.at(-1)?.at ?? 0,
  }
}

async function measureLists({ who, person, teamId }: Sitting): Promise<Times> {
  const times: Times = {}
  for (const [name, query] of Object.entries(listsOf(who, teamId)))
    times[`${name} (${who})`] = await timeOf(() => getPage(person, `/conversations?${query}&limit=${PAGE}`))
  return times
}

/** What is closed comes in pages; of SMS, there is a team with hardly any. */
function listsOf(who: Sitting["who"], teamId: string): Record<string, string> {
  const inboxes = ["me", "mentions", "unassigned", `team:${teamId}`, ...(who === "sees all" ? ["all"] : [])]
  const lists: Record<string, string> = { "list starred": "inbox=starred" }
  for (const inbox of inboxes) {
    const name = inbox.replace(/:.*/, "")
    lists[`list closed ${name}`] = `inbox=${inbox}&closed=true`
    if (who === "sees all") lists[`list closed ${name}, SMS only`] = `inbox=${inbox}&closed=true&channels=sms`
  }
  return lists
}
