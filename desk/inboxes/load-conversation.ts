import { insist } from "../offline/offline.ts"

/** The conversation's code comes once the list is shown, or with the first need of it. */
export const loadConversation = () => insist(() => import("../conversation/conversation.ts"))
