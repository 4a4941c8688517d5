import path from "node:path"
import type { Bench, Figure, Part } from "./figure.ts"
import { AS_VISITOR, openLine } from "./load-line.ts"
import { watch, WATCH_FLAGS } from "./load-watch.ts"
import { makeCompanies } from "./load-world.ts"
import type { Running, StartOptions } from "./parley.ts"
import { median } from "./statistics.ts"
import { newId } from "../../server/db/db.ts"

const LOAD_FOR = 5_000
const LINES = 32

/** From being spawned to the first answered request, when it has run before; and what it holds in memory. */
export const start: Part = {
  name: "start",
  async run(bench) {
    const own = { environment: { PARLEY_DATA: path.join(bench.folder, "start") } }
    const given = { databaseUrl: await bench.emptyDatabase() }
    return [
      await timeOf(bench, "warm start, PostgreSQL of its own", own),
      await timeOf(bench, "warm start, PostgreSQL given", given),
      ...(await memoryOf(bench, given.databaseUrl)),
    ]
  },
}

async function timeOf(bench: Bench, name: string, options: StartOptions): Promise<Figure> {
  // The first makes the database and fills the compile cache.
  await firstAnswer(bench, options)
  const times: number[] = []
  for (let round = 0; round < (bench.isShort ? 1 : 5); round += 1)
    times.push(await firstAnswer(bench, options))
  const value = median(times)
  return { name, value, unit: "ms", aim: { what: "≤ 2 s", isMet: value <= 2_000 } }
}

async function firstAnswer(bench: Bench, options: StartOptions): Promise<number> {
  const parley = await bench.startParley(options)
  const begun = performance.now()
  const { status } = await fetch(`${parley.url}/healthz`)
  const taken = parley.readyAfter + performance.now() - begun
  if (status !== 200) throw new Error(`The first request was answered ${status}.`)
  await parley.stop()
  return taken
}

async function memoryOf(bench: Bench, databaseUrl: string): Promise<Figure[]> {
  const parley = await bench.startParley({ databaseUrl, nodeFlags: WATCH_FLAGS })
  await new Promise((resolve) => setTimeout(resolve, bench.isShort ? 100 : 2_000))
  const idle = await watch(parley.process, "watch")
  const loaded = await residentUnderLoad(bench, parley, databaseUrl)
  await parley.stop()
  return [
    { name: "resident memory, idle", value: idle.resident / 2 ** 20, unit: "MB" },
    {
      name: "resident memory, under load",
      value: loaded / 2 ** 20,
      unit: "MB",
      note: `the most while ${LINES} connections send messages without a pause`,
    },
  ]
}

async function residentUnderLoad(bench: Bench, parley: Running, databaseUrl: string): Promise<number> {
  const visitors = bench.isShort ? 100 : 4_000
  const [company] = await makeCompanies(databaseUrl, { companies: 1, agents: 2, visitors })
  if (company === undefined) throw new Error("There is no company.")
  const until = performance.now() + (bench.isShort ? 200 : LOAD_FOR)
  let next = 0
  let most = 0
  const send = async (): Promise<void> => {
    const line = await openLine(parley.url)
    while (performance.now() < until) {
      const key = company.visitors[(next += 1) % visitors]?.key
      const body = `{"key":"${key}","id":"${newId()}","text":"Where is my order?"}`
      const { status } = await line.post(`/visitor/v1/${company.sourceId}/messages`, AS_VISITOR, body)
      if (status !== 200) throw new Error(`A message was answered ${status}.`)
    }
    line.close()
  }
  const look = async (): Promise<void> => {
    while (performance.now() < until) {
      most = Math.max(most, (await watch(parley.process, "watch")).resident)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  await Promise.all([look(), ...Array.from({ length: LINES }, send)])
  return most
}
