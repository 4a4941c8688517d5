-- owner: db (installation), jobs (jobs)
-- Locks: creates empty tables only; nothing waits.

create table installation (
  -- Changed by a restore, so that every browser starts anew instead of resuming from a future that is gone.
  restore_id uuid not null default gen_random_uuid(),
  secret text not null default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
  only_row boolean not null default true,
  constraint installation_pkey primary key (only_row),
  constraint installation_only_row check (only_row)
);

insert into installation default values;

create table jobs (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  payload jsonb not null,
  -- A later enqueue with the same key replaces a job that still waits under it.
  key text,
  -- Jobs of one lane run one after another, in the order of `position`.
  lane text,
  position bigint generated always as identity,
  run_at timestamptz not null,
  attempts integer not null default 0,
  -- Set while a worker holds the job: who may finish it, and until when he is believed alive.
  lease_id uuid,
  leased_until timestamptz,
  -- Dead letters: given up after the last attempt, kept for an admin to see and retry.
  failed_at timestamptz,
  failure text,
  constraint jobs_pkey primary key (workspace_id, id)
);

create unique index jobs_key on jobs (workspace_id, key) where key is not null and lease_id is null and failed_at is null;
create index jobs_running_key on jobs (workspace_id, key) where key is not null and lease_id is not null;
create index jobs_due on jobs (run_at) where failed_at is null;
create index jobs_lane on jobs (workspace_id, lane, position) where lane is not null and failed_at is null;
