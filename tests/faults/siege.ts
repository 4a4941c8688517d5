/**
 * Customers and agents of two companies write to each other while a nemesis does its worst; at the end, when all is
 * quiet, what became of it is handed over for `check`. Clients are the product's own: the widget's code in a thread
 * for each visitor, the desk's replica for each agent. Only their typing is ours.
 */
import { setTimeout as wait } from "node:timers/promises"
import { readConfig } from "../../server/config/config.ts"
import { openDatabase } from "../../server/db/db.ts"
import { quietLog } from "../harness/log.ts"
import { startFakeTwilio, type FakeTwilio } from "../providers/fake-twilio.ts"
import { calmDown, lookAtEverything } from "./aftermath.ts"
import { installBrowserNetwork } from "./browser-network.ts"
import { check } from "./check.ts"
import { foundCompany, foundSmallCompany } from "./company.ts"
import type { Installation } from "./installation.ts"
import type { Field, Nemesis } from "./nemesis.ts"
import { patience } from "./patience.ts"
import { closePeople, NUMBER, openSide, rest, type Side } from "./people.ts"
import { createRandom, type Random } from "./random.ts"
import type { ServerProcess } from "./server-process.ts"
import { WORDS } from "./words.ts"

const MANY = { visitors: 16, phones: 4, agents: 5, pauses: { customer: 1_000, agent: 250 } }
const SOME = { visitors: 6, phones: 2, agents: 3, pauses: { customer: 500, agent: 200 } }
/** Of the other company, with one agent. */
const FEW = { visitors: 2, phones: 0, pauses: { customer: 2_000, agent: 1_000 } }
/** Lines a siege needs: the street of all visitors, and one for each agent. */
export const LINES = 1 + MANY.agents + 1

/** Milliseconds. */
const RELOAD = [1_000, 3_000] as const
const PEACE = [1_000, 4_000] as const
const BACK_WITHIN = 5_000
const BACK_AT_ALL = 60_000

export type Siege = {
  field: Field
  /** Blow after blow until the time (of `performance.now()`) is up, at least one. */
  endure(nemesis: Nemesis, until: number): Promise<Ordeal>
  /** Mends, lets everybody come to rest, and looks. */
  end(): Promise<Findings>
  stop(): Promise<void>
}

export type Ordeal = { blows: number; slowest: number; violations: string[] }
export type Findings = Record<"typed" | "accepted" | "messages" | "files" | "labels" | "merges", number> & {
  violations: string[]
}

export async function laySiege(o: {
  installation: Installation
  folder: string
  seed: number
  isBrief: boolean
  signal: AbortSignal
  say: (line: string) => void
}): Promise<Siege> {
  const { installation, signal, say, isBrief } = o
  await using laid = new AsyncDisposableStack()
  const random = createRandom(o.seed)
  const provider = await startFakeTwilio()
  laid.defer(() => provider.stop())
  const sides = await openSides({ ...o, random, provider, laid })
  const clients = sides.flatMap(({ people }) => [...people.visitors, ...people.desks])
  const peace = new AbortController()
  const reloading = reloadTabs(clients, random.branch(), AbortSignal.any([peace.signal, signal]))
  laid.defer(async () => {
    peace.abort()
    await reloading
  })
  const field: Field = {
    installation,
    provider,
    random: random.branch(),
    isBrief,
    lasts: (full, brief) => pause(isBrief ? brief : full, signal),
    clients,
    connected: () => ({ now: clients.filter((client) => client.isConnected()).length, of: clients.length }),
    patience,
    signal,
    say,
  }

  async function blow(nemesis: Nemesis): Promise<{ slowest: number; violations: string[] }> {
    const violations: string[] = []
    try {
      await nemesis.strike(field)
    } catch (error) {
      violations.push(`Failed: a blow of ${nemesis.name}: ${wordsOf(error)}`)
    }
    await installation.mend().catch((error: unknown) => {
      throw new Error(`After ${nemesis.name}: ${wordsOf(error)}`, { cause: error })
    })
    if (isBrief) {
      await comeBack(clients, { signal, isEnough: (missing) => missing < clients.length / 2 })
      return { slowest: 0, violations }
    }
    const late = await comeBack(clients, { signal })
    const most = (nemesis.backWithin ?? BACK_WITHIN) * patience()
    for (const { name, after } of late)
      if (after > most)
        violations.push(
          `Late: ${name} was back ${seconds(after)} after the server, and ${seconds(most)} are allowed.`,
        )
    return { slowest: Math.max(0, ...late.map(({ after }) => after)), violations }
  }

  await comeBack(clients, { signal })
  const kept = laid.move()
  let areClocksWrong = false
  return {
    field,
    async endure(nemesis, until) {
      areClocksWrong ||= nemesis.movesClocks === true
      const ordeal: Ordeal = { blows: 0, slowest: 0, violations: [] }
      do {
        const { slowest, violations } = await blow(nemesis)
        ordeal.blows += 1
        ordeal.slowest = Math.max(ordeal.slowest, slowest)
        ordeal.violations.push(...violations)
        const [least, most] = isBrief ? [100, 300] : (nemesis.pause ?? PEACE)
        await pause(random.between(least, most), signal)
      } while (performance.now() < until && !signal.aborted)
      const { blows, slowest } = ordeal
      say(`${nemesis.name}: ${blows} blows${isBrief ? "" : `, everybody back within ${seconds(slowest)}`}`)
      return ordeal
    },
    async end() {
      peace.abort()
      await reloading
      await installation.mend()
      await Promise.all(sides.map(({ people }) => rest(people)))
      return look(sides, { installation, provider, areClocksWrong })
    },
    stop: () => kept.disposeAsync(),
  }
}

