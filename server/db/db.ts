/**
 * The database: one PostgreSQL, ours or yours, and the few ways in which the rest of the server uses it.
 *
 * Hides where PostgreSQL comes from (embedded binaries under our own launcher, or `DATABASE_URL`), how its
 * schema is brought up to date, how connections are pooled, pipelined and told of changes, and how PostgreSQL's
 * values become ours: times are strings `YYYY-MM-DDTHH:MM:SS.ffffffZ`, so that no microsecond is lost and they
 * compare as text; bigints are numbers, and one beyond 2^53 is an error rather than a rounded value.
 *
 * Trades: queries are SQL text checked by tests, not by types. `transaction` may run its work several times
 * (deadlocks), so work must have no effect outside the database.
 */
export { openDatabase, type Database } from "./open.ts"
export { transaction, snapshot } from "./transaction.ts"
export type { Db, Tx } from "./driver.ts"
export { stamp, systemClock, type Clock } from "./time.ts"
export { newId } from "./id.ts"
export * as copying from "./copying.ts"
export * as prepared from "./prepared.ts"
export * as turns from "./turns.ts"
