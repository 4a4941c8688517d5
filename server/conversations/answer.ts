import { sql } from "kysely"
import type { z } from "zod"
import { UNDO_SECONDS, type conversationCommands } from "../../protocol/conversation-commands.ts"
import { refuse, type Refusal } from "../../protocol/refusals.ts"
import type { Id, Stamp } from "../../protocol/values.ts"
import type { Adapters } from "../channels/channels.ts"
import { findAddress, type AddressRecord } from "../customers/customers.ts"
import { stamp, type Tx } from "../db/db.ts"
import { uploads } from "../files/files.ts"
import { countUses } from "../replies/replies.ts"
import type { Sync, Writing } from "../sync/sync.ts"
import type { Agent } from "../team/team.ts"
import { act } from "./act.ts"
import { addEntry, type Held } from "./hold.ts"
import { accept, endOffer, reopen } from "./ownership.ts"

type Answer = z.output<typeof conversationCommands.answer.body>

/**
 * Sends an answer, and takes the conversation where it is nobody's, offered to the author, or closed. Nothing is
 * written if the customer is blocked (`customer-blocked`), or if assignee, state or answers are not what the author
 * saw: `conversation-taken`, `-released`, `-closed`, `-reopened`, `answered-meanwhile`.
 */
export async function answer(
  needs: { sync: Sync; adapters: Adapters },
  agent: Agent,
  conversationId: Id,
  body: Answer,
): Promise<{ number: number; at: Stamp; assigneeId: Id }> {
  const { sync, adapters } = needs
  const asked = { agent, conversationId, name: "answer", commandId: body.id, follows: true }
  return act(sync, asked, async (held, writing) => {
    if (held.now.blockedAt !== null) throw refuse("customer-blocked")
    const address = await accessAddress(writing.tx, held, body.addressId)
    await refuseIfDifferent(writing.tx, held, { agentId: agent.agentId, expects: body.expects })
    return sendAnswer(writing, { held, adapters, agentId: agent.agentId, address, body })
  })
}

type Sending = {
  held: Held
  adapters: Adapters
  agentId: Id
  address: AddressRecord
  body: Pick<Answer, "id" | "text" | "fileIds" | "replyIds" | "isUndoable">
}

/**
 * The message itself, and what follows from it for the held conversation. Refuses `address-closed`, `text-too-long`,
 * `files-need-url` and `file-missing`.
 */
export async function sendAnswer(
  writing: Writing,
  { held, adapters, agentId, address, body }: Sending,
): Promise<{ at: Stamp; assigneeId: Id }> {
  const { workspaceId } = held
  const conversationId = held.now.id
  const capabilities = adapters.get(address.channel)?.capabilities
  if (capabilities === undefined) throw refuse("address-closed")
  const { fileIds = [] } = body
  // A file that the provider does not carry is sent as a link.
  const most = capabilities.maxText - fileIds.length * capabilities.linkText
  if (body.text.length > most) throw refuse("text-too-long", { most })
  if (fileIds.length > 0 && !capabilities.takesFiles) throw refuse("files-need-url")
  await takeByAnswer(writing, held, agentId)
  await uploads.attach(writing.tx, { workspaceId, uploader: `agent:${agentId}`, entryId: body.id, fileIds })
  const isSent = capabilities.delivery === "stream"
  const entry = addEntry(held, writing.at, {
    id: body.id,
    type: "message",
    agentId,
    addressId: address.id,
    sourceId: address.sourceId,
    text: body.text,
    fileIds,
    delivery: body.isUndoable ? "held" : isSent ? "sent" : "sending",
  })
  await countUses(writing, workspaceId, body.replyIds ?? [])
  writing.count("messages", { channel: address.channel, direction: "out" })
  held.now.lastAnswerId = entry.id
  held.now.lastAnswerAgentId = agentId
  held.now.lastAnswerAt = entry.at
  held.now.waitingSince = null
  if (body.isUndoable)
    await writing.enqueue({
      name: "send-held",
      payload: { entryId: entry.id },
      runAt: stamp(new Date(Date.parse(writing.at) + UNDO_SECONDS * 1_000)),
      // In their order, and in nobody else's way.
      lane: `held:${conversationId}`,
    })
  else if (!isSent)
    await writing.enqueue({ name: "deliver", payload: { entryId: entry.id }, lane: conversationId })
  return { at: entry.at, assigneeId: held.now.assigneeId ?? agentId }
}

/** An address of the held conversation's customer that may be written to; refuses `not-found` and `opted-out`. */
export async function accessAddress(tx: Tx, held: Held, addressId: Id): Promise<AddressRecord> {
  const address = await findAddress(tx, held.workspaceId, addressId)
  if (address === undefined || address.customerId !== held.now.customerId) throw refuse("not-found")
  if (address.optedOutAt !== null) throw refuse("opted-out")
  return address
}

/**
 * Whose the conversation is and whether it is open must be what the author saw, even where it became his own
 * meanwhile: he may have answered on another device. Only his own newer answers are no obstacle.
 */
async function refuseIfDifferent(
  tx: Tx,
  held: Held,
  author: { agentId: Id; expects: Answer["expects"] },
): Promise<void> {
  const { now, workspaceId } = held
  const { agentId, expects } = author
  const isOpen = now.closedAt === null
  if (now.assigneeId !== null && now.assigneeId !== expects.assigneeId)
    throw await takenBy(tx, workspaceId, now.assigneeId)
  if (!isOpen && expects.isOpen) throw refuse("conversation-closed")
  if (isOpen && !expects.isOpen) throw refuse("conversation-reopened")
  if (now.assigneeId !== expects.assigneeId) throw refuse("conversation-released")
  if (now.lastAnswerId === expects.lastAnswerId) return
  const { rows } = await sql<{ agentId: Id }>`
    select agent_id as "agentId" from entries
     where workspace_id = ${workspaceId} and conversation_id = ${now.id} and type = 'message'
       and agent_id <> ${agentId}
       and at > coalesce((select seen.at from entries seen
                           where seen.workspace_id = ${workspaceId} and seen.id = ${expects.lastAnswerId}
                             and seen.conversation_id = ${now.id}), '-infinity')
     order by at desc limit 1`.execute(tx)
  const [colleague] = rows
  if (colleague === undefined) return
  const agentName = await nameOf(tx, workspaceId, colleague.agentId)
  throw refuse("answered-meanwhile", { agentId: colleague.agentId, agentName })
}

/** Says who has it now: whoever is refused may see the conversation, so he may know. */
export async function takenBy(tx: Tx, workspaceId: Id, assigneeId: Id): Promise<Refusal> {
  return refuse("conversation-taken", { assigneeId, agentName: await nameOf(tx, workspaceId, assigneeId) })
}

async function nameOf(tx: Tx, workspaceId: Id, agentId: Id): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select name from agents where workspace_id = ${workspaceId} and id = ${agentId}`.execute(tx)
  return rows[0]?.name ?? ""
}

export async function takeByAnswer(writing: Writing, held: Held, agentId: Id): Promise<void> {
  const { assigneeId, offer, closedAt } = held.now
  if (closedAt !== null) {
    reopen(writing, held, agentId)
    return accept(writing, held, agentId)
  }
  if (assigneeId === null || offer?.agentId === agentId) return accept(writing, held, agentId)
  // Who suggested his conversation to a colleague goes on answering while he waits; anybody else's answer ends it.
  if (assigneeId !== agentId) endOffer(held)
}
