/**
 * Work that outlives the request that asked for it: enqueued in the same transaction as its reason, run at least
 * once, at its time, by whichever process gets to it.
 *
 * Hides claiming (SKIP LOCKED), leases with heartbeat, lanes, back-off, dead letters and waking. A worker that dies
 * loses its lease after 30 seconds and its jobs are run again, so handlers look first whether their work is done.
 * Due is what the given clock says, never the database's: tests set the clock and run what is due. Leases are watched
 * with a clock that nobody sets, so setting the machine's neither ends nor prolongs one.
 * Trades throughput for order: a lane runs one job at a time, and a failing job holds up its lane until it has
 * succeeded or become a dead letter; of one name in one workspace a third of the places at most are taken, so that one
 * provider's silence does not hold up everything else. A library was not taken: one NOTIFYs inside the writing transaction
 * and keeps a killed worker's job for four hours, the other polls every 350 ms.
 */
export { enqueue, cancelJob, type NewJob } from "./enqueue.ts"
export { createWorker, RetryLater, type Handlers, type RunningJob, type Worker } from "./worker.ts"
export { countJobs, trimFailedJobs } from "./queue.ts"
export * as restoring from "./restored.ts"
export * as putOff from "./put-off.ts"
