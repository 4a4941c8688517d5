/**
 * The badge and the inboxes counted by the words of the product, from whole tables and with nothing of the
 * server's own rules: slow, plain, and of no use for anything but comparing.
 */
import { sql } from "kysely"
import type { Db } from "../../server/db/db.ts"

type Tables = {
  agents: { id: string; role: string; roleSince: string; isHere: boolean; isDisabled: boolean }[]
  teams: { id: string; isOpen: boolean }[]
  memberships: { agentId: string; teamId: string; joinedAt: string; isOff: boolean }[]
  conversations: {
    id: string
    teamId: string
    assigneeId: string | null
    offeredTo: string | null
    isOpen: boolean
    isSnoozed: boolean
  }[]
  messages: { conversationId: string; at: string; agentId: string | null }[]
  notices: { agentId: string; conversationId: string; what: string; at: string; isDone: boolean }[]
  marks: { agentId: string; conversationId: string; readUpTo: string | null }[]
  stars: { agentId: string; conversationId: string }[]
}

export async function readTables(db: Db, workspaceId: string): Promise<Tables> {
  const read = async <R>(query: ReturnType<typeof sql<R>>): Promise<R[]> => (await query.execute(db)).rows
  return {
    agents: await read(sql`
      select id, role, role_since as "roleSince", is_present and not away_by_hand as "isHere",
             disabled_at is not null as "isDisabled" from agents where workspace_id = ${workspaceId}`),
    teams: await read(sql`select id, is_open as "isOpen" from teams where workspace_id = ${workspaceId}`),
    memberships: await read(sql`
      select agent_id as "agentId", team_id as "teamId", joined_at as "joinedAt", switched_off as "isOff"
        from memberships where workspace_id = ${workspaceId}`),
    conversations: await read(sql`
      select id, team_id as "teamId", assignee_id as "assigneeId", offer_agent_id as "offeredTo",
             closed_at is null as "isOpen", is_snoozed as "isSnoozed" from conversations where workspace_id = ${workspaceId}`),
    messages: await read(sql`
      select conversation_id as "conversationId", at, agent_id as "agentId"
        from entries where workspace_id = ${workspaceId} and type = 'message'`),
    notices: await read(sql`
      select agent_id as "agentId", conversation_id as "conversationId", what, at, is_done as "isDone"
        from notices where workspace_id = ${workspaceId}`),
    marks: await read(sql`
      select agent_id as "agentId", conversation_id as "conversationId", read_up_to as "readUpTo"
        from marks where workspace_id = ${workspaceId}`),
    stars: await read(sql`
      select agent_id as "agentId", conversation_id as "conversationId"
        from stars where workspace_id = ${workspaceId}`),
  }
}

/** `undefined` for a disabled agent, who has no inboxes. */
export function recount(tables: Tables, agentId: string) {
  const agent = tables.agents.find(({ id }) => id === agentId)
  if (agent === undefined || agent.isDisabled) return undefined
  const isAdmin = agent.role !== "agent"
  const mine = tables.memberships.filter((membership) => membership.agentId === agentId)
  const isInTeam = (teamId: string) => mine.some((membership) => membership.teamId === teamId)
  const open = new Set(tables.teams.filter(({ isOpen }) => isOpen).map(({ id }) => id))
  const isAvailable = agent.isHere && mine.some(({ isOff, teamId }) => !isOff && open.has(teamId))

  const badge = new Set<string>()
  const inboxes: Record<string, number> = { me: 0, mentions: 0, unassigned: 0, starred: 0 }
  if (isAdmin) inboxes["all"] = 0
  for (const { teamId } of mine) inboxes[`team:${teamId}`] = 0
  const count = (inbox: string) => (inboxes[inbox] = (inboxes[inbox] ?? 0) + 1)

  for (const conversation of tables.conversations) {
    const { id, teamId, isOpen } = conversation
    const isHere = (line: { conversationId: string }) => line.conversationId === id
    const notices = tables.notices.filter((notice) => isHere(notice) && notice.agentId === agentId)
    const mentions = notices.filter(({ what }) => what === "mention")
    const isMe = conversation.assigneeId === agentId || conversation.offeredTo === agentId
    const maySee = isMe || isAdmin || isInTeam(teamId) || mentions.length > 0

    const mark = markOf(id, teamId)
    const isUnread = ({ at }: { at: string }) => mark === undefined || at > mark
    const fromCustomer = tables.messages.filter((message) => isHere(message) && message.agentId === null)
    const isNobodys = conversation.assigneeId === null && conversation.offeredTo === null

    if (maySee && tables.stars.some((star) => isHere(star) && star.agentId === agentId)) count("starred")
    if (!isOpen) continue
    const isAwake = !conversation.isSnoozed
    if (isAdmin && isAwake) count("all")
    if (isInTeam(teamId) && isAwake) count(`team:${teamId}`)
    if (isMe && isAwake) count("me")
    if (isMe && isAwake && (fromCustomer.some(isUnread) || notices.some(isUnread))) badge.add(id)
    const waiting = mentions.filter(({ isDone }) => !isDone)
    if (!isMe && waiting.length > 0) count("mentions")
    if (!isMe && waiting.some(isUnread)) badge.add(id)
    if (isNobodys && isInTeam(teamId)) count("unassigned")
    if (isNobodys && isInTeam(teamId) && isAvailable) badge.add(id)
  }
  return { badge: badge.size, inboxes }

  /** Without a mark of his own it stands at the last answer given before he gained access; undefined: at nothing. */
  function markOf(conversationId: string, teamId: string): string | undefined {
    const mark = tables.marks.find(
      (each) => each.conversationId === conversationId && each.agentId === agentId,
    )
    if (mark !== undefined) return mark.readUpTo ?? undefined
    const since = mine.filter((membership) => membership.teamId === teamId).map(({ joinedAt }) => joinedAt)
    if (isAdmin && agent !== undefined) since.push(agent.roleSince)
    const gained = since.toSorted()[0]
    if (gained === undefined) return undefined
    return tables.messages
      .filter(
        (message) =>
          message.conversationId === conversationId && message.agentId !== null && message.at < gained,
      )
      .map(({ at }) => at)
      .toSorted()
      .at(-1)
  }
}
