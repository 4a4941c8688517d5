import { setTimeout as wait } from "node:timers/promises"
import { newId } from "../../server/db/db.ts"
import { askTables } from "./ask-tables.ts"
import type { Field, Nemesis } from "./nemesis.ts"

/** Milliseconds. */
const GIVEN_UP_WITHIN = 20_000
const GOES_ON_WITHIN = 20_000

type Case = { name: string; payload: object; lane: string | null }

/** What no handler understands, by itself and in the way of others of its lane. */
function poison(): Case[] {
  const lane = newId()
  return [
    ...Array.from({ length: 12 }, () => ({ name: "deliver", payload: {}, lane: null })),
    { name: "auto-away", payload: { agentId: "nobody" }, lane: null },
    { name: "fetch-media", payload: { fileId: 3 }, lane },
    { name: "end-offer", payload: { conversationId: "none" }, lane },
  ]
}

/** Poison in the table, and a conversation of which every answer's sending fails. */
async function putPoison(field: Field): Promise<void> {
  const { installation, lasts, random } = field
  const url = installation.databaseUrl()
  const ids = await putJobs(url)
  const conversationId = await spoil(url, random.number())
  try {
    await lasts(random.between(6_000, 15_000), 3_000)
    await expectGivenUp(field, ids)
    await expectOthersGoOn(field, conversationId)
  } finally {
    await askTables(url, "drop trigger if exists spoilt on entries")
    await askTables(url, "delete from jobs where id = any($1::uuid[])", [ids])
  }
}

/** At their last attempt, so that what becomes of them is seen in seconds instead of half an hour. */
async function putJobs(url: string): Promise<string[]> {
  const [workspace] = await askTables<{ id: string }>(url, "select id from workspaces order by id limit 1")
  const jobs = poison().map((job) => ({ ...job, id: newId() }))
  for (const { id, name, payload, lane } of jobs)
    await askTables(
      url,
      `insert into jobs (workspace_id, id, name, payload, lane, run_at, attempts)
       values ($1, $2, $3, $4, $5, '-infinity', 7)`,
      [workspace?.id, id, name, JSON.stringify(payload), lane],
    )
  return jobs.map(({ id }) => id)
}

/** The database refuses to note that an answer of this one conversation is being sent: the handler throws. */
async function spoil(url: string, chance: number): Promise<string> {
  const rows = await askTables<{ id: string }>(
    url,
    `select distinct conversation_id as id from entries e join addresses a on a.id = e.address_id
      where a.channel = 'sms' order by 1`,
  )
  const id = rows[Math.floor(chance * rows.length)]?.id
  if (id === undefined) return ""
  await askTables(
    url,
    `create or replace function spoil() returns trigger language plpgsql as
     $$ begin raise exception 'this conversation is spoilt'; end $$`,
  )
  await askTables(
    url,
    `create trigger spoilt before update of sending_since on entries for each row
     when (old.conversation_id = '${id}' and new.sending_since is not null) execute function spoil()`,
  )
  return id
}

/** Dead letters stay in the table, with the reason, for as long as they are kept. */
async function expectGivenUp({ installation, signal }: Field, ids: string[]): Promise<void> {
  const begun = performance.now()
  for (;;) {
    const left = await askTables<{ name: string; attempts: number }>(
      installation.databaseUrl(),
      "select name, attempts from jobs where id = any($1::uuid[]) and (failed_at is null or failure is null)",
      [ids],
    )
    const [first] = left
    if (first === undefined || signal.aborted) return
    if (performance.now() - begun > GIVEN_UP_WITHIN)
      throw new Error(`${left.length} poisoned jobs, such as ${first.name}, are not given up.`)
    await wait(250)
  }
}

/** By when they were written, whatever the clock says by now: the database's own. */
async function expectOthersGoOn({ installation }: Field, spoilt: string): Promise<void> {
  const late = await askTables<{ id: string; seconds: number }>(
    installation.databaseUrl(),
    `select id, extract(epoch from clock_timestamp() - at)::float8 as seconds from entries
      where delivery = 'sending' and conversation_id::text <> $1
        and at < clock_timestamp() - make_interval(secs => $2)`,
    [spoilt, GOES_ON_WITHIN / 1_000],
  )
  const [first] = late
  if (first !== undefined)
    throw new Error(`${late.length} answers of others wait, ${first.id} for ${Math.round(first.seconds)} s.`)
}

export const poisonNemeses: Nemesis[] = [
  {
    name: "poison",
    what: "jobs that nobody understands, and one conversation whose jobs always throw",
    on: "one",
    strike: putPoison,
  },
]
