import fc from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"
import { countsFor } from "../../server/conversations/conversations.ts"
import { snapshot, stamp } from "../../server/db/db.ts"
import { findReader } from "../../server/team/team.ts"
import { mentionOf } from "../../protocol/text.ts"
import {
  countReplica,
  createCompany,
  loadReplica,
  openParley,
  type Colleague,
  type Company,
} from "./company.ts"
import { readTables, recount } from "./recount.ts"

let parley: Awaited<ReturnType<typeof openParley>>
beforeAll(async () => {
  parley = await openParley()
})
afterAll(() => parley.stop())

const CUSTOMERS = ["Paris", "Oslo", "Rome", "Lima"]

type World = { company: Company; teams: string[]; sources: string[] }

async function createWorld(): Promise<World> {
  const company = await createCompany(parley)
  const ada = await company.hire("Ada", { role: "admin" })
  const bo = await company.hire("Bo")
  const cy = await company.hire("Cy")
  const dee = await company.hire("Dee", { isAway: true })
  const sales = await company.makeTeam([bo, cy])
  const support = await company.makeTeam([ada, cy, dee], { deliveryMode: "queue" })
  const sources = [company.sourceId, await company.makeSource(sales), await company.makeSource(support)]
  return { company, teams: [company.everyoneId, sales, support], sources }
}

function pick<T>(list: readonly T[], number: number): T {
  const found = list[number % list.length]
  if (found === undefined) throw new Error("There is nothing to pick from.")
  return found
}

type Step = { what: number; who: number; whom: number; which: number }

/** What people do; who may not do it is refused, and that must change nothing either. */
const steps: Record<string, (world: World, step: Step, agent: Colleague, name: string) => Promise<unknown>> =
  {
    write: async (world, _, __, name) => writeAs(world, name),
    answer: async ({ company }, _, agent, name) => company.answer(agent, name),
    async note({ company, teams }, { whom }, agent, name) {
      const mention =
        whom % 3 === 0
          ? mentionOf("team", pick(teams, whom))
          : mentionOf("agent", pick(company.agents, whom).agentId)
      return company.act(agent, name, "notes", { text: `What about ${mention}?` })
    },
    assign: async ({ company }, { whom }, agent, name) =>
      company.assign(agent, name, { kind: "agent", agentId: pick(company.agents, whom).agentId }),
    release: async ({ company }, _, agent, name) => company.assign(agent, name, { kind: "nobody" }),
    move: async ({ company, teams }, { whom }, agent, name) =>
      company.assign(agent, name, { kind: "team", teamId: pick(teams, whom) }),
    offer: async ({ company }, { whom }, agent, name) =>
      company.act(agent, name, "offer", { agentId: pick(company.agents, whom).agentId }),
    async decline({ company }, _, agent, name) {
      const { offer } = await company.see(agent, name)
      return company.act(agent, name, "decline", { offerId: offer?.id ?? company.workspaceId })
    },
    close: async ({ company }, _, agent, name) => company.close(agent, name),
    reopen: async ({ company }, { whom }, agent, name) =>
      company.act(agent, name, "reopen", { undo: whom % 2 === 0 }),
    async snooze({ company }, { whom }, agent, name) {
      const { lastCustomerEntryId } = await company.see(agent, name)
      const until = whom % 4 === 0 ? null : stamp(new Date(company.clock.now().getTime() + whom * 1_000))
      const snooze = whom % 4 === 3 ? null : { until }
      return company.act(agent, name, "snooze", { snooze, lastCustomerEntryId })
    },
    star: async ({ company }, { whom }, agent, name) =>
      company.act(agent, name, "star", { isStarred: whom % 3 > 0 }),
    mention: async ({ company }, { whom }, agent, name) =>
      company.act(agent, name, "mention", { isDone: whom % 3 > 0 }),
    async read({ company }, { which }, agent, name) {
      const { at } = pick(await company.timeline(agent, name), which)
      return company.act(agent, name, "read", { upTo: at })
    },
    async unread({ company }, { which }, agent, name) {
      const { id } = pick(await company.timeline(agent, name), which)
      return company.act(agent, name, "unread", { fromEntryId: id })
    },
    away: async (_, { whom }, agent) => agent.send("PUT", "/me/availability", { awayByHand: whom % 2 === 0 }),
    async teamOff({ teams }, { whom, which }, agent) {
      return agent.send("PUT", `/me/teams/${pick(teams, which)}`, { isOff: whom % 2 === 0 })
    },
    async members({ company, teams }, { whom, which }) {
      const memberIds = company.agents
        .filter((_, position) => (whom >> position) % 2 === 1)
        .map(({ agentId }) => agentId)
      return company.owner.send("PATCH", `/teams/${pick(teams.slice(1), which)}`, { memberIds })
    },
    role: async ({ company }, { whom }, agent) =>
      company.owner.send("PATCH", `/agents/${agent.agentId}`, { role: whom % 2 === 0 ? "admin" : "agent" }),
    disable: async ({ company }, { whom }, agent) =>
      company.owner.send("PATCH", `/agents/${agent.agentId}`, { isDisabled: whom % 3 === 0 }),
    capacity: async ({ company }, { whom }, agent) =>
      company.owner.send("PATCH", `/agents/${agent.agentId}`, { capacity: whom % 3 === 0 ? null : whom % 3 }),
    pass: async ({ company }, { whom }) => company.pass(whom),
  }
