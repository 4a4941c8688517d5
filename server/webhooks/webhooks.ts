/**
 * Webhooks: other programs are told what happens in conversations.
 *
 * Hides how the change log becomes events: each webhook has its place in its workspace's log, and what stands after it is
 * looked through within a second, so that writing costs nothing for it and nothing is told that did not commit, none
 * is missed and none told twice to a receiver that looks at `webhook-id`. Hides, too, signing (Standard Webhooks), order
 * (one after another for each webhook), tries for a day, the log of deliveries, and the guard of our own network.
 *
 * Trades: what is told is how things are when the log is read, not how they were; and whoever stays away for longer
 * than the log is kept misses the rest.
 */
export * as acts from "./managing.ts"
export { feedWebhooks } from "./feeding.ts"
export { webhookJobs } from "./delivering.ts"
export { giveUpWaiting, trimDeliveries } from "./log.ts"
