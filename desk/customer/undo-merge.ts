import { conversationCommands } from "../../protocol/conversation-commands.ts"
import { newId, RefusalError, request } from "../replica/replica.ts"
import { refusalWords, t } from "../texts/texts.ts"
import { showToast } from "../ui/ui.ts"

/** Only with the server: what comes of it, nobody can show before. */
export function undoMerge(conversationId: string, mergeId: string): void {
  const { method, answer } = conversationCommands.unmerge
  const path = `/conversations/${conversationId}/merges/${mergeId}/undo`
  request(method, path, { id: newId() }, answer).then(
    () => showToast(t("merge.undone")),
    (error: unknown) => {
      if (!(error instanceof RefusalError)) throw error
      showToast(refusalWords(error.body))
    },
  )
}