// Conversations are what it is about: what makes them move comes up more often than what moves people.
const often = [
  "write",
  "write",
  "write",
  "answer",
  "note",
  "note",
  "mention",
  "assign",
  "move",
  "offer",
  "close",
  "snooze",
  "read",
  "pass",
]
const names = [...Object.keys(steps), ...often]

const step = fc.record({
  what: fc.nat(names.length - 1),
  who: fc.nat(3),
  whom: fc.nat(63),
  which: fc.nat(60),
})

async function expectEqualCounts({ company }: World, done: string[]): Promise<void> {
  const { workspaceId, database } = company
  const tables = await readTables(database.db, workspaceId)
  for (const { agentId, name } of company.agents) {
    const expected = recount(tables, agentId)
    const counted = await snapshot(database.db, async (tx) => {
      const reader = await findReader(tx, workspaceId, agentId)
      return reader && countsFor(tx, reader)
    })
    expect(counted, `${name} on the server after ${done.join(", ")}`).toEqual(expected)
    if (expected === undefined) continue
    const onDesk = countReplica(await loadReplica(company, workspaceId, agentId), agentId)
    expect(onDesk, `${name} at the desk after ${done.join(", ")}`).toEqual(expected)
  }
}

test(
  "after anything people do, every badge and every inbox's count equal a recount from the tables",
  { timeout: 300_000 },
  async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 25, maxLength: 60, size: "max" }),
      async (list) => {
        const world = await createWorld()
        const done: string[] = []
        for (const [position, each] of list.entries()) {
          const what = names[each.what] ?? "pass"
          const agent = pick(world.company.agents, each.who)
          const name = pick(CUSTOMERS, each.which)
          if (!world.company.customers.has(name)) await writeAs(world, name)
          // A refusal or a conversation out of sight is as good a step as any other.
          const outcome = await steps[what]?.(world, each, agent, name).catch(refusedOnly)
          expect(Object(outcome).status ?? 200, `${agent.name} ${what} ${name}`).toBeLessThan(500)
          await parley.runDueJobs()
          parley.clock.advance(0.5)
          done.push(`${agent.name} ${what} ${name}`)
          if (position % 6 === 5) await expectEqualCounts(world, done)
        }
        await expectEqualCounts(world, done)
      },
    )
    await fc.assert(property, { numRuns: 12, endOnFailure: true })
  },
)

/** Looking at what one may not see throws the refusal. Everything else is a bug. */
function refusedOnly(error: unknown): void {
  if (!(error instanceof Error && /^4\d\d: /.test(error.message))) throw error
}

/** Each customer has a website of his own: his key is known there only. */
function writeAs({ company, sources }: World, name: string): Promise<unknown> {
  return company.write(name, { at: pick(sources, CUSTOMERS.indexOf(name)) })
}
