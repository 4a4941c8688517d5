/**
 * Search while fifty messages a second arrive: of a hundred searches forty are for rare words, thirty for words that
 * stand in a tenth of all messages or more, twenty for the beginning of a word, and ten have an operator; by one agent
 * who sees all and one who sees one conversation in a hundred.
 */
import { randomBytes } from "node:crypto"
import pg from "pg"
import { searchAnswer } from "../../protocol/search.ts"
import { newId } from "../../server/db/db.ts"
import { createRandom, type Random } from "../faults/random.ts"
import { askOnce, type Dataset } from "./dataset.ts"
import type { Bench, Figure, Part } from "./figure.ts"
import { AS_VISITOR, openLine } from "./load-line.ts"
import { MESSAGES } from "./seed-story.ts"
import { anyWord, FREQUENT, rareWord, writeText } from "./seed-texts.ts"
import { sitDownToSearch, type Sitting } from "./sitting.ts"
import { timeOf } from "./rounds.ts"
import { percentile } from "./statistics.ts"

const MOST_P95 = 150
const PER_SECOND = 50
/** Between two searches of one agent, in milliseconds: he may not search more often. */
const PAUSE = 320
const SERIES = "5,000 open"

export const search: Part = {
  name: "search",
  async run(bench) {
    const points = new Map<string, { size: number; value: number }[]>()
    for (const size of bench.sizes) {
      const dataset = await bench.dataset(size, SERIES, { hasManyWords: true })
      for (const [name, value] of await measure(bench, dataset))
        points.set(name, [...(points.get(name) ?? []), { size, value }])
    }
    return [...points].map(([name, each]) => figureOf(name, each))
  },
}

function figureOf(name: string, points: { size: number; value: number }[]): Figure {
  const largest = points.at(-1)
  if (largest === undefined) throw new Error(`${name} was not measured.`)
  const figure = {
    name,
    value: largest.value,
    unit: "ms",
    growth: { series: SERIES, points },
  } satisfies Figure
  const atMillion = points.find(({ size }) => size * MESSAGES === 1_000_000)
  if (atMillion === undefined || !name.startsWith("search, p95")) return figure
  return { ...figure, aim: { what: `≤ ${MOST_P95} ms at 1M messages`, isMet: atMillion.value <= MOST_P95 } }
}

async function measure(bench: Bench, dataset: Dataset): Promise<Map<string, number>> {
  const sittings = await sitDownToSearch(bench, dataset)
  const [first] = sittings
  if (first === undefined) throw new Error("Nobody sat down.")
  const begun = await askOnce(dataset.databaseUrl, "select clock_timestamp()::text as text")
  const load = await write(first.url, dataset)
  const times = new Map<string, number>()
  try {
    for (const each of await Promise.all(sittings.map((sitting) => searchAll(bench, sitting))))
      for (const [name, value] of each) times.set(name, value)
  } finally {
    await load.stop()
    await forget(dataset, begun)
  }
  return times
}

type Kind = "rare" | "frequent" | "prefix" | "operator"
const MIX: Kind[] = [
  "rare",
  "frequent",
  "prefix",
  "rare",
  "frequent",
  "rare",
  "prefix",
  "rare",
  "frequent",
  "operator",
]

async function searchAll(bench: Bench, { who, person }: Sitting): Promise<Map<string, number>> {
  const random = createRandom(who === "sees all" ? 1 : 2)
  const [count, warmUp] = bench.isShort ? [20, 0] : [120, 20]
  const taken: { kind: Kind; took: number }[] = []
  const floor: number[] = []
  for (let place = 0; place < count + warmUp; place++) {
    const kind = random.pick(MIX)
    // What the machine, the load and the road there take by themselves.
    if (place % 4 === 0) floor.push(await timeOf(() => person.get("/search?q=")))
    const path = `/search?q=${encodeURIComponent(queryOf(kind, random))}`
    const begun = performance.now()
    const { status, body } = await person.get(path)
    const took = performance.now() - begun
    // What takes too long is given up, and counts with the time until then.
    if (status === 503) bench.say(`  ${who}: ${path} took too long`)
    else if (status !== 200) throw new Error(`${path} was answered ${status}: ${JSON.stringify(body)}`)
    else searchAnswer.parse(body)
    if (place >= warmUp) taken.push({ kind, took })
    if (!bench.isShort) await new Promise((resolve) => setTimeout(resolve, Math.max(0, PAUSE - took)))
  }
  const all = taken.map(({ took }) => took)
  for (const kind of new Set(MIX)) {
    const of = taken.flatMap((one) => (one.kind === kind ? [one.took] : []))
    bench.say(
      `  ${who}, ${kind}: p50 ${percentile(of, 0.5).toFixed(0)} ms, most ${Math.max(...of).toFixed(0)} ms`,
    )
  }
  return new Map([
    [`search, p50, ${who}`, percentile(all, 0.5)],
    [`search, p95, ${who}`, percentile(all, 0.95)],
    [`search for nothing, p95, ${who}`, percentile(floor, 0.95)],
  ])
}

