import { sql } from "kysely"
import { findLanguage, type Language } from "../../protocol/languages.ts"
import type { Db, Tx } from "../db/db.ts"
import { write, type Sync } from "../sync/sync.ts"
import type { Agent } from "./agent.ts"

/** null: he leaves it to his browsers. */
export async function setLanguage(
  sync: Sync,
  agent: Agent,
  { id, language }: { id: string; language: Language | null },
): Promise<{ number: number }> {
  const { workspaceId, agentId } = agent
  const command = { actor: `agent:${agentId}`, id, name: "set-language" }
  return write(sync, { workspaceId, command }, async ({ tx, changed }) => {
    await sql`
      update agents set language = ${language} where workspace_id = ${workspaceId} and id = ${agentId}`.execute(
      tx,
    )
    changed("self", agentId, [`agent:${agentId}`])
    return {}
  })
}

/** What a person has chosen anywhere, else what the browser asks for that is at work; `askedIn` are its tags. */
export async function languageOf(db: Db | Tx, userId: string, askedIn: readonly string[]): Promise<Language> {
  const { rows } = await sql<{ language: string }>`
    select language from agents where user_id = ${userId} and language is not null
     order by disabled_at is not null, created_at limit 1`.execute(db)
  return findLanguage([...rows.map(({ language }) => language), ...askedIn]) ?? "en"
}
