import { insist } from "../offline/offline.ts"
import { withTexts } from "../texts/texts.ts"

/** The conversation's code comes once the list is shown, or with the first need of it. */
export const loadConversation = () =>
  insist(() => withTexts("conversation", import("../conversation/conversation.ts")))
