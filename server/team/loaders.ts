import { sql } from "kysely"
import type { Language } from "../../protocol/languages.ts"
import { toldOfEverything, type NotificationPreference } from "../../protocol/notifications.ts"
import type { InboxPreference, Row } from "../../protocol/rows.ts"
import type { Tx } from "../db/db.ts"
import type { Loader } from "../sync/sync.ts"
import { isAvailable } from "./agent.ts"

/** Workspace, agents and teams are the same to everyone in the workspace. */
function sharedLoader<R extends Row>(
  kind: R["kind"],
  read: (tx: Tx, workspaceId: string, ids: readonly string[] | null) => Promise<R[]>,
): Loader {
  return {
    kind,
    async load(tx, workspaceId, ids, readers) {
      const rows = new Map<string, Row>((await read(tx, workspaceId, ids)).map((row) => [row.id, row]))
      return new Map(readers.map(({ agentId }) => [agentId, rows]))
    },
    async *snapshot(tx, { workspaceId }) {
      yield (await read(tx, workspaceId, null)).map(({ id }) => id)
    },
  }
}

const workspaceLoader = sharedLoader("workspace", async (tx, workspaceId) => {
  const { rows } = await sql<Extract<Row, { kind: "workspace" }>>`
    select 'workspace' as kind, id, name, two_factors_since is not null as "needsTwoFactors",
           shows_previews as "showsPreviews"
      from workspaces where id = ${workspaceId}`.execute(tx)
  return rows
})

const agentLoader = sharedLoader("agent", async (tx, workspaceId, ids) => {
  const { rows } = await sql<Extract<Row, { kind: "agent" }>>`
    select 'agent' as kind, a.id, a.name, a.email, a.role, a.photo,
           ${isAvailable} as "isAvailable",
           a.away_by_hand as "awayByHand", a.disabled_at is not null as "isDisabled", a.capacity,
           array(select m.team_id::text from memberships m
                  where m.workspace_id = a.workspace_id and m.agent_id = a.id and m.switched_off
                  order by m.team_id) as "teamsOff"
      from agents a
     where a.workspace_id = ${workspaceId} and (${ids}::uuid[] is null or a.id = any(${ids}::uuid[]))`.execute(
    tx,
  )
  return rows
})

const teamLoader = sharedLoader("team", async (tx, workspaceId, ids) => {
  const { rows } = await sql<Extract<Row, { kind: "team" }>>`
    select 'team' as kind, t.id, t.name, t.is_everyone as "isEveryone", t.delivery_mode as "deliveryMode",
           t.offer_seconds as "offerSeconds", t.returns_when_away as "returnsWhenAway", t.hours, t.is_open as "isOpen",
           array(select m.agent_id::text from memberships m
                  where m.workspace_id = t.workspace_id and m.team_id = t.id order by m.agent_id) as "memberIds"
      from teams t
     where t.workspace_id = ${workspaceId} and (${ids}::uuid[] is null or t.id = any(${ids}::uuid[]))`.execute(
    tx,
  )
  return rows
})

type Wishes = {
  id: string
  undoesSend: boolean
  language: Language | null
  notifications: NotificationPreference | null
}

/** What is the agent's own: nobody else is ever given it. */
const selfLoader: Loader = {
  kind: "self",
  async load(tx, workspaceId, ids, readers) {
    const { rows } = await sql<{ agentId: string; inbox: string; preference: InboxPreference }>`
      select agent_id as "agentId", inbox, preference from inbox_preferences
       where workspace_id = ${workspaceId} and agent_id = any(${ids}::uuid[])`.execute(tx)
    const { rows: agents } = await sql<Wishes>`
      select a.id, a.undoes_send as "undoesSend", a.language, n.preference as notifications from agents a
        left join notification_preferences n on n.workspace_id = a.workspace_id and n.agent_id = a.id
       where a.workspace_id = ${workspaceId} and a.id = any(${ids}::uuid[])`.execute(tx)
    const wanted = new Map(agents.map((agent) => [agent.id, agent]))
    return new Map(
      readers.map(({ agentId }) => {
        const own = rows.filter((row) => row.agentId === agentId)
        const preferences = Object.fromEntries(own.map(({ inbox, preference }) => [inbox, preference]))
        const wishes = wanted.get(agentId)
        if (wishes === undefined) return [agentId, new Map<string, Row>()]
        const { undoesSend, language, notifications } = wishes
        const row: Row = {
          kind: "self",
          id: agentId,
          preferences,
          undoesSend,
          language,
          notifications: notifications ?? toldOfEverything,
        }
        return [agentId, new Map([[agentId, row]])]
      }),
    )
  },
  async *snapshot(_tx, { agentId }) {
    yield [agentId]
  },
}

export const teamLoaders: readonly Loader[] = [workspaceLoader, agentLoader, teamLoader, selfLoader]
