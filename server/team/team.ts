/**
 * People: who they are, what they may, which teams they are in and whether they are available.
 *
 * Hides better-auth (users, passwords, sessions; its tables are the schema `identity`), the rules of roles,
 * invitations, and the lease by which an agent without a connected app or reached device becomes Away by himself. Everything that
 * changes what an agent may see writes `access-changed` for him, so that his open sessions start anew; everything
 * that makes an agent unavailable enqueues `release-agent` in the same transaction.
 *
 * Trades: an agent's rights are read from the tables with every request instead of being kept in the session, so
 * that a role or a disabling holds at once; only who holds a session is believed for a few seconds.
 */
export { accessAgent, findReader, requireAdmin, type Agent } from "./agent.ts"
export { createIdentity, type Identity } from "./identity.ts"
export { teamLoaders } from "./loaders.ts"
export { availableAgents, getTeam, membersOf } from "./teams.ts"
export * as presence from "./presence.ts"
export * as acts from "./acts.ts"
