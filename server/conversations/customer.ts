/**
 * What agents do about the customer of a conversation: under its lock, told to those who see it. What they noted is a
 * row of its own beside the conversation's, because lists need none of it.
 */
import { sql } from "kysely"
import type { z } from "zod"
import type { conversationCommands } from "../../protocol/conversation-commands.ts"
import type { CustomerHistory } from "../../protocol/customers.ts"
import type { CustomerRow, Row } from "../../protocol/rows.ts"
import type { Page } from "../../protocol/stream.ts"
import type { Id } from "../../protocol/values.ts"
import { notes, sightings } from "../customers/customers.ts"
import { snapshot, type Tx } from "../db/db.ts"
import type { Loader, Sync, Writing } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { accessConversation, act } from "./act.ts"
import { addEvent, audienceOf } from "./hold.ts"
import { readStretches } from "./history.ts"
import { findNumber } from "./listing.ts"
import { keysOfConversations } from "./loading.ts"
import { endOffer } from "./ownership.ts"

type Body<C extends keyof typeof conversationCommands> = z.output<(typeof conversationCommands)[C]["body"]>
type Done = { number: number }

export async function renameCustomer(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  { id, name }: Body<"renameCustomer">,
): Promise<Done> {
  const asked = { agent, conversationId, name: "rename the customer of", commandId: id }
  return note(sync, asked, "conversation", ({ tx }, of) => notes.rename(tx, of, name))
}

/** Refuses `too-many-fields`. */
export async function setField(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  { id, ...field }: Body<"setField">,
): Promise<Done> {
  const asked = { agent, conversationId, name: "set a field in", commandId: id }
  return note(sync, asked, "customer", ({ tx }, of) => notes.setField(tx, of, field))
}

/** Refuses `not-allowed` for a colleague's remark, and `too-many-remarks`. */
export async function remark(
  sync: Sync,
  agent: Agent,
  { conversationId, remarkId }: { conversationId: Id; remarkId: Id },
  { id, ...said }: Body<"remark">,
): Promise<Done> {
  const asked = { agent, conversationId, name: `remark ${remarkId} in`, commandId: id }
  return note(sync, asked, "customer", (writing, of) =>
    notes.setRemark(writing, of, { agent, remarkId, otherId: id, ...said }),
  )
}

/** What is known of the customer, wherever he was merged into: `change` answers whether it changed anything, and who sees the row is told. */
export async function note(
  sync: Sync,
  asked: Parameters<typeof act>[1],
  row: "conversation" | "customer",
  change: (writing: Writing, of: { workspaceId: Id; customerId: Id }) => Promise<boolean>,
): Promise<Done> {
  return act(sync, { ...asked, follows: true }, async (held, writing) => {
    const of = { workspaceId: asked.agent.workspaceId, customerId: held.now.customerId }
    if (await change(writing, of)) writing.changed(row, held.now.id, audienceOf(held))
    return {}
  })
}

/**
 * From now on what the customer writes opens, notifies and counts nothing; see `arrive`. His conversation closes.
 * Unblocking leaves it closed: who takes a block back at once reopens it, too.
 */
export async function block(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
  { id, isBlocked }: Body<"block">,
): Promise<Done> {
  const { agentId: byAgentId } = agent
  const asked = { agent, conversationId, name: "block the customer of", commandId: id }
  return act(sync, asked, async (held, writing) => {
    const { now } = held
    if (isBlocked === (now.blockedAt !== null)) return {}
    const { at } = addEvent(held, writing.at, { what: isBlocked ? "blocked" : "unblocked", byAgentId })
    now.blockedAt = isBlocked ? at : null
    if (!isBlocked || now.closedAt !== null) return {}
    endOffer(held)
    now.waitingSince = null
    now.closedAt = addEvent(held, writing.at, { what: "closed", byAgentId }).at
    return {}
  })
}

/** The row of what is noted, as a page. */
export async function getCustomer(sync: Sync, agent: Agent, conversationId: Id): Promise<Page> {
  return snapshot(sync.db, async (tx) => {
    await accessConversation(tx, agent, conversationId)
    const rows = await readRows(tx, agent.workspaceId, [conversationId])
    return { asOf: await findNumber(tx, agent.workspaceId), rows, hasMore: false }
  })
}

export async function getCustomerHistory(
  sync: Sync,
  agent: Agent,
  conversationId: Id,
): Promise<CustomerHistory> {
  const { workspaceId } = agent
  return snapshot(sync.db, async (tx) => {
    const { customerId } = await accessConversation(tx, agent, conversationId)
    return {
      ...(await sightings.readSightings(tx, workspaceId, customerId)),
      stretches: await readStretches(tx, workspaceId, conversationId),
    }
  })
}

/** Seen by whoever sees the conversation. A fresh replica holds none. */
export const customerLoader: Loader = {
  kind: "customer",
  async load(tx, workspaceId, ids, readers) {
    const [rows, keys] = await Promise.all([
      readRows(tx, workspaceId, ids),
      keysOfConversations(tx, workspaceId, ids),
    ])
    return new Map(
      readers.map((reader) => {
        const seen = rows.filter((row) => keys.get(row.id)?.some((key) => reader.keys.has(key)))
        return [reader.agentId, new Map<string, Row>(seen.map((row) => [row.id, row]))]
      }),
    )
  },
  async *snapshot() {},
}

async function readRows(tx: Tx, workspaceId: Id, conversationIds: readonly Id[]): Promise<CustomerRow[]> {
  const { rows } = await sql<{ id: Id; customerId: Id }>`
    select id, customer_id as "customerId" from conversations
     where workspace_id = ${workspaceId} and id = any(${conversationIds}::uuid[])`.execute(tx)
  const noted = await notes.readNotes(
    tx,
    workspaceId,
    rows.map(({ customerId }) => customerId),
  )
  return rows.map(({ id, customerId }) => ({
    kind: "customer",
    id,
    ...(noted.get(customerId) ?? { fields: [], remarks: [] }),
  }))
}
