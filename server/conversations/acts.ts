/** What agents do with a conversation, and what they read of it: the functions behind the routes, one each. */
export { accessEntry } from "./act.ts"
export { answer } from "./answer.ts"
export { assign, decline, offer } from "./assign.ts"
export { close, reopen } from "./close.ts"
export { resend } from "./deliver.ts"
export { getConversation, listConversations, listEntries } from "./listing.ts"
export { read, star, unread } from "./mark.ts"
export { note } from "./note.ts"
