/**
 * Sources and the adapters behind them: the places customers write to, and what is different about each kind.
 *
 * Hides how a provider is spoken to. Everything to the right sees `Inbound` messages come in and calls `send` on an
 * adapter, whatever the channel. Hides too how messages that came while we were away are caught up (a job per
 * source that asks the provider for a little more than the time since the last look; taking one twice is
 * harmless), and how a file at the provider becomes ours.
 *
 * `send` answers with what happened instead of throwing; only what is `refused` and not permanent may be repeated.
 * A source's secrets leave this module only towards its own adapter; rows hold settings and nothing else.
 * A new channel is a folder beside `sms/`, its line in `adapters.ts`, and its settings in `protocol/`.
 */
export { createAdapters, type Adapters } from "./adapters.ts"
export { findSource, makeWebsiteSource, sourceLoader } from "./source.ts"
export { changeSource, makeSource } from "./change.ts"
export * as identity from "./identity-secret.ts"
export * as logos from "./logo.ts"
export { readWebhook } from "./webhook.ts"
export { expectMedia } from "./media.ts"
export { channelJobs } from "./jobs.ts"
