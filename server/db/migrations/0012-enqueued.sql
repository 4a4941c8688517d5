-- owner: jobs
-- Locks: jobs, for a moment; no row is written.
-- Since when a job is due that was to run as soon as possible.
alter table jobs add column enqueued_at timestamptz not null default now();
