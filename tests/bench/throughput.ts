import pg from "pg"
import { newId } from "../../server/db/db.ts"
import type { Bench, Figure, Part } from "./figure.ts"
import { AS_VISITOR, openLine } from "./load-line.ts"
import { makeCompanies, type LoadCompany, type LoadVisitor } from "./load-world.ts"
import { median } from "./statistics.ts"

/** Connections of the load: visitors are many, and as the floor may have what is best for it, so may this. */
const LINES = 256
const FLOOR_CONNECTIONS = [1, 4, 8, 16, 32]
const ROUNDS = 3

/** Customers' messages into existing conversations, as fast as they are accepted. */
export const throughput: Part = {
  name: "throughput",
  async run(bench) {
    return [
      await measure(bench, { companies: 16, atLeast: 0.4 }),
      await measure(bench, { companies: 1, atLeast: 0.6 }),
    ]
  },
}

type Writer = { company: LoadCompany; visitor: LoadVisitor }

async function measure(bench: Bench, o: { companies: number; atLeast: number }): Promise<Figure> {
  const databaseUrl = await bench.emptyDatabase()
  const parley = await bench.startParley({ databaseUrl })
  const visitors = (bench.isShort ? 160 : 8_000) / o.companies
  const companies = await makeCompanies(databaseUrl, { companies: o.companies, agents: 4, visitors })
  const writers = mixed(companies)
  const milliseconds = bench.isShort ? 150 : 2_000
  const rates: number[] = []
  const floors = new Map<number, number[]>()
  let accepted = 0
  const load = { writers, milliseconds, lines: bench.isShort ? 32 : LINES }
  await accept(parley.url, load)
  const before = await countEntries(databaseUrl)
  for (let round = 0; round < (bench.isShort ? 1 : ROUNDS); round += 1) {
    // One after the other and again, so that what else the machine does meanwhile hits both.
    for (const connections of FLOOR_CONNECTIONS) {
      const taken = await writeBarely(databaseUrl, { writers, connections, milliseconds: milliseconds / 2.5 })
      accepted += taken.count
      floors.set(connections, [...(floors.get(connections) ?? []), taken.rate])
    }
    const taken = await accept(parley.url, load)
    accepted += taken.count
    rates.push(taken.rate)
  }
  await parley.stop()
  const written = (await countEntries(databaseUrl)) - before
  if (written !== accepted) throw new Error(`${accepted} messages were accepted and ${written} were written.`)
  const [best = { connections: 0, rate: 0 }] = [...floors]
    .map(([connections, each]) => ({ connections, rate: median(each) }))
    .toSorted((one, other) => other.rate - one.rate)
  const value = median(rates)
  const ratio = value / best.rate
  return {
    name: `accepted messages, ${o.companies === 1 ? "one workspace" : `${o.companies} workspaces`}`,
    value,
    unit: "/s",
    floor: best.rate,
    ratio,
    ratioIs: "value/floor",
    aim: { what: `≥ ${o.atLeast} of the floor`, isMet: ratio >= o.atLeast },
    note: `the floor is best with ${best.connections} connections`,
  }
}

/** One of each company in turn. */
function mixed(companies: readonly LoadCompany[]): Writer[] {
  const [first] = companies
  return (first?.visitors ?? []).flatMap((_, place) =>
    companies.flatMap((company) => {
      const visitor = company.visitors[place]
      return visitor === undefined ? [] : [{ company, visitor }]
    }),
  )
}

type Taken = { count: number; rate: number }

/** Through the door; nobody writes more often than one visitor may. */
async function accept(
  url: string,
  { writers, milliseconds, ...load }: { writers: readonly Writer[]; milliseconds: number; lines: number },
): Promise<Taken> {
  const lines = await Promise.all(Array.from({ length: load.lines }, () => openLine(url)))
  let next = 0
  const taken = await timed(milliseconds, lines.length, async (place) => {
    const { company, visitor } = pick(writers, next++)
    const body = `{"key":"${visitor.key}","id":"${newId()}","text":"Where is my order ${next}?"}`
    const answer = await lines[place]?.post(`/visitor/v1/${company.sourceId}/messages`, AS_VISITOR, body)
    if (answer?.status !== 200) throw new Error(`A message was refused: ${answer?.body}`)
  })
  for (const line of lines) line.close()
  return taken
}

/**
 * The same rows in the same tables with the same indexes, in one statement a message and nothing around it: the
 * message, its conversation, its address, the workspace's counter and two lines of the log.
 */
const ROWS_OF_A_MESSAGE = `
  with used as (
    update addresses set last_used_at = now() where workspace_id = $1 and id = $4
  ), placed as (
    update conversations
       set last_at = now(), updated_at = now(), waiting_since = coalesce(waiting_since, now()), last_source_id = $5,
           last_address_id = $4, last_entry_id = $2, last_customer_entry_id = $2
     where workspace_id = $1 and id = $3
  ), said as (
    insert into entries (workspace_id, id, conversation_id, at, type, address_id, source_id, text)
    values ($1, $2, $3, clock_timestamp(), 'message', $4, $5, $6)
  ), counter as (
    update counters set number = number + 2 where workspace_id = $1 returning number
  )
  insert into changes (workspace_id, number, audience, kind, entity_id, at)
  select $1, counter.number - 2 + line.position, line.audience, line.kind, line.entity_id, now()
    from counter
   cross join (values (1, $7::text[], 'conversation', $3::uuid), (2, $7::text[] || $8::text, 'entry', $2::uuid))
         as line (position, audience, kind, entity_id)`

async function writeBarely(
  databaseUrl: string,
  o: { writers: readonly Writer[]; connections: number; milliseconds: number },
): Promise<Taken> {
  const clients = await Promise.all(
    Array.from({ length: o.connections }, async () => {
      const client = new pg.Client({ connectionString: databaseUrl })
      await client.connect()
      return client
    }),
  )
  let next = 0
  const taken = await timed(o.milliseconds, clients.length, async (place) => {
    const { company, visitor } = pick(o.writers, next++)
    const { workspaceId, sourceId, teamId } = company
    const audience = [`team:${teamId}`, "admins", `agent:${visitor.assignee.agentId}`]
    await clients[place]?.query({
      name: "message",
      text: ROWS_OF_A_MESSAGE,
      values: [
        workspaceId,
        newId(),
        visitor.conversationId,
        visitor.addressId,
        sourceId,
        `Where is my order ${next}?`,
        audience,
        `address:${visitor.addressId}`,
      ],
    })
  })
  for (const client of clients) await client.end()
  return taken
}

function pick(writers: readonly Writer[], next: number): Writer {
  const writer = writers[next % writers.length]
  if (writer === undefined) throw new Error("There is nobody who writes.")
  return writer
}

/** So many at once, each again and again until the time is over. */
async function timed(
  milliseconds: number,
  atOnce: number,
  work: (place: number) => Promise<void>,
): Promise<Taken> {
  const begun = performance.now()
  let count = 0
  const goOn = async (place: number): Promise<void> => {
    while (performance.now() - begun < milliseconds) {
      await work(place)
      count += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, place) => goOn(place)))
  return { count, rate: (count / (performance.now() - begun)) * 1_000 }
}

async function countEntries(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ count: number }>("select count(*)::int as count from entries")
  await client.end()
  return rows[0]?.count ?? 0
}
