/**
 * A command on its way: what the outbox holds, as it lies on disk. Parsed when issued (so that text is mended
 * and bounded before it is stored) and again when read back.
 */
import { z } from "zod"
import { workspaceCommands } from "../../protocol/commands.ts"
import { conversationCommands } from "../../protocol/conversation-commands.ts"
import { voice } from "../../protocol/uploads.ts"
import { id, inboxKey, stamp } from "../../protocol/values.ts"

const params = z.object({ conversationId: id })

/** Besides the conversation commands, `setInbox`: turning a list round must work offline too. */
export const act = z.discriminatedUnion("command", [
  z.object({ command: z.literal("answer"), params, body: conversationCommands.answer.body }),
  z.object({ command: z.literal("note"), params, body: conversationCommands.note.body }),
  z.object({ command: z.literal("assign"), params, body: conversationCommands.assign.body }),
  z.object({ command: z.literal("offer"), params, body: conversationCommands.offer.body }),
  z.object({ command: z.literal("decline"), params, body: conversationCommands.decline.body }),
  z.object({ command: z.literal("close"), params, body: conversationCommands.close.body }),
  z.object({ command: z.literal("reopen"), params, body: conversationCommands.reopen.body }),
  z.object({ command: z.literal("snooze"), params, body: conversationCommands.snooze.body }),
  z.object({ command: z.literal("star"), params, body: conversationCommands.star.body }),
  z.object({ command: z.literal("read"), params, body: conversationCommands.read.body }),
  z.object({ command: z.literal("unread"), params, body: conversationCommands.unread.body }),
  z.object({ command: z.literal("mention"), params, body: conversationCommands.mention.body }),
  z.object({
    command: z.literal("resend"),
    params: params.extend({ entryId: id }),
    body: conversationCommands.resend.body,
  }),
  z.object({
    command: z.literal("unsend"),
    params: params.extend({ entryId: id }),
    body: conversationCommands.unsend.body,
  }),
  z.object({
    command: z.literal("label"),
    params: params.extend({ entryId: id, labelId: id }),
    body: conversationCommands.label.body,
  }),
  z.object({
    command: z.literal("renameCustomer"),
    params,
    body: conversationCommands.renameCustomer.body,
  }),
  z.object({
    command: z.literal("showCustomerPhoto"),
    params,
    body: conversationCommands.showCustomerPhoto.body,
  }),
  z.object({ command: z.literal("setField"), params, body: conversationCommands.setField.body }),
  z.object({
    command: z.literal("remark"),
    params: params.extend({ remarkId: id }),
    body: conversationCommands.remark.body,
  }),
  z.object({ command: z.literal("block"), params, body: conversationCommands.block.body }),
  z.object({
    command: z.literal("setInbox"),
    params: z.object({ inbox: inboxKey }),
    body: workspaceCommands.setInbox.body,
  }),
])
export type Act = z.infer<typeof act>

/** A file as its author chose it; its bytes go up by themselves. */
export const draftFile = z.object({
  id,
  name: z.string(),
  /** Bytes. */
  size: z.number().int(),
  type: z.string(),
  voice: voice.nullish(),
})
export type DraftFile = z.infer<typeof draftFile>

export const pending = z.object({
  act,
  /** What an answer or a note names by `fileIds`: for showing, and for the draft it becomes when it is refused. */
  files: z.array(draftFile).default([]),
  /** When it was issued, by this machine's clock: only for showing. */
  at: stamp,
  state: z.enum(["waiting", "sending", "done"]),
  /** The change it became; its overlay stays until the cursor reaches that. */
  number: z.number().int().nullable(),
})
export type Pending = z.infer<typeof pending>

/** Acts of one lane are sent one after the other, lanes side by side. */
export function laneOf(one: Act): string {
  return one.command === "setInbox" ? one.params.inbox : one.params.conversationId
}

export function conversationOf(one: Act): string | undefined {
  return one.command === "setInbox" ? undefined : one.params.conversationId
}

export function routeOf(one: Act): { method: string; path: string } {
  const { method, path } =
    one.command === "setInbox" ? workspaceCommands.setInbox : conversationCommands[one.command]
  return { method, path: fillPath(path, one.params) }
}

/** Puts the params into a path such as `/conversations/:conversationId/close`. */
export function fillPath(path: string, params: Record<string, string>): string {
  return path.replace(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(params[name] ?? ""))
}

export function stampNow(): string {
  return new Date().toISOString().replace("Z", "000Z")
}

/** UUIDv7; not `crypto.randomUUID`, which browsers withhold from offices that serve Parley over plain http. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const view = new DataView(bytes.buffer)
  const now = Date.now()
  view.setUint16(0, Math.floor(now / 2 ** 32))
  view.setUint32(2, now % 2 ** 32)
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70)
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
