import { setTimeout as wait } from "node:timers/promises"
import type { Db } from "../../server/db/db.ts"
import type { SentMessage } from "../providers/fake-twilio.ts"
import type { AgentView, CustomerView, Outcome } from "./check.ts"
import type { People, Side } from "./people.ts"
import { contentOf } from "./files.ts"
import { countSending, readFiles, readNumber, readTruth } from "./tables.ts"
import type { Visitor } from "./visitor.ts"
import { WORDS } from "./words.ts"

type Tables = { db: Db; workspaceId: string }

/** Milliseconds. */
const QUIET_WITHIN = 150_000

const MOST_LOOKS = 10

/** Waits until everybody has sent what he typed and been told everything; people come back to their windows. */
export async function calmDown(people: People, tables: Tables): Promise<void> {
  const begun = Date.now()
  for (const client of [...people.visitors, ...people.desks]) client.wake()
  for (;;) {
    const busy = await findBusy(people, tables)
    if (busy.length === 0) return
    if (Date.now() - begun > QUIET_WITHIN) throw new Error(`It does not become quiet:\n${busy.join("\n")}`)
    await wait(250)
  }
}

async function findBusy({ visitors, phones, desks }: People, { db, workspaceId }: Tables): Promise<string[]> {
  const busy = phones.filter((phone) => !phone.isDone()).map(({ name }) => `${name} still writes.`)
  for (const visitor of visitors) {
    const { isConnected, waiting } = await visitor.state()
    if (!isConnected || waiting > 0)
      busy.push(`${visitor.name}: ${waiting} waiting, ${isConnected ? "" : "not "}connected.`)
  }
  const sending = await countSending(db, workspaceId)
  if (sending > 0) busy.push(`${sending} answers wait for their provider.`)
  const number = await readNumber(db, workspaceId)
  for (const desk of desks) if (!desk.isDone(number)) busy.push(`${desk.state()}; the log is at ${number}.`)
  return busy
}

/** What everybody is shown in the windows he has, and in fresh ones. */
export async function lookAtEverything(o: {
  side: Side
  tables: Tables
  areClocksWrong: boolean
  /** Where the server answers. */
  url: string
  sent: readonly SentMessage[]
}): Promise<Outcome> {
  const { side, tables } = o
  const { people, history, word } = side
  const { db, workspaceId } = tables
  const { addresses } = await readTruth(db, workspaceId)
  const addressOf = (value: string): string =>
    addresses.find((address) => address.value === value)?.id ?? value

  const customers: CustomerView[] = []
  for (const visitor of people.visitors) {
    const addressId = addressOf(visitor.addressValue())
    customers.push({ of: visitor.name, addressId, lines: await visitor.lines() })
    customers.push({ of: `${visitor.name}, fresh`, addressId, lines: await readFresh(visitor) })
  }
  const { truth, agents } = await lookAtDesks(people.desks, tables)
  return {
    ...history,
    ...truth,
    word,
    words: WORDS,
    areClocksWrong: o.areClocksWrong,
    customers,
    agents,
    fetched: await fetchFiles(o),
    phones:
      people.phones.length === 0
        ? []
        : o.sent.map(({ to, body }) => ({ addressId: addressOf(to), text: body })),
  }
}

/** By the owner, who sees everything. */
async function fetchFiles({ side, tables, url }: { side: Side; tables: Tables; url: string }) {
  const [owner] = side.company.agents
  const fetched: { name: string; isWhole: boolean }[] = []
  for (const { id, name } of await readFiles(tables.db, tables.workspaceId)) {
    const response = await fetch(`${url}/api/v1/files/${id}`, { headers: { cookie: owner?.cookie() ?? "" } })
    const bytes = Buffer.from(await response.arrayBuffer())
    fetched.push({ name, isWhole: response.ok && bytes.equals(contentOf(name)) })
  }
  return fetched
}

/**
 * Tables and desks of one moment. What happens by itself (an offer that goes on, a provider found silent) may come in
 * between: then it is looked at again.
 */
async function lookAtDesks(desks: People["desks"], tables: Tables) {
  const { db, workspaceId } = tables
  for (let looks = 1; ; looks += 1) {
    // That a visitor's browser has what it was just given is told to the agents.
    await calmDown({ visitors: [], phones: [], desks }, tables)
    const number = await readNumber(db, workspaceId)
    const truth = await readTruth(db, workspaceId)
    const agents: AgentView[] = []
    for (const desk of desks) {
      const ids = truth.sight.get(desk.agentId) ?? []
      agents.push(await desk.view(ids))
      const fresh = desk.openFresh()
      await waitFor(() => fresh.isDone(0), `${fresh.name} to be there`)
      agents.push(await fresh.view(ids))
      await fresh.close()
    }
    const isOfOneMoment = (await readNumber(db, workspaceId)) === number
    if (isOfOneMoment || looks === MOST_LOOKS) return { truth, agents }
  }
}

async function readFresh(visitor: Visitor) {
  const fresh = visitor.startFresh()
  try {
    await waitFor(async () => (await fresh.state()).isConnected, `${fresh.name} to be connected`)
    return await fresh.lines()
  } finally {
    await fresh.close()
  }
}

async function waitFor(is: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const begun = Date.now()
  while (!(await is())) {
    if (Date.now() - begun > 20_000) throw new Error(`Waited in vain for ${what}.`)
    await wait(20)
  }
}
