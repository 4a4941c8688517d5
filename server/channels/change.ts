import { sql } from "kysely"
import type { z } from "zod"
import type { workspaceCommands } from "../../protocol/commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import type { Tx } from "../db/db.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import { getTeam, requireAdmin, type Agent } from "../team/team.ts"
import type { SourceRecord } from "./contract.ts"
import { keepLogo, readLogo } from "./logo.ts"
import { findSource, insertSource, newWebsite, updateSource } from "./source.ts"

type NewSource = z.output<typeof workspaceCommands.makeSource.body>
type SourceChange = z.output<typeof workspaceCommands.changeSource.body>

/** The command's id becomes the source's. Refuses `not-allowed`, `not-found` (team), `invalid-input` (number in use). */
export async function makeSource(
  sync: Sync,
  agent: Agent,
  body: NewSource,
): Promise<{ number: number; id: Id }> {
  requireAdmin(agent)
  const { id, name, settings } = body
  const { workspaceId } = agent
  const command = { actor: `agent:${agent.agentId}`, id, name: "make-source" }
  return write(sync, { workspaceId, command }, async (writing) => {
    const { tx, at } = writing
    const team = await getTeam(tx, workspaceId, body.teamId)
    const source = { workspaceId, id, teamId: team.id, name, at }
    if (settings.channel === "sms") {
      const { authToken, ...shown } = settings
      await refuseNumberInUse(tx, workspaceId, shown.number)
      await insertSource(tx, { ...source, settings: { ...shown, problem: null }, secrets: { authToken } })
      await askProviderSoon(writing, id)
    } else await insertSource(tx, { ...source, settings: newWebsite, secrets: {} })
    writing.changed("source", id, ["workspace"])
    return { id }
  })
}

/**
 * Refuses `not-allowed`, `not-found`, and `invalid-input` for settings of another channel, and for another address of
 * the provider without its token.
 */
export async function changeSource(
  sync: Sync,
  agent: Agent,
  sourceId: Id,
  body: SourceChange,
): Promise<{ number: number }> {
  requireAdmin(agent)
  const { workspaceId } = agent
  const command = { actor: `agent:${agent.agentId}`, id: body.id, name: `change-source ${sourceId}` }
  const coded = body.settings?.channel === "web-chat" ? body.settings.logo : undefined
  const logo = coded && (await readLogo(coded))
  return write(sync, { workspaceId, command }, async (writing) => {
    const { tx } = writing
    const source = await findSource(tx, sourceId, { forUpdate: true })
    if (source?.workspaceId !== workspaceId) throw refuse("not-found")
    const teamId =
      body.teamId === undefined ? source.teamId : (await getTeam(tx, workspaceId, body.teamId)).id
    const changed = newSettings(source, body.settings)
    if (logo !== undefined && changed.settings.channel === "web-chat")
      changed.settings.logo = await keepLogo(writing, { workspaceId, sourceId }, logo || null)
    await updateSource(tx, {
      ...source,
      ...changed,
      name: body.name ?? source.name,
      teamId,
    })
    if (body.settings?.channel === "sms") await askProviderSoon(writing, sourceId)
    writing.changed("source", sourceId, ["workspace"])
    return {}
  })
}

function newSettings(
  source: SourceRecord,
  wanted: SourceChange["settings"],
): Pick<SourceRecord, "settings" | "secrets"> {
  const { settings, secrets } = source
  if (wanted === undefined) return { settings, secrets }
  if (wanted.channel === "web-chat" && settings.channel === "web-chat") {
    const given = Object.entries(wanted).filter(([name, value]) => value !== undefined && name !== "logo")
    return { settings: { ...settings, ...Object.fromEntries(given) }, secrets }
  }
  if (wanted.channel === "sms" && settings.channel === "sms") {
    // Nobody is shown the token, so nobody can have it sent to a server of his own either.
    if ((wanted.apiBase ?? settings.apiBase) !== settings.apiBase && wanted.authToken === undefined)
      throw refuse("invalid-input", { fields: [{ field: "settings/authToken", problem: "needed-anew" }] })
    const { authToken = secrets["authToken"] ?? "", apiBase = settings.apiBase } = wanted
    return { settings: { ...settings, apiBase, problem: null }, secrets: { ...secrets, authToken } }
  }
  throw refuse("invalid-input")
}

/** Looking for missed messages shows at once whether the provider accepts our credentials. */
async function askProviderSoon(writing: Writing, sourceId: Id): Promise<void> {
  await writing.enqueue({ name: "fetch-missed", payload: { sourceId }, key: fetchKey(sourceId) })
}

/** At most one look waits for each source. */
export function fetchKey(sourceId: Id): string {
  return `fetch-missed ${sourceId}`
}

async function refuseNumberInUse(tx: Tx, workspaceId: Id, number: string): Promise<void> {
  const { rows } = await sql`
    select id from sources
     where workspace_id = ${workspaceId} and channel = 'sms' and settings ->> 'number' = ${number}`.execute(
    tx,
  )
  if (rows.length > 0)
    throw refuse("invalid-input", { fields: [{ field: "settings/number", problem: "number-in-use" }] })
}
