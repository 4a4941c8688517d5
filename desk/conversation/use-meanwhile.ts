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
  const seen = useRef(latestOf(row))
  const [asked, setAsked] = useState<string>()
  const now = latestOf(row)
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
      const answered = now.answerId !== before.answerId && row.lastAnswer && row.lastAnswer.agentId !== selfId
      const noted = now.noteId !== undefined && now.noteId !== before.noteId && row.last?.agentId !== selfId
      if (!answered && !noted) {
        setAsked(undefined)
        return false
      }
      setAsked(
        answered
          ? t("composer.answeredMeanwhile", { name: nameOf(row.lastAnswer?.agentId) })
          : t("composer.notedMeanwhile", { name: nameOf(row.last?.agentId) }),
      )
      return true
    },
  }
}

function latestOf(row: ConversationRow) {
  return { answerId: row.lastAnswer?.id, noteId: row.last?.type === "note" ? row.last.id : undefined }
}
