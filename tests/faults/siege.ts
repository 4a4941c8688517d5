/**
 * Customers and agents write to each other while the server is killed and lines are cut; at the end, when all is
 * quiet, what became of it is handed over for `check`. Clients are the product's own: the widget's code in a thread
 * for each visitor, the desk's replica for each agent. Only their typing is ours.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { readConfig } from "../../server/config/config.ts"
import { openDatabase } from "../../server/db/db.ts"
import { quietLog } from "../harness/harness.ts"
import { startFakeTwilio, type FakeTwilio } from "../providers/fake-twilio.ts"
import { calmDown, lookAtEverything } from "./aftermath.ts"
import { installBrowserNetwork } from "./browser-network.ts"
import { layCable } from "./cable.ts"
import type { Outcome } from "./check.ts"
import { foundCompany, type Company } from "./company.ts"
import { openDesk } from "./desk.ts"
import { prepareParley } from "./parley-process.ts"
import { openPhone } from "./phone.ts"
import { createRandom, type Random } from "./random.ts"
import { storm, type People } from "./storm.ts"
import { openVisitor, type History } from "./visitor.ts"

export type Plan = {
  seed: number
  visitors: number
  phones: number
  agents: number
  /** Texts of each customer and answers of each agent. */
  textsEach: number
  answersEach: number
  /** Seconds in which all that is written where nothing goes wrong. */
  seconds: number
  mostKills: number
}

const NUMBER = "+15005550006"

/** `complaints`: what the clients themselves found wrong while it went on. */
export type Report = { outcome: Outcome; complaints: string[]; kills: number }

export async function besiege(plan: Plan, signal: AbortSignal): Promise<Report> {
  await using laid = new AsyncDisposableStack()
  const random = createRandom(plan.seed)
  const folder = await mkdtemp(path.join(os.tmpdir(), "parley-siege-"))
  laid.defer(() => rm(folder, { recursive: true, force: true }))
  const parley = prepareParley(folder)
  laid.defer(() => parley.stop())
  const url = await parley.start()
  const provider = await startFakeTwilio()
  laid.defer(() => provider.stop())
  const company = await foundCompany(url, plan.agents, provider.settings(NUMBER))
  const { workspaceId } = company

  // Customers share a street, each agent has a line of his own.
  const cables = await Promise.all(Array.from({ length: 1 + plan.agents }, () => layCable()))
  for (const cable of cables) laid.defer(() => cable.close())
  for (const cable of cables) cable.lead(url)
  const [street = "", ...lines] = cables.map((cable) => cable.url)
  const history: History = { typed: [], accepted: [], seen: [], complaints: [] }
  const world = { plan, random, folder, company, history, laid }
  const people: People = {
    visitors: await openVisitors(world, street),
    phones: openPhones(world, street, provider),
    desks: openDesks(world, lines),
  }

  const kills = await storm({ parley, cables, people, random, mostKills: plan.mostKills, signal })
  const config = readConfig({ DATABASE_URL: parley.databaseUrl() })
  const database = await openDatabase({ config, log: quietLog })
  laid.defer(() => database.close())
  const tables = { db: database.db, workspaceId }
  await calmDown(people, tables)
  const outcome = await lookAtEverything({ people, tables, history, sent: provider.sent })
  return { outcome, complaints: [...new Set(history.complaints)], kills }
}

type World = {
  plan: Plan
  random: Random
  folder: string
  company: Company
  history: History
  laid: AsyncDisposableStack
}

async function openVisitors(world: World, origin: string): Promise<People["visitors"]> {
  const { plan, random, history, company } = world
  const folder = path.join(world.folder, "visitors")
  await mkdir(folder)
  const visitors = Array.from({ length: plan.visitors }, (_, index) =>
    openVisitor({
      name: `visitor ${index + 1}`,
      folder,
      origin,
      sourceId: company.websiteId,
      history,
      random: random.branch(),
      count: plan.textsEach,
      pause: (plan.seconds * 1_000) / plan.textsEach,
    }),
  )
  for (const visitor of visitors) world.laid.defer(() => visitor.close())
  return visitors
}

function openPhones(world: World, origin: string, provider: FakeTwilio): People["phones"] {
  const { plan, random, history, company } = world
  const phones = Array.from({ length: plan.phones }, (_, index) =>
    openPhone({
      name: `phone ${index + 1}`,
      number: `+3361234510${index}`,
      to: NUMBER,
      webhook: `${origin}/webhooks/sms/${company.numberId}`,
      provider,
      history,
      random: random.branch(),
      count: plan.textsEach,
      pause: (plan.seconds * 1_000) / plan.textsEach,
    }),
  )
  for (const phone of phones) world.laid.defer(() => phone.close())
  return phones
}

function openDesks(world: World, lines: string[]): People["desks"] {
  const { plan, random, history, company, laid } = world
  const network = installBrowserNetwork()
  laid.defer(() => network.remove())
  return company.agents.map((agent, index) => {
    const base = lines[index] ?? ""
    network.signIn(base, agent.cookie())
    const desk = openDesk({
      name: `agent ${index + 1}`,
      agentId: agent.agentId,
      workspaceId: company.workspaceId,
      base,
      history,
      random: random.branch(),
      count: plan.answersEach,
      // Four acts in five are answers.
      pause: (plan.seconds * 800) / plan.answersEach,
    })
    laid.defer(() => desk.close())
    return desk
  })
}
