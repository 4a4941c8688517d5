/**
 * Badge and counts at growing sizes: how long it takes from a colleague's click until an agent's desk has the right
 * ones. The server counts for a desk that opens, and never after a change; what that takes stands with the openings.
 */
import { isDeepStrictEqual } from "node:util"
import { countsFor } from "../../server/conversations/conversations.ts"
import { readConfig } from "../../server/config/config.ts"
import { openDatabase, snapshot, type Database } from "../../server/db/db.ts"
import { createLog } from "../../server/log/log.ts"
import { findReader } from "../../server/team/team.ts"
import type { Dataset } from "./dataset.ts"
import { aimOfOpening, openSets } from "./desk.ts"
import type { Part } from "./figure.ts"
import { openReplica, type Replica } from "./replica.ts"
import { growthFigures, takeRounds, timeOf, type Times } from "./rounds.ts"
import { getPage, type Sitting } from "./sitting.ts"

const MOST_GROWTH = 1.2
const AFTER_A_CHANGE = "from a colleague's click to the right counts at the desk"

type Place = {
  dataset: Dataset
  database: Database
  owner: Sitting
  member: Sitting
  replica: Replica
  /** An open one that is not the member's. */
  conversationId: string
}

export const counts: Part = {
  name: "counts",
  async run(bench) {
    await using opened = new AsyncDisposableStack()
    const log = createLog({ logLevel: "error" })
    const places = new Map<{ size: number; series: Dataset["series"] }, Place>()
    for (const set of await openSets(bench)) {
      const database = await openDatabase({ config: readConfig({ DATABASE_URL: set.databaseUrl }), log })
      opened.defer(() => database.close())
      const [owner, member] = set.sittings
      if (owner === undefined || member === undefined) throw new Error("Somebody did not sit down.")
      const replica = await openReplica(member)
      opened.defer(() => replica.close())
      const conversationId = await findSomebodyElses(owner, member)
      places.set(set, { dataset: set, database, owner, member, replica, conversationId })
    }
    const rounds = bench.isShort ? { rounds: 3, warmUp: 1 } : { rounds: 25, warmUp: 4 }
    const measured = await takeRounds([...places.keys()], rounds, async (set) => {
      const place = places.get(set)
      if (place === undefined) throw new Error("A set has no place.")
      return { ...(await measureCounting(place)), ...(await measureChange(place)) }
    })
    for (const place of places.values()) await compare(place)
    return growthFigures(measured, (name, series) =>
      name === AFTER_A_CHANGE ? MOST_GROWTH : aimOfOpening(name, series),
    )
  },
}

async function countAs({ database }: Place, { workspaceId, agentId }: Sitting) {
  return snapshot(database.db, async (tx) => {
    const reader = await findReader(tx, workspaceId, agentId)
    if (reader === undefined) throw new Error("The agent is disabled.")
    return countsFor(tx, reader)
  })
}

async function measureCounting(place: Place): Promise<Times> {
  return {
    "open the desk (sees all): the server's part of the counts": await timeOf(() =>
      countAs(place, place.owner),
    ),
    "open the desk (one team): the server's part of the counts": await timeOf(() =>
      countAs(place, place.member),
    ),
  }
}

async function findSomebodyElses(owner: Sitting, member: Sitting): Promise<string> {
  const { rows } = await getPage(owner.person, "/conversations?inbox=all&limit=100")
  const found = rows.find((row) => row.kind === "conversation" && row.assigneeId !== member.agentId)
  if (found === undefined) throw new Error("Everything open is the member's.")
  return found.id
}

/** The owner gives the member a conversation and takes it back; the member's desk counts both. */
async function measureChange({ owner, member, replica, conversationId }: Place): Promise<Times> {
  const [row] = (await getPage(owner.person, `/conversations/${conversationId}`)).rows
  if (row?.kind !== "conversation" || row.assigneeId === member.agentId)
    throw new Error("The conversation is not where it was.")
  const { assigneeId } = row
  const before = replica.counts().inboxes["me"] ?? 0
  const give = async (to: string | null, seen: string | null) => {
    const { status, body } = await owner.person.send("POST", `/conversations/${conversationId}/assign`, {
      to: to === null ? { kind: "nobody" } : { kind: "agent", agentId: to },
      expects: { assigneeId: seen },
    })
    if (status !== 200) throw new Error(`It could not be given: ${JSON.stringify(body)}`)
  }
  const begun = performance.now()
  const given = give(member.agentId, assigneeId)
  await replica.until((counts) => counts.inboxes["me"] === before + 1)
  const took = performance.now() - begun
  await given
  await give(assigneeId, member.agentId)
  await replica.until((counts) => counts.inboxes["me"] === before)
  return { [AFTER_A_CHANGE]: took }
}

/** After all that, desk and server must count the same: a fast wrong number is worth nothing. */
async function compare(place: Place): Promise<void> {
  const server = await countAs(place, place.member)
  const desk = place.replica.counts()
  if (!isDeepStrictEqual(server, desk))
    throw new Error(`The desk counts ${JSON.stringify(desk)}, the server ${JSON.stringify(server)}.`)
}
