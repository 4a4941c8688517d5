/** Harm to one of two PostgreSQLs of which the second follows the first, and promotions. */
import { setTimeout as wait } from "node:timers/promises"
import { lacksDebianPostgres, type DebianPostgres } from "../harness/debian-postgres.ts"
import type { Field, Nemesis } from "./nemesis.ts"
import type { Pair } from "./standby.ts"

/**
 * Milliseconds within which everybody is served by the new primary, whatever became of the connections to the old one,
 * where the machine is not busier than it has processors.
 */
const SERVED_WITHIN = 30_000

async function killPrimary(field: Field): Promise<void> {
  const { primary, promote } = pairOf(field)
  primary().signal("SIGKILL")
  await field.lasts(field.random.between(0, 3_000), 300)
  await promote()
}

/**
 * The old primary wakes up after another one took its place: it does not know, answers who still reaches it, and must
 * not say yes to a write, as nobody confirms any to it.
 */
async function freezePrimary(field: Field): Promise<void> {
  const { primary, promote } = pairOf(field)
  const { databaseLine } = field.installation
  primary().signal("SIGSTOP")
  await field.lasts(field.random.between(2_000, 15_000), 1_500)
  const old = await promote()
  const fate = field.random.pick(["reset", "silence", "still led to the old one"] as const)
  field.say(`Today's connections: ${fate}.`)
  if (fate === "reset") databaseLine?.reset()
  if (fate === "silence") databaseLine?.abandon()
  await field.lasts(field.random.between(0, 3_000), 500)
  old.signal("SIGCONT")
  await servesEverybody(field)
  await saidNothingElse(old, pairOf(field).primary())
}

/** Until it follows again nothing can be written, and nothing is lost by waiting. */
async function loseStandby(field: Field): Promise<void> {
  const { standby } = pairOf(field)
  if (field.random.chance(0.5)) {
    standby().signal("SIGKILL")
    return standby().stop()
  }
  standby().signal("SIGSTOP")
  await field.lasts(field.random.between(2_000, 30_000), 1_500)
  standby().signal("SIGCONT")
}

/** However it ends, there is a pair again afterwards. */
function withPair(harm: (field: Field) => Promise<void>): Nemesis["strike"] {
  return async (field) => {
    const pair = pairOf(field)
    try {
      await harm(field)
    } finally {
      await pair.complete()
    }
    await servesEverybody(field)
  }
}

function pairOf({ installation: { pair } }: Field): Pair {
  if (pair === undefined) throw new Error("This installation has no standby.")
  return pair
}

async function servesEverybody(field: Field): Promise<void> {
  const begun = performance.now()
  for (;;) {
    const { now, of } = field.connected()
    if (now === of || field.signal.aborted) break
    if (performance.now() - begun > SERVED_WITHIN * field.patience())
      throw new Error(`${of - now} of ${of} clients are not served by the new primary.`)
    await wait(20)
  }
}

/** Whatever people wrote and can be read on the old primary stands on the new one, too. */
async function saidNothingElse(old: DebianPostgres, primary: DebianPostgres): Promise<void> {
  const [there, here] = await Promise.all([old, primary].map(readIds))
  const others = [...(there ?? [])].filter((id) => here?.has(id) !== true)
  if (others.length > 0) throw new Error(`The old primary went on: only there stand ${others.join(", ")}.`)
}

async function readIds(postgres: DebianPostgres): Promise<Set<string>> {
  // Events go, and are made anew, where somebody has undone a merge on the new primary meanwhile.
  const rows = await postgres.ask<{ id: string }>("select id from entries where type <> 'event'")
  return new Set(rows.map(({ id }) => id))
}

export const promoteStandby: Nemesis = {
  name: "kill-primary",
  what: "kill -9 of PostgreSQL with all its processes, and its standby is promoted",
  on: "standby",
  cannot: lacksDebianPostgres,
  strike: withPair(killPrimary),
}

export const failoverNemeses: Nemesis[] = [
  promoteStandby,
  {
    name: "replace-frozen-primary",
    what: "PostgreSQL stands still, its standby is promoted, and the old one wakes up",
    on: "standby",
    cannot: lacksDebianPostgres,
    strike: withPair(freezePrimary),
  },
  {
    name: "lose-standby",
    what: "SIGSTOP or kill -9 of the standby for which every commit waits",
    on: "standby",
    cannot: lacksDebianPostgres,
    strike: withPair(loseStandby),
  },
]
