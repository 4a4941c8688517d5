/**
 * Fills a database with a company that has been written to for two years: one COPY a table, all at once, into
 * tables without indexes, which are made afterwards. Everything is frozen and analysed at the end, so that the first
 * readers find what they would find after years, and do no housekeeping that the measured ones then need not do.
 */
import { once } from "node:events"
import type { Writable } from "node:stream"
import pg from "pg"
import { from as copyFrom } from "pg-copy-streams"
import { foundCompany, type Company } from "./seed-people.ts"
import { entryRow, filled, rowsOf, wordsRow, type Filled } from "./seed-rows.ts"
import { tellStory, type Shape, type Story } from "./seed-story.ts"

const BATCH = 1_000
const tables = Object.keys(filled) as Filled[]

/** `url`: of a Parley that runs on the empty database. */
export async function seed(o: {
  url: string
  databaseUrl: string
  shape: Shape
  say(line: string): void
}): Promise<Company> {
  const client = new pg.Client({ connectionString: o.databaseUrl })
  await client.connect()
  try {
    await client.query("set maintenance_work_mem = '1GB'")
    const company = await foundCompany(o.url, client, o.shape.hasManyWords)
    const definitions = await dropDefinitions(client)
    await fill(company, o)
    o.say("  making indexes …")
    for (const statement of definitions) await client.query(statement)
    await client.query("vacuum (freeze, analyze)")
    await client.query("checkpoint")
    return company
  } finally {
    await client.end()
  }
}

/** Constraints and indexes of what is filled, and what refers to it; the answer makes them again, keys before what refers to them. */
async function dropDefinitions(client: pg.Client): Promise<string[]> {
  const { rows: constraints } = await client.query<{ table: string; name: string; text: string }>(
    `select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as text
       from pg_constraint
      where conrelid = any($1::regclass[]) and contype in ('p', 'u', 'f') or confrelid = any($1::regclass[])
      order by contype = 'f' desc, contype`,
    [tables],
  )
  for (const { table, name } of constraints)
    await client.query(`alter table ${table} drop constraint ${name}`)
  const { rows: indexes } = await client.query<{ name: string; text: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as text
       from pg_index where indrelid = any($1::regclass[])`,
    [tables],
  )
  for (const { name } of indexes) await client.query(`drop index ${name}`)
  const keys = constraints
    .toReversed()
    .map(({ table, name, text }) => `alter table ${table} add constraint ${name} ${text}`)
  return [...indexes.map(({ text }) => text), ...keys]
}

type Sink = { add(row: string): void; pass(): Promise<void>; end(): Promise<void> }

async function fill(
  company: Company,
  o: { databaseUrl: string; shape: Shape; say(line: string): void },
): Promise<void> {
  const { shape, say } = o
  const opened = await Promise.all(
    tables.map(async (table) => [table, await openSink(o.databaseUrl, table)] as const),
  )
  const sinks = new Map(opened)
  const add = (table: Filled, row: string): void => sinks.get(table)?.add(row)
  for (let from = 0; from < shape.size; from += BATCH) {
    const stories: Story[] = []
    for (let index = from; index < Math.min(shape.size, from + BATCH); index++)
      stories.push(tellStory(company, shape, index))
    for (const story of stories) for (const [table, row] of rowsOf(story, company)) add(table, row)
    // In the order of time, as they came: the messages of one conversation lie among those of others.
    const lines = stories.flatMap((story) => story.lines.map((line) => ({ story, line })))
    for (const { story, line } of lines.sort((one, other) => one.line.at - other.line.at)) {
      add("entries", entryRow(story, line, company))
      if (shape.hasManyWords) add("entry_words", wordsRow(story, line, company))
    }
    await Promise.all([...sinks.values()].map((sink) => sink.pass()))
    if (from > 0 && from % 100_000 === 0) say(`  ${from.toLocaleString("en-GB")} conversations …`)
  }
  for (const sink of sinks.values()) await sink.end()
}

/** A table emptied and filled in one transaction, so that its rows can be frozen as they come. */
async function openSink(databaseUrl: string, table: Filled): Promise<Sink> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query("begin")
  await client.query(`truncate ${table}`)
  const stream: Writable = client.query(copyFrom(`copy ${table} (${filled[table]}) from stdin with (freeze)`))
  let failure: Error | undefined
  stream.on("error", (error: Error) => (failure = error))
  let waiting: string[] = []
  return {
    add: (row) => void waiting.push(row),
    async pass() {
      if (failure !== undefined) throw failure
      const text = waiting.join("")
      waiting = []
      if (text !== "" && !stream.write(text)) await once(stream, "drain")
    },
    async end() {
      stream.end()
      await once(stream, "finish")
      await client.query("commit")
      await client.end()
    },
  }
}
