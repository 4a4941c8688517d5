/**
 * The law everything on a screen rests on: snapshot + changes = fresh snapshot. It is held against every command
 * there is, for five agents at once: an admin, two members of the team, one who is not in it, and one whom the
 * command makes gain or lose sight. Each of them has an app that stays connected, and one that sleeps through
 * the command and is resumed; after each act both must hold exactly what a fresh one is given.
 */
import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { workspaceCommands } from "../../protocol/commands.ts"
import { conversationCommands } from "../../protocol/conversation-commands.ts"
import type { EntryRow, Row } from "../../protocol/rows.ts"
import { newId } from "../../server/db/db.ts"
import { connectStream, StreamClient } from "../harness/stream-client.ts"
import { createCompany, openParley, type Colleague, type Company } from "./company.ts"
import { conversationCases, type Case, type Screen, type Stage } from "./law-cases.ts"
import { workspaceCases } from "./law-workspace-cases.ts"

let company: Company
let screens: Screen[]
let stage: Omit<Stage, "name">
let stop: () => Promise<void>

beforeAll(async () => {
  const parley = await openParley()
  stop = parley.stop
  company = await createCompany(parley)
  const [ada, bo, cy, dee, eve] = [
    await company.hire("Ada", { role: "admin" }),
    await company.hire("Bo"),
    await company.hire("Cy"),
    await company.hire("Dee"),
    await company.hire("Eve"),
  ]
  const salesId = await company.makeTeam([bo, cy], { deliveryMode: "queue" })
  const salesSourceId = await company.makeSource(salesId)
  stage = { company, salesId, salesSourceId, ada, bo, cy, dee, eve, screenOf, connect }
  screens = await Promise.all(
    [ada, bo, cy, dee, eve].map(async (agent) => {
      const screen = { agent, live: new StreamClient(), sleeper: new StreamClient(), isOut: false }
      await Promise.all([connect(screen, screen.live), connect(screen, screen.sleeper)])
      screen.sleeper.close()
      return screen
    }),
  )
})
afterAll(async () => {
  for (const { live } of screens) live.close()
  await stop()
})

/** Resolves once the client is resumed or has its snapshot. */
async function connect({ agent }: { agent: Colleague }, client: StreamClient): Promise<StreamClient> {
  const { snapshots } = client
  const { workspaceId, url } = company
  await connectStream({ url, cookie: agent.cookie(), workspaceId }, client)
  await client.until(() => client.welcome?.resumed === true || client.snapshots > snapshots, "a beginning")
  return client
}

/** What a replica is for: everything but closed conversations, which are loaded when somebody looks at them. */
function replicaOf(client: StreamClient): Record<string, Row> {
  const rows = [...client.rows].flatMap(([key, { row }]): [string, Row][] =>
    row.kind === "conversation" && !row.isOpen && !row.own.isStarred ? [] : [[key, row]],
  )
  return Object.fromEntries(rows.toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

async function lookAtLaw(act: string): Promise<void> {
  await Promise.all(screens.filter(({ isOut }) => !isOut).map((screen) => lookAtScreen(screen, act)))
}

async function lookAtScreen(screen: Screen, act: string): Promise<void> {
  const { agent, live, sleeper } = screen
  const [fresh] = await Promise.all([connect(screen, new StreamClient()), connect(screen, sleeper)])
  for (const client of [live, sleeper]) await client.reaches(fresh.cursor ?? Infinity)
  // Only what is of the same moment compares; nobody writes while this looks.
  expect([live.cursor, sleeper.cursor], act).toEqual([fresh.cursor, fresh.cursor])
  expect(replicaOf(live), `${agent.name}, connected all the time, after ${act}`).toEqual(replicaOf(fresh))
  expect(replicaOf(sleeper), `${agent.name}, resumed, after ${act}`).toEqual(replicaOf(fresh))
  fresh.close()
  sleeper.close()
}

/** Entries and notes are in no snapshot: what came live must be what pages answer now, to all who may see the conversation. */
async function lookAtEntries(): Promise<void> {
  for (const { agent, live, isOut } of screens) {
    if (isOut) continue
    const held = Map.groupBy(
      [...live.entries.values()].flatMap(({ row }) => (row.kind === "entry" ? [row] : [])),
      (row: EntryRow) => row.conversationId,
    )
    for (const { name, conversationId } of company.customers.values()) {
      const { status } = await agent.get(`/conversations/${conversationId}`)
      if (status !== 200) {
        // Closed ones included, which the law itself does not look at.
        expect(live.row("conversation", conversationId), `${agent.name} still has ${name}`).toBeUndefined()
        expect(live.row("customer", conversationId), `${agent.name} still knows ${name}`).toBeUndefined()
        continue
      }
      const noted = live.row("customer", conversationId)
      if (noted !== undefined) expect(noted).toEqual(await company.notes(agent, name))
      const pages = new Map((await company.timeline(agent, name)).map((row) => [row.id, row]))
      for (const row of held.get(conversationId) ?? [])
        expect(row, `${agent.name} sees`).toEqual(pages.get(row.id))
      // The admin was there from the beginning, so he holds all of it.
      if (agent.name === "Ada") expect(held.get(conversationId)).toHaveLength(pages.size)
    }
  }
}

async function latestNumber(): Promise<number> {
  const { rows } = await sql<{ number: number }>`
    select number from counters where workspace_id = ${company.workspaceId}`.execute(company.database.db)
  return rows[0]?.number ?? 0
}

async function run(command: string, each: Case): Promise<void> {
  const name = `${command} ${newId().slice(-6)}`
  await company.write(name, { at: stage.salesSourceId, text: `secret of ${name}` })
  await lookAtLaw(`${name} wrote`)
  let step = 0
  for await (const _ of each({ ...stage, name })) {
    step += 1
    await lookAtLaw(`step ${step} of ${command}`)
    const number = await latestNumber()
    await company.runDueJobs()
    if ((await latestNumber()) > number) await lookAtLaw(`the jobs of step ${step} of ${command}`)
  }
  expect(step).toBeGreaterThan(0)
  await lookAtEntries()
}

function screenOf(agent: Colleague): Screen {
  const found = screens.find((screen) => screen.agent.agentId === agent.agentId)
  if (found === undefined) throw new Error("Nobody has this screen.")
  return found
}

describe("snapshot and changes are a fresh snapshot after", () => {
  // The lists of commands themselves, so that a command without a case fails.
  test.each(Object.keys(conversationCommands).filter(isCaseOf(conversationCases)))("%s", async (command) => {
    await run(command, conversationCases[command])
  })
  test.each(Object.keys(workspaceCommands).filter(isCaseOf(workspaceCases)))("%s", async (command) => {
    await run(command, workspaceCases[command])
  })
})

function isCaseOf<K extends string>(cases: Record<K, Case>): (name: string) => name is K {
  return (name): name is K => {
    if (!(name in cases)) throw new Error(`The command ${name} has no case here.`)
    return true
  }
}
