/**
 * What an agent is writing, and what came back refused. Both are kept apart until the agent touches the text:
 * only then do returned texts become part of his draft, by their ids, so that no text can be overwritten by a
 * keystroke that crossed with its return. An answer never gets into a note, nor a note into an answer.
 */
import { z } from "zod"
import { refusalBody } from "../../protocol/refusals.ts"
import { id } from "../../protocol/values.ts"
import { draftFile, type Pending } from "./act.ts"
import type { Outcome } from "./outbox.ts"

/** `reason`: this text was refused and came back; it is dropped with the text. */
export const draft = z.object({
  text: z.string(),
  isNote: z.boolean(),
  files: z.array(draftFile).default([]),
  reason: refusalBody.optional(),
})
export type Draft = z.infer<typeof draft>

/** A refused answer or note, or (without a reason) an answer taken back; `id` is the command's. */
export const returned = z.object({
  id,
  conversationId: id,
  text: z.string(),
  isNote: z.boolean(),
  files: z.array(draftFile).default([]),
  reason: refusalBody.optional(),
})
export type Returned = z.infer<typeof returned>

export const NO_DRAFT: Draft = { text: "", isNote: false, files: [] }

/** Whether it is worth keeping: that a note was begun is. */
export function isNothing(draft: Draft): boolean {
  return isEmpty(draft) && !draft.isNote
}

export function isEmpty({ text, files }: Draft): boolean {
  return text === "" && files.length === 0
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
    draft: { text: texts.join("\n\n"), isNote, files, reason: fitting[0]?.reason },
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
    reason,
  }
}
