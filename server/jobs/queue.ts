import { sql } from "kysely"
import { newId, stamp, type Db } from "../db/db.ts"

/** How long a worker is believed alive without a sign. */
export const leaseSeconds = 30

export type ClaimedJob = {
  workspaceId: string
  id: string
  name: string
  payload: unknown
  /** Counts from 1. */
  attempts: number
  leaseId: string
}

export type Claiming = {
  names: readonly string[]
  now: Date
  most: number
  /** Leases whose holders are believed dead: what they hold is free to all. */
  dead: readonly string[]
  /** Kinds of job that run often enough already. */
  full: readonly { workspaceId: string; name: string }[]
}

/**
 * Takes up to `most` jobs that are due at `now`. Of a lane only its first job can be taken, and that one stays
 * in the table until it is done, so a lane is never run by two. What was enqueued again under the key of a running
 * job waits for its end.
 */
export async function claim(db: Db, { names, now, most, dead, full }: Claiming): Promise<ClaimedJob[]> {
  const leaseId = newId()
  const fullWorkspaces = full.map(({ workspaceId }) => workspaceId)
  const fullNames = full.map(({ name }) => name)
  const { rows } = await sql<ClaimedJob>`
    with due as (
      select job.workspace_id, job.id
        from jobs job
       where job.failed_at is null
         and job.run_at <= ${stamp(now)}
         and (job.lease_id is null or job.lease_id = any(${dead}::uuid[]))
         and job.name = any(${names})
         and not exists (
               select 1 from unnest(${fullWorkspaces}::uuid[], ${fullNames}::text[]) as taken (workspace_id, name)
                where taken.workspace_id = job.workspace_id and taken.name = job.name)
         and (job.lane is null or not exists (
               select 1 from jobs earlier
                where earlier.workspace_id = job.workspace_id and earlier.lane = job.lane
                  and earlier.position < job.position and earlier.failed_at is null))
         and (job.key is null or not exists (
               select 1 from jobs running
                where running.workspace_id = job.workspace_id and running.key = job.key and running.id <> job.id
                  and running.lease_id <> all(${dead}::uuid[]) and running.failed_at is null))
       order by job.run_at, job.position
       limit ${most}
         for update skip locked)
    update jobs
       set lease_id = ${leaseId}, leased_until = clock_timestamp() + make_interval(secs => ${leaseSeconds}),
           attempts = attempts + 1
      from due
     where jobs.workspace_id = due.workspace_id and jobs.id = due.id
    returning jobs.workspace_id as "workspaceId", jobs.id, jobs.name, jobs.payload, jobs.attempts,
              jobs.lease_id as "leaseId"`.execute(db)
  return rows
}

export type Lease = {
  leaseId: string
  /** Another one after each renewal, and nothing else: the database's clock may have been set since. */
  leasedUntil: string
  /** By the database's clock. */
  secondsLeft: number
}

export async function readLeases(db: Db): Promise<Lease[]> {
  const { rows } = await sql<Lease>`
    select lease_id as "leaseId", max(leased_until) as "leasedUntil",
           -- An infinite one, as an earlier restore left it, has no difference before PostgreSQL 17.
           extract(epoch from greatest(max(leased_until), 'epoch') - clock_timestamp())::float8 as "secondsLeft"
      from jobs where lease_id is not null and failed_at is null
     group by lease_id`.execute(db)
  return rows
}

/**
 * The clock that said `from` a moment ago was put back: what was to run that much later or sooner runs after the same
 * time as before. What was put off for longer is left alone, so that it does no harm when two processes notice.
 */
export async function bringForward(db: Db, from: Date, milliseconds: number): Promise<void> {
  const seconds = milliseconds / 1_000
  await sql`
    update jobs set run_at = run_at - make_interval(secs => ${seconds})
     where failed_at is null and lease_id is null
       and run_at > ${stamp(from)}::timestamptz - interval '5 s'
       and run_at <= ${stamp(from)}::timestamptz + make_interval(secs => ${seconds})`.execute(db)
}

export async function renew(db: Db, leaseIds: string[]): Promise<void> {
  await sql`
    update jobs set leased_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
     where lease_id = any(${leaseIds}::uuid[])`.execute(db)
}

/** Whoever lost the lease meanwhile changes nothing by this, nor by `postpone` and `bury`. */
export async function finish(db: Db, { workspaceId, id, leaseId }: ClaimedJob): Promise<void> {
  await sql`
    delete from jobs where workspace_id = ${workspaceId} and id = ${id} and lease_id = ${leaseId}`.execute(db)
}

/** Another try at `runAt`, unless a newer job waits under the same key: then that one is the next try. */
export async function postpone(
  db: Db,
  job: ClaimedJob,
  next: { runAt: Date; attempts: number; failure: string },
): Promise<void> {
  const { workspaceId, id, leaseId } = job
  await sql`
    with superseded as (
      delete from jobs
       where workspace_id = ${workspaceId} and id = ${id} and lease_id = ${leaseId}
         and exists (
               select 1 from jobs newer
                where newer.workspace_id = jobs.workspace_id and newer.key = jobs.key
                  and newer.lease_id is null and newer.failed_at is null)
      returning id)
    update jobs
       set lease_id = null, leased_until = null, run_at = ${stamp(next.runAt)}, attempts = ${next.attempts},
           failure = ${next.failure}
     where workspace_id = ${workspaceId} and id = ${id} and lease_id = ${leaseId}
       and not exists (select 1 from superseded)`.execute(db)
}

/** Gives the job up for good; it stays to be seen. */
export async function bury(db: Db, job: ClaimedJob, at: Date, failure: string): Promise<void> {
  await sql`
    update jobs set lease_id = null, leased_until = null, failed_at = ${stamp(at)}, failure = ${failure}
     where workspace_id = ${job.workspaceId} and id = ${job.id} and lease_id = ${job.leaseId}`.execute(db)
}

/** Forgets jobs given up before `before`. Part of the `trim` job. */
export async function trimFailedJobs(db: Db, before: string): Promise<void> {
  await sql`delete from jobs where failed_at < ${before}`.execute(db)
}

/**
 * How many jobs of each name wait, run and are given up, and for how many seconds the longest has been due. One that
 * waits in its lane behind another is not due.
 */
export async function countJobs(
  db: Db,
  now: Date,
): Promise<{ name: string; waiting: number; running: number; failed: number; dueFor: number }[]> {
  const { rows } = await sql<{
    name: string
    waiting: number
    running: number
    failed: number
    dueFor: number
  }>`
    with seen as (
      select name, failed_at is not null as failed,
             lease_id is not null and leased_until >= clock_timestamp() as running,
             case when lane is null or not exists (
                    select 1 from jobs earlier
                     where earlier.workspace_id = jobs.workspace_id and earlier.lane = jobs.lane
                       and earlier.position < jobs.position and earlier.failed_at is null)
                  then case when isfinite(run_at) then run_at else enqueued_at end end as due_at
        from jobs)
    select name,
           count(*) filter (where not failed and not running) as waiting,
           count(*) filter (where not failed and running) as running,
           count(*) filter (where failed) as failed,
           greatest(0, coalesce(extract(epoch from ${stamp(now)}::timestamptz
             - min(due_at) filter (where not failed and not running)), 0))::float8 as "dueFor"
      from seen group by name`.execute(db)
  return rows
}
