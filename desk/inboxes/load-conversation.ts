import { insist } from "../offline/offline.ts"
import { loadTexts } from "../texts/texts.ts"

/** The conversation's code comes once the list is shown, or with the first need of it. */
export const loadConversation = () =>
  insist(() => loadTexts("conversation").then(() => import("../conversation/conversation.ts")))
