import { sql } from "kysely"
import type { Db } from "../../server/db/db.ts"
import { readTables, recount } from "../flows/recount.ts"
import type { Entry } from "./check.ts"

type Address = { id: string; value: string; channel: string; conversationId: string }

/** What the tables hold when all is quiet, in the words of `check.ts`. */
export async function readTruth(db: Db, workspaceId: string) {
  const { rows: entries } = await sql<Entry>`
    select e.id, e.conversation_id as "conversationId", e.at, e.type, e.text, e.address_id as "addressId",
           array(select f.name from unnest(e.file_ids) with ordinality as wanted (id, position)
                   join files f on f.workspace_id = e.workspace_id and f.id = wanted.id
                  order by wanted.position) as files,
           array(select carried.label_id::text from entry_labels carried
                  where carried.workspace_id = e.workspace_id and carried.entry_id = e.id order by 1) as labels
      from entries e where e.workspace_id = ${workspaceId}`.execute(db)
  const { rows: addresses } = await sql<Address>`
    select a.id, a.value, a.channel, c.id as "conversationId" from addresses a
      join conversations c on c.workspace_id = a.workspace_id and c.customer_id = a.customer_id
     where a.workspace_id = ${workspaceId}`.execute(db)
  const { rows: sights } = await sql<{ agentId: string; conversationId: string }>`
    select a.id as "agentId", c.id as "conversationId" from agents a
      join conversations c on c.workspace_id = a.workspace_id
     where a.workspace_id = ${workspaceId}
       and (a.role <> 'agent' or c.assignee_id = a.id or c.offer_agent_id = a.id
            or exists (select from memberships m
                        where m.workspace_id = a.workspace_id and m.agent_id = a.id and m.team_id = c.team_id)
            or exists (select from notices n
                        where n.workspace_id = a.workspace_id and n.agent_id = a.id and n.conversation_id = c.id
                          and n.what = 'mention'))`.execute(db)
  const tables = await readTables(db, workspaceId)
  const sight = new Map(tables.agents.map(({ id }) => [id, new Set<string>()]))
  for (const { agentId, conversationId } of sights) sight.get(agentId)?.add(conversationId)
  const badges = new Map(tables.agents.map(({ id }) => [id, recount(tables, id)?.badge ?? 0]))
  const homes = new Map(addresses.map(({ id, conversationId }) => [id, conversationId]))
  return { entries, addresses, homes, sight, badges }
}

/** The files that are part of an entry. */
export async function readFiles(db: Db, workspaceId: string): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select f.id, f.name from files f
     where f.workspace_id = ${workspaceId}
       and f.id in (select unnest(e.file_ids) from entries e where e.workspace_id = ${workspaceId})`.execute(
    db,
  )
  return rows
}

/** Answers that have not been decided on by their provider. */
export async function countSending(db: Db, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from entries
     where workspace_id = ${workspaceId} and delivery = 'sending'`.execute(db)
  return rows[0]?.count ?? 0
}

/** The number of the latest change. */
export async function readNumber(db: Db, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ number: number }>`
    select number from counters where workspace_id = ${workspaceId}`.execute(db)
  return rows[0]?.number ?? 0
}
