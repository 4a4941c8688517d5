import { sql } from "kysely"
import type { z } from "zod"
import type { repliesAnswer, workspaceCommands } from "../../protocol/commands.ts"
import { refuse } from "../../protocol/refusals.ts"
import type { Id } from "../../protocol/values.ts"
import { write, type Sync, type Writing } from "../sync/sync.ts"
import { getTeam, type Agent } from "../team/team.ts"
import { keysOf } from "./loading.ts"

type Done = { number: number }
type Body<Name extends keyof typeof workspaceCommands> = z.output<(typeof workspaceCommands)[Name]["body"]>
type Kept = { teamId: Id | null; isDeleted: boolean }

/** The command's id becomes the reply's. Refuses `not-allowed`, and `not-found` for a team that is not his. */
export async function makeReply(
  sync: Sync,
  agent: Agent,
  { id, name, text, teamId }: Body<"makeReply">,
): Promise<Done & { id: Id }> {
  return change(sync, agent, { id, name: "make-reply" }, async (writing) => {
    await expectMayKeep(writing, agent, teamId)
    const { rows } = await sql`
      insert into saved_replies (workspace_id, id, name, text, team_id, created_at)
      values (${agent.workspaceId}, ${id}, ${name}, ${text}, ${teamId}, ${writing.at})
      on conflict do nothing returning id`.execute(writing.tx)
    if (rows.length === 0) throw refuse("invalid-input")
    writing.changed("reply", id, keysOf({ teamId }))
    return { id }
  })
}

/** Refuses `not-found` for one he may not see, `not-allowed` for one he may not change or not put there. */
export async function changeReply(
  sync: Sync,
  agent: Agent,
  replyId: Id,
  { id, name, text, teamId }: Body<"changeReply">,
): Promise<Done> {
  return change(sync, agent, { id, name: `change-reply ${replyId}` }, async (writing) => {
    const kept = await hold(writing, agent, replyId)
    if (kept.isDeleted) throw refuse("not-found")
    if (teamId !== undefined) await expectMayKeep(writing, agent, teamId)
    await sql`
      update saved_replies set name = coalesce(${name ?? null}, name), text = coalesce(${text ?? null}, text),
             team_id = ${teamId === undefined ? kept.teamId : teamId}
       where workspace_id = ${agent.workspaceId} and id = ${replyId}`.execute(writing.tx)
    writing.changed("reply", replyId, [...keysOf(kept), ...(teamId === undefined ? [] : keysOf({ teamId }))])
    return {}
  })
}

export async function deleteReply(
  sync: Sync,
  agent: Agent,
  replyId: Id,
  { id }: Body<"deleteReply">,
): Promise<Done> {
  return setDeleted(sync, agent, { replyId, id, isDeleted: true })
}

/** Takes a deletion back. */
export async function restoreReply(
  sync: Sync,
  agent: Agent,
  replyId: Id,
  { id }: Body<"restoreReply">,
): Promise<Done> {
  return setDeleted(sync, agent, { replyId, id, isDeleted: false })
}

async function setDeleted(
  sync: Sync,
  agent: Agent,
  { replyId, id, isDeleted }: { replyId: Id; id: Id; isDeleted: boolean },
): Promise<Done> {
  const name = `${isDeleted ? "delete" : "restore"}-reply ${replyId}`
  return change(sync, agent, { id, name }, async (writing) => {
    const kept = await hold(writing, agent, replyId)
    await sql`
      update saved_replies set deleted_at = ${isDeleted ? writing.at : null}
       where workspace_id = ${agent.workspaceId} and id = ${replyId}`.execute(writing.tx)
    writing.changed("reply", replyId, keysOf(kept))
    return {}
  })
}

/** Those the agent sees, by name, and how many answers were sent with each. */
export async function listReplies(sync: Sync, agent: Agent): Promise<z.input<typeof repliesAnswer>> {
  const { rows } = await sql<z.input<typeof repliesAnswer>["replies"][number]>`
    select id, name, text, team_id as "teamId", uses from saved_replies
     where workspace_id = ${agent.workspaceId} and deleted_at is null
     order by lower(name), id`.execute(sync.db)
  return { replies: rows.filter((row) => maySee(agent, row)) }
}

/** Call it in the transaction that writes the answer; unknown ones are passed over. */
export async function countUses({ tx }: Writing, workspaceId: Id, replyIds: readonly Id[]): Promise<void> {
  if (replyIds.length === 0) return
  await sql`
    update saved_replies set uses = uses + 1
     where workspace_id = ${workspaceId} and id = any(${[...replyIds]}::uuid[])`.execute(tx)
}

async function change<T extends object>(
  sync: Sync,
  agent: Agent,
  asked: { id: Id; name: string },
  work: (writing: Writing) => Promise<T>,
): Promise<T & Done> {
  const { workspaceId, agentId } = agent
  return write(sync, { workspaceId, command: { actor: `agent:${agentId}`, ...asked } }, work)
}

async function hold({ tx }: Writing, agent: Agent, replyId: Id): Promise<Kept> {
  const { rows } = await sql<Kept>`
    select team_id as "teamId", deleted_at is not null as "isDeleted" from saved_replies
     where workspace_id = ${agent.workspaceId} and id = ${replyId} for update`.execute(tx)
  const [kept] = rows
  if (kept === undefined || !maySee(agent, kept)) throw refuse("not-found")
  if (kept.teamId === null && !isAdmin(agent)) throw refuse("not-allowed")
  return kept
}

async function expectMayKeep({ tx }: Writing, agent: Agent, teamId: Id | null): Promise<void> {
  if (teamId === null) {
    if (!isAdmin(agent)) throw refuse("not-allowed")
    return
  }
  await getTeam(tx, agent.workspaceId, teamId)
  if (!maySee(agent, { teamId })) throw refuse("not-found")
}

function maySee(agent: Agent, { teamId }: { teamId: Id | null }): boolean {
  return teamId === null || isAdmin(agent) || agent.keys.has(`team:${teamId}`)
}

function isAdmin({ role }: Agent): boolean {
  return role !== "agent"
}
