import { sql } from "kysely"
import { afterAll } from "vitest"
import type { Config } from "../../server/config/config.ts"
import { snapshot, type Clock } from "../../server/db/db.ts"
import { start, type Parley } from "../../server/main.ts"
import { teamLoaders } from "../../server/team/team.ts"
import { createTestDatabase, type TestDatabase } from "../harness/harness.ts"

export type RunningParley = Parley & { database: TestDatabase }

/** Starts servers that end with the test file. Their jobs run when a test says so. */
export function parleysOf(clock: Clock): (overrides?: Partial<Config>) => Promise<RunningParley> {
  const opened: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const close of opened.toReversed()) await close()
  })
  return async (overrides = {}) => {
    const database = await createTestDatabase()
    opened.push(() => database.close())
    const roles = new Set(["http", "stream"] as const)
    const parley = await start({ ...database.config, roles, ...overrides }, { clock })
    opened.push(() => parley.stop())
    return { ...parley, database }
  }
}

/** The payloads of the waiting jobs of a name, soonest first. */
export async function jobsOf(parley: Parley, name: string): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<{ payload: Record<string, unknown> }>`
    select payload from jobs where name = ${name} order by run_at, position`.execute(parley.database.db)
  return rows.map(({ payload }) => payload)
}

/** How everybody in the workspace sees the agent. */
export async function agentRow(
  parley: Parley,
  workspaceId: string,
  agentId: string,
): Promise<Record<string, unknown>> {
  const loader = teamLoaders.find(({ kind }) => kind === "agent")
  if (loader === undefined) throw new Error("Nobody loads agents.")
  const reader = { workspaceId, agentId, keys: new Set<string>() }
  const loaded = await snapshot(parley.database.db, (tx) => loader.load(tx, workspaceId, [agentId], [reader]))
  return { ...loaded.get(agentId)?.get(agentId) }
}

export async function everyoneOf(parley: Parley): Promise<string> {
  const { rows } = await sql<{ id: string }>`select id from teams where is_everyone`.execute(
    parley.database.db,
  )
  return rows[0]?.id ?? ""
}
