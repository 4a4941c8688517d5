import { useEffect, useRef, useState } from "react"
import type { ConversationRow } from "../../protocol/rows.ts"
import { useAgents } from "../replica/replica.ts"
import { t } from "../texts/texts.ts"

/**
 * Holds the sending of an answer once when a colleague answered or noted something while the agent was typing: he is told, and
 * the next send goes. What stood there before he began he has seen.
 */
export function useMeanwhile(
  row: ConversationRow,
  selfId: string,
  isWriting: boolean,
): { words: string | undefined; holds: () => boolean } {
  const agents = useAgents()
  const note = useLatestNote(row)
  const answer = row.lastAnswer
  const now = { answerId: answer?.id, noteId: note?.id }
  const seen = useRef(now)
  const [asked, setAsked] = useState<string>()
  const { answerId, noteId } = now
  useEffect(() => {
    if (isWriting) return
    seen.current = { answerId, noteId }
    setAsked(undefined)
  }, [isWriting, answerId, noteId])
  const nameOf = (agentId: string | null | undefined) => agents.get(agentId ?? "")?.name ?? t("someone")
  return {
    words: asked,
    holds() {
      const before = seen.current
      seen.current = now
      const answered = now.answerId !== before.answerId && answer && answer.agentId !== selfId
      const noted = now.noteId !== before.noteId && note && note.agentId !== selfId
      if (!answered && !noted) {
        setAsked(undefined)
        return false
      }
      setAsked(
        answered
          ? t("composer.answeredMeanwhile", { name: nameOf(answer.agentId) })
          : t("composer.notedMeanwhile", { name: nameOf(note?.agentId) }),
      )
      return true
    },
  }
}

/** Of those that were the conversation's last word while it was open here: what the customer wrote since hides none. */
function useLatestNote({ last }: ConversationRow) {
  const [note, setNote] = useState(last?.type === "note" ? last : undefined)
  useEffect(() => {
    if (last?.type === "note") setNote(last)
  }, [last])
  return note
}
