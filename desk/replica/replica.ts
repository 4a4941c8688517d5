/**
 * The desk's copy of everything its agent may see: kept on disk, kept true by one change stream, and written
 * through an outbox that survives reloads and lost networks. It hides the socket, the disk, the tabs (one leads,
 * the others follow), optimistic overlays and pages. Components read it with hooks and issue commands; they
 * never fetch. Traded: all open conversations are in memory (1 KB each), so that lists, filters, orders and the
 * badge need no server.
 */
export {
  loadAhead,
  useAgents,
  useConnection,
  useConversation,
  useCounts,
  useCustomer,
  useInbox,
  useLabels,
  usePresence,
  useReplies,
  useSelf,
  useSources,
  useTeams,
  useTimeline,
  useUnready,
  useUpload,
  useViewing,
  useWaitingCount,
  useWorkspace,
  type Self,
} from "./hooks.ts"
export { useDraft } from "./use-draft.ts"
export { RefusalError } from "./ask.ts"
export { closeReplica, openReplica } from "./current.ts"
export { findConversations, whenRead } from "./find.ts"
export {
  attach,
  attachedBytes,
  issue,
  issueWorkspace,
  keepRecording,
  apiUrl,
  request,
  serverNow,
  unattach,
  uploadAgain,
} from "./issue.ts"
export { watchNews, type News } from "./news.ts"
export { type Outcome } from "./outbox.ts"
export { type CustomerNotes } from "./customer.ts"
export { type TimelineEntry } from "./overlay.ts"
export { newId, type DraftFile } from "./act.ts"
