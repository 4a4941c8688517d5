/**
 * Conversations: what customers wrote and agents answered, whose turn it is, and who may see it.
 *
 * Hides how a message becomes somebody's (offers, capacity, reopening, time-outs), how two agents who act at the
 * same moment are kept apart, and what is unread for whom. Every act holds the row of its conversation, so the
 * timeline has one order and an answer is sent only if its author saw what is true. All that an act does
 * is gathered on a `Held` and written by one `save`, which tells those who saw the conversation before and
 * those who see it now; nothing else writes conversations, entries or notices.
 *
 * Locks are taken in one order: addresses, conversations by id, offers of the workspace, agents, the counter.
 * Trades: what is unread is counted when a row is loaded instead of being kept, so it cannot drift.
 */
export { receive } from "./receive.ts"
export * as ownWords from "./own-words.ts"
export * as identifying from "./identify.ts"
export * as acts from "./acts.ts"
export * as visitors from "./public.ts"
export * as seen from "./seen.ts"
export { sighted } from "./sightings.ts"
export * as visible from "./visible.ts"
export { conversationJobs } from "./jobs.ts"
export { conversationLoaders, loaderOf } from "./loaders.ts"
export { keysOfConversations } from "./loading.ts"
export { countsFor } from "./counting.ts"
export { entryChanged, recordDelivery } from "./deliver.ts"
export { markUnsure } from "./restored.ts"