function queryOf(kind: Kind, random: Random): string {
  switch (kind) {
    case "rare":
      return random.chance(0.25) ? `${random.pick(FREQUENT)} ${rareWord(random)}` : rareWord(random)
    case "frequent":
      return random.chance(0.25) ? `${random.pick(FREQUENT)} ${random.pick(FREQUENT)}` : random.pick(FREQUENT)
    case "prefix":
      return anyWord(random).slice(0, random.chance(0.5) ? 3 : 4)
    case "operator":
      return `${random.pick(["channel:sms", "is:closed", "from:ada", "team:sales", "before:2026-06-01", "has:file"])} ${anyWord(random)}`
  }
}

/** So that nobody writes more often than one visitor may. */
const VISITORS = 400

/** Messages of new visitors of all websites, again and again, at an even pace, whatever else the machine does. */
async function write(url: string, { databaseUrl }: Dataset): Promise<{ stop(): Promise<void> }> {
  const ids = await askOnce(
    databaseUrl,
    "select string_agg(id::text, ' ') as text from sources where channel = 'web-chat'",
  )
  const sourceIds = ids.split(" ")
  const visitors = Array.from({ length: VISITORS }, (_, place) => ({
    key: randomBytes(32).toString("base64url"),
    sourceId: sourceIds[place % sourceIds.length],
  }))
  const lines = await Promise.all(Array.from({ length: 16 }, () => openLine(url)))
  const random = createRandom(3)
  let isOver = false
  let turn = 0
  const writing = lines.map(async (line, place) => {
    const pace = (1_000 * lines.length) / PER_SECOND
    let next = performance.now() + place * (pace / lines.length)
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())))
      next += pace
      const { key, sourceId } = visitors[turn++ % visitors.length] ?? {}
      const body = JSON.stringify({ key, id: newId(), text: writeText(random) })
      const { status } = await line.post(`/visitor/v1/${sourceId}/messages`, AS_VISITOR, body)
      if (status !== 200) throw new Error(`A message was answered ${status}.`)
    }
  })
  const done = Promise.all(writing)
  // Said at the end.
  done.catch(() => undefined)
  return {
    async stop() {
      isOver = true
      await done
      for (const line of lines) line.close()
    },
  }
}

/** The set is kept: what came meanwhile is taken away again. */
async function forget({ databaseUrl, workspaceId }: Dataset, begun: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(
      "create temporary table gone as select id, customer_id from conversations where workspace_id = $1 and created_at >= $2::timestamptz",
      [workspaceId, begun],
    )
    await client.query(
      "delete from entries where workspace_id = $1 and conversation_id in (select id from gone)",
      [workspaceId],
    )
    for (const table of ["notices", "marks"])
      await client.query(
        `delete from ${table} where workspace_id = $1 and conversation_id in (select id from gone)`,
        [workspaceId],
      )
    await client.query("delete from conversations where workspace_id = $1 and id in (select id from gone)", [
      workspaceId,
    ])
    for (const [table, column] of [
      ["addresses", "customer_id"],
      ["customers", "id"],
    ])
      await client.query(
        `delete from ${table} where workspace_id = $1 and ${column} in (select customer_id from gone)`,
        [workspaceId],
      )
    await client.query("delete from jobs where workspace_id = $1 and enqueued_at >= $2::timestamptz", [
      workspaceId,
      begun,
    ])
  } finally {
    await client.end()
  }
}