async function openSides(o: {
  installation: Installation
  folder: string
  random: Random
  provider: FakeTwilio
  isBrief: boolean
  laid: AsyncDisposableStack
}): Promise<Side[]> {
  const { installation, folder, random, provider, laid } = o
  const { agents, ...size } = o.isBrief ? SOME : MANY
  const [street = "", ...lines] = installation.lines.map(({ url }) => url)
  const network = installBrowserNetwork()
  laid.defer(() => network.remove())
  const [own, other] = WORDS
  const common = { street, folder, provider, network, random }
  const url = installation.url()
  const company = await foundCompany(url, agents, provider.settings(NUMBER))
  const otherCompany = await foundSmallCompany(url, `${other}.example`)
  await closeSignUp(installation)
  const sides = [
    await openSide({
      ...common,
      ...size,
      word: own,
      company,
      lines,
    }),
    await openSide({
      ...common,
      ...FEW,
      word: other,
      company: otherCompany,
      lines: lines.slice(agents),
    }),
  ]
  for (const { people } of sides) laid.defer(() => closePeople(people))
  return sides
}

/** Where strangers may sign up no provider inside the network is spoken to, and ours is. */
async function closeSignUp({ servers }: Installation): Promise<void> {
  const close = async (server: ServerProcess): Promise<void> => {
    server.change({ PARLEY_SIGNUP: "closed" })
    // The next edition is begun by a blow, not before this one is there again.
    if (!server.isRunning()) return
    await server.stop()
    await server.start()
  }
  await Promise.all(servers.map(close))
}

async function look(
  sides: Side[],
  o: { installation: Installation; provider: FakeTwilio; areClocksWrong: boolean },
): Promise<Findings> {
  const { installation, provider, areClocksWrong } = o
  const config = readConfig({ DATABASE_URL: installation.databaseUrl(), PARLEY_DATABASE_CONNECTIONS: "2" })
  const database = await openDatabase({ config, log: quietLog })
  const findings: Findings = {
    typed: 0,
    accepted: 0,
    messages: 0,
    files: 0,
    labels: 0,
    merges: 0,
    violations: [],
  }
  try {
    for (const side of sides) {
      const tables = { db: database.db, workspaceId: side.company.workspaceId }
      await calmDown(side.people, tables)
      const outcome = await lookAtEverything({
        ...{ side, tables, areClocksWrong },
        url: installation.url(),
        sent: provider.sent,
      })
      findings.typed += outcome.typed.length
      findings.accepted += outcome.accepted.length
      findings.messages += outcome.entries.filter(({ type }) => type === "message").length
      findings.files += outcome.fetched.length
      findings.labels += outcome.entries.flatMap(({ labels }) => labels).length
      findings.merges += side.history.merges.merged + side.history.merges.undone
      findings.violations.push(...new Set(side.history.complaints), ...check(outcome))
    }
  } finally {
    await database.close()
  }
  return findings
}

type Client = { name: string; isConnected(): boolean; openedAt(): number; reload(): Promise<void> }

/** Tabs die and are opened again, whatever else goes on. */
async function reloadTabs(clients: Client[], random: Random, end: AbortSignal): Promise<void> {
  for (;;) {
    await pause(random.between(...RELOAD), end)
    if (end.aborted) return
    await random.pick(clients).reload()
  }
}

/** How long it took each client from now on to have a live line. */
async function comeBack(
  clients: Client[],
  {
    signal,
    isEnough = (missing) => missing === 0,
  }: { signal: AbortSignal; isEnough?: (missing: number) => boolean },
): Promise<{ name: string; after: number }[]> {
  const begun = performance.now()
  const back: { name: string; after: number }[] = []
  let missing = clients
  while (!isEnough(missing.length) && !signal.aborted) {
    const after = performance.now() - begun
    const isOver = after > BACK_AT_ALL
    for (const { name, isConnected } of missing) if (isConnected() || isOver) back.push({ name, after })
    missing = missing.filter(({ name }) => !back.some((one) => one.name === name))
    await pause(50, signal)
  }
  return back
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  // Ending early is no failure here.
  await wait(milliseconds, undefined, { signal }).catch(() => undefined)
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
