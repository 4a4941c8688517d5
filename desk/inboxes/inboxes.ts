/**
 * The five inboxes and the teams': their names and counts, the list of one, and the open conversation beside it.
 *
 * Hides how a list of five thousand stays light and keeps still under the pointer, and which link leads where.
 * The conversation's code is loaded once the list is shown. Traded: rows all have the same height.
 */
export { InboxPage, LinkedPage } from "./inbox-page.tsx"
export { inboxIcon, inboxWords } from "./inbox-words.ts"
export { NowProvider, useNow } from "./now.tsx"
