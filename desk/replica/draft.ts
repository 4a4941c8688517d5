/**
 * What an agent is writing, and what came back refused. Both are kept apart until the agent touches the text:
 * only then do returned texts become part of his draft, by their ids, so that no text can be overwritten by a
 * keystroke that crossed with its return. An answer never gets into a note, nor a note into an answer.
 */
import { z } from "zod"
import { refusalBody } from "../../protocol/refusals.ts"
import { id } from "../../protocol/values.ts"
import type { DraftRow } from "../../protocol/rows.ts"
import { draftFile, type Pending } from "./act.ts"
import type { Outcome } from "./outbox.ts"

/** `reason`: this text was refused and came back; it is dropped with the text. */
export const draft = z.object({
  text: z.string(),
  isNote: z.boolean(),
  files: z.array(draftFile).default([]),
  reason: refusalBody.optional(),
  /** The write of the server's draft that this one goes on from, and one that is or was on its way there. */
  base: z.string().nullish(),
  sent: z.string().nullish(),
  /** The change that `base` became: before it is here, the server's draft is an older one. */
  asOf: z.number().optional(),
  /** The server does not have it as it is here. */
  isUnsynced: z.boolean().optional(),
})
export type Draft = z.infer<typeof draft>

/** A refused answer or note, or (without a reason) an answer taken back; `id` is the command's. */
export const returned = z.object({
  id,
  conversationId: id,
  /** The note in whose thread it was to be an answer. */
  thread: id.optional(),
  text: z.string(),
  isNote: z.boolean(),
  files: z.array(draftFile).default([]),
  reason: refusalBody.optional(),
})
export type Returned = z.infer<typeof returned>

/**
 * Under which a draft is kept: its conversation's id, then that of the note in whose thread it is to be an answer. The
 * server's draft has the latter of the two as its own.
 */
export function draftKey(conversationId: string, thread?: string): string {
  return thread === undefined ? conversationId : `${conversationId}/${thread}`
}

export function placeOf(key: string): { conversationId: string; thread: string | undefined; rowId: string } {
  const [conversationId = "", thread] = key.split("/")
  return { conversationId, thread, rowId: thread ?? conversationId }
}

export const NO_DRAFT: Draft = { text: "", isNote: false, files: [] }

export function isEmpty({ text, files }: Draft): boolean {
  return text === "" && files.length === 0
}

type Content = { text: string; isNote: boolean }

/** Without a text it is nothing, whatever it would have become. */
function contentOf(one: Content | undefined): string {
  return one === undefined || one.text === "" ? "" : `${one.isNote} ${one.text}`
}

/** There is nothing to keep. */
export function isNothing(one: Draft): boolean {
  return isEmpty(one) && !one.isNote && !one.isUnsynced && !one.base
}

/** What is in the composer now, going on from what was there before. */
export function typedDraft(before: Draft | undefined, { text, isNote, files, reason }: Draft): Draft {
  const isUnsynced = before?.isUnsynced === true || contentOf(before) !== contentOf({ text, isNote })
  const { base, sent, asOf } = before ?? {}
  return { text, isNote, files, reason, base, sent, asOf, isUnsynced }
}

/** What the server knows of a draft. `has`: its content there; left out while a write is on its way. */
export type Synced = Pick<Draft, "base" | "sent" | "asOf"> & { has?: Content }

export function syncedDraft(before: Draft | undefined, { has, ...synced }: Synced): Draft {
  const own = before ?? NO_DRAFT
  const isUnsynced = has === undefined ? own.isUnsynced : contentOf(own) !== contentOf(has)
  return { ...own, ...synced, isUnsynced }
}

/** How the server's draft differs from the one here, by what another device did. */
export type Elsewhere =
  | { kind: "changed"; row: DraftRow; isUnsynced: boolean }
  /** It was sent or emptied there, and here nothing was typed since. */
  | { kind: "gone" }

export function findElsewhere(
  own: Draft | undefined,
  row: DraftRow | undefined,
  known: { cursor: number | undefined; isComplete: boolean },
): Elsewhere | undefined {
  const { base, sent, asOf = 0, isUnsynced = false } = own ?? NO_DRAFT
  if ((known.cursor ?? -1) < asOf || contentOf(own) === contentOf(row)) return undefined
  if (row)
    return row.writeId === base || row.writeId === sent ? undefined : { kind: "changed", row, isUnsynced }
  return base && !isUnsynced && known.isComplete ? { kind: "gone" } : undefined
}

/**
 * The other device's text is here, too, instead of nothing or after the own; what is a note in part is a note. Files
 * are each device's own until they are sent.
 */
export function withElsewhere(own: Draft, elsewhere: Elsewhere): Draft {
  const { files } = own
  if (elsewhere.kind === "gone") return { ...NO_DRAFT, files, base: null }
  const { text, isNote, writeId: base } = elsewhere.row
  if (own.text === "" || !elsewhere.isUnsynced) return { text, isNote, files, base }
  return { text: `${own.text}\n\n${text}`, isNote: own.isNote || isNote, files, base, isUnsynced: true }
}

/** The draft with what came back before it, and the ids of what did. */
export function joinReturned(
  own: Draft | undefined,
  back: readonly Returned[],
): { draft: Draft; absorbs: readonly string[] } {
  const typed = own ?? NO_DRAFT
  const isNote = isEmpty(typed) ? (back[0]?.isNote ?? typed.isNote) : typed.isNote
  const fitting = back.filter((one) => one.isNote === isNote)
  if (fitting.length === 0) return { draft: typed, absorbs: [] }
  const texts = [...fitting.map((one) => one.text), typed.text].filter((text) => text !== "")
  const files = [...fitting.flatMap((one) => one.files), ...typed.files]
  return {
    draft: { ...typed, text: texts.join("\n\n"), isNote, files, reason: fitting[0]?.reason },
    absorbs: fitting.map((one) => one.id),
  }
}

/** What an answer taken back said: the server's answer to `unsend`. */
const takenBack = z.object({ text: z.string(), files: z.array(draftFile) })

/** A refused answer or note is not lost, nor is an answer taken back: it becomes a draft again. */
export function returnedText({ act, files }: Pending, outcome: Outcome): Returned | undefined {
  const reason = outcome.kind === "refused" ? outcome.refusal : undefined
  if (act.command === "unsend" && outcome.kind === "done") {
    const { text, files: back } = takenBack.parse(outcome.answer)
    return { id: act.body.id, conversationId: act.params.conversationId, text, files: back, isNote: false }
  }
  if (reason === undefined) return undefined
  if (act.command !== "answer" && act.command !== "note") return undefined
  const { id, text } = act.body
  return {
    id,
    conversationId: act.params.conversationId,
    text,
    files,
    isNote: act.command === "note",
    ...(act.command === "note" ? { thread: act.body.thread } : {}),
    reason,
  }
}
