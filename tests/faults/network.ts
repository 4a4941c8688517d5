/** Lines that break, fall silent, crawl and are far: those of the clients, and the one between server and PostgreSQL. */
import type { Cable } from "./cable.ts"
import type { Field, Nemesis } from "./nemesis.ts"

/** How long a line is harmed. */
const LONG = 30_000
const BRIEFLY = 1_500
/** 64 kbit/s. */
const CRAWL = { bytesPerSecond: 8_000 }
/** 400 ± 400 ms. */
const FAR = { delay: [0, 800] } as const

type Harm = {
  name: string
  what: string
  pause?: Nemesis["pause"]
  harm(field: Field, lines: Cable[]): Promise<void>
}

const harms: Harm[] = [
  {
    name: "reset",
    what: "all connections are reset",
    async harm({ random, lasts }, lines) {
      for (const line of lines) line.reset()
      await lasts(random.between(0, 1_000), 0)
    },
    pause: [500, 6_000],
  },
  {
    name: "cut",
    what: "single connections break or go silent, several a second",
    async harm({ random, lasts, isBrief }, lines) {
      for (let cuts = isBrief ? 10 : 60; cuts > 0; cuts -= 1) {
        const links = lines.flatMap((line) => line.links().map((link) => ({ line, link })))
        if (links.length > 0) {
          const { line, link } = random.pick(links)
          line.harm(link, random)
        }
        await lasts(random.between(150, 450), 100)
      }
    },
  },
  ...(["up", "down"] as const).map((direction): Harm => {
    return {
      name: `hold-${direction}`,
      what: `half a minute in which nothing arrives ${direction === "up" ? "at the server's end" : "from the server's end"}`,
      harm: (field, lines) => silence(field, lines, (line) => line.hold(direction)),
    }
  }),
  {
    name: "hold",
    what: "half a minute in which nothing arrives, either way",
    harm: (field, lines) => silence(field, lines, (line) => line.hold("up", "down")),
  },
  {
    name: "crawl",
    what: "half a minute at 64 kbit/s",
    async harm({ lasts }, lines) {
      for (const line of lines) line.turn(CRAWL)
      await lasts(LONG, BRIEFLY)
    },
  },
  {
    name: "far",
    what: "half a minute with a delay of 400 ± 400 ms",
    async harm({ lasts }, lines) {
      for (const line of lines) line.turn(FAR)
      await lasts(LONG, BRIEFLY)
    },
  },
]

/** What was under way arrives when it is over, or never. */
async function silence(field: Field, lines: Cable[], fall: (line: Cable) => void): Promise<void> {
  for (const line of lines) fall(line)
  await field.lasts(LONG, BRIEFLY)
  if (field.random.chance(0.5)) for (const line of lines) line.reset()
}

/** A widget's pings find a dead line after 25 s of silence and 6 s of waiting; a desk's after 20 s and 8 s. */
const CLIENTS_NOTICE = 40_000
/** Everybody waits for the server. */
const SERVERS_NOTICE = 15_000

const abandonClients: Nemesis = {
  name: "abandon-clients",
  what: "Clients: all connections go dead for ever without a word; new ones work",
  on: "one",
  strike: (field) => abandon(field, field.installation.lines, CLIENTS_NOTICE),
}

const abandonDatabase: Nemesis = {
  name: "abandon-database",
  what: "Server to PostgreSQL: all connections go dead for ever without a word; new ones work",
  on: "line",
  strike: (field) => abandon(field, linesToDatabase(field), SERVERS_NOTICE),
}

/**
 * Whoever says something at the near end must notice by himself that nobody hears it; of an idle line in store nothing
 * is asked. Among all tests there is no time to wait for it.
 */
async function abandon(field: Field, lines: Cable[], noticedWithin: number): Promise<void> {
  const dead = lines.flatMap((line) => line.abandon())
  const begun = performance.now()
  for (;;) {
    const passed = performance.now() - begun
    const most = noticedWithin * field.patience()
    const waits = dead.flatMap((link) => (link.isGivenUp() ? [] : [link.waitsSince() ?? Infinity]))
    const late = waits.filter((since) => performance.now() - since > most).length
    if (late > 0) throw new Error(`${late} dead lines are not noticed.`)
    if (waits.length === 0 || (passed > most && waits.every((since) => since === Infinity))) break
    if (field.signal.aborted || (field.isBrief && passed > BRIEFLY)) break
    await field.lasts(200, 200)
  }
  field.say(`noticed within ${((performance.now() - begun) / 1_000).toFixed(1)} s`)
}

export const network: Nemesis[] = [
  ...harms.map(({ name, what, pause, harm }): Nemesis => {
    const strike = (field: Field): Promise<void> => harm(field, field.installation.lines)
    return { name: `${name}-clients`, what: `Clients: ${what}`, on: "one", strike, ...(pause && { pause }) }
  }),
  ...harms.map(({ name, what, pause, harm }): Nemesis => {
    const strike = (field: Field): Promise<void> => harm(field, linesToDatabase(field))
    return {
      name: `${name}-database`,
      what: `Server to PostgreSQL: ${what}`,
      on: "line",
      strike,
      ...(pause && { pause }),
    }
  }),
  abandonClients,
  abandonDatabase,
]

function linesToDatabase({ installation }: Field): Cable[] {
  if (installation.databaseLine === undefined) throw new Error("There is no line to the database.")
  return [installation.databaseLine]
}
