import { createServer } from "node:net"
import { once } from "node:events"
import { setTimeout as wait } from "node:timers/promises"
import type { Mood } from "../providers/fake-twilio.ts"
import type { Preparation } from "./installation.ts"
import type { Field, Nemesis } from "./nemesis.ts"
import { askTables } from "./ask-tables.ts"

const MOODS: Mood[] = [
  { status: 500, code: 20500 },
  { status: 503, code: 20503 },
  { status: 429, code: 20429 },
  "hang",
  "cut",
  "take-and-cut",
  "well",
]

/** Milliseconds within which what the provider told us must stand in the tables. */
const KNOWN_WITHIN = 15_000

let origin = ""

/** Providers call back at PARLEY_URL alone, so it has to be known before the server listens. */
async function prepare(): Promise<Preparation> {
  const port = await findPort()
  origin = `http://127.0.0.1:${port}`
  return { environment: { PORT: String(port), PARLEY_URL: origin } }
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  if (address === null || typeof address === "string") throw new Error("No port is free.")
  return address.port
}

/** One mood after another, while webhooks come up to four times, in any order, and callbacks before the answer. */
async function misbehave(field: Field): Promise<void> {
  const { provider, random, isBrief } = field
  provider.setManners({
    // Where nothing was prepared, nobody calls back.
    ...(origin === "" ? {} : { origin, callsBack: true }),
    repeats: () => Math.floor(random.between(0, 4)),
    delay: () => random.between(0, isBrief ? 500 : 3_000),
  })
  try {
    for (const mood of MOODS) {
      provider.setMood(mood)
      await field.lasts(random.between(1_000, 8_000), 400)
    }
  } finally {
    provider.setMood("well")
  }
  await field.lasts(3_000, 1_000)
  await provider.hasCalled()
  await expectKnown(field)
}

/** Whatever came first, and whether or not we ever learned its number there: what was delivered is so in the end. */
async function expectKnown({ provider, installation, signal }: Field): Promise<void> {
  const ids = new Set(
    provider.toldDelivered.flatMap(({ statusCallback }) => {
      const id = statusCallback === undefined ? null : new URL(statusCallback).searchParams.get("entry")
      return id === null ? [] : [id]
    }),
  )
  const begun = performance.now()
  for (;;) {
    const rows = await askTables<{ id: string; delivery: string }>(
      installation.databaseUrl(),
      "select id, delivery from entries where id = any($1::uuid[]) and delivery <> 'delivered'",
      [[...ids]],
    )
    const [first] = rows
    if (first === undefined || signal.aborted) return
    if (performance.now() - begun > KNOWN_WITHIN)
      throw new Error(`${rows.length} answers were delivered, and ${first.id} is called ${first.delivery}.`)
    await wait(250)
  }
}

export const providerNemeses: Nemesis[] = [
  {
    name: "provider",
    what: "the provider fails, hangs, breaks off, limits; webhooks come up to four times, callbacks first",
    on: "one",
    prepare,
    strike: misbehave,
  },
]
