/**
 * How everything that changes becomes durable, and how everybody who may see it gets to know.
 *
 * Hides the change log (one counter a workspace, numbers in the order of commits, a line says what changed and for
 * whom, never how it looks), waking readers in this and other processes, sessions that are resumed or given a
 * snapshot, presence, and retention. Writers know `write`; modules that own rows offer a `Loader`; sync
 * compares sets of keys and knows neither teams nor conversations.
 *
 * The rule that everything rests on: a row is shown because of the keys its reader has at the very moment it is
 * read. So whoever changes an agent's keys (role, teams, disabling) says `access-changed` in the same transaction.
 *
 * Trades: rows are read again for each batch of changes instead of being kept in the log; an old content can
 * then never reach somebody who has lost sight of it, and live frames cannot disagree with snapshots.
 */
export * as retention from "./retention.ts"
export { createSync, type Sync } from "./open.ts"
export { write, type Writing } from "./record.ts"
export type { Loader, Reader } from "./change.ts"
export { openAgentSession } from "./session.ts"
export { readRows } from "./snapshot.ts"
export { endSessions } from "./stream.ts"
export { VisitorPresence } from "./visitor-presence.ts"
