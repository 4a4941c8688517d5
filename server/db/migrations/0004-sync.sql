-- owner: sync
-- Locks: new tables only.

-- One row a workspace. Its lock is taken by the last statement of every writing transaction, so numbers are
-- handed out in the order of commits and a reader who has seen n has seen everything below n.
create table counters (
  workspace_id uuid constraint counters_pkey primary key,
  number bigint not null default 0,
  -- The log holds every change after this number.
  oldest bigint not null default 0
) with (fillfactor = 50);

create table changes (
  workspace_id uuid not null,
  number bigint not null,
  audience text[] not null,
  kind text not null,
  entity_id uuid not null,
  command_id uuid,
  at timestamptz not null,
  constraint changes_pkey primary key (workspace_id, number)
);
create index changes_at_index on changes using brin (at);

create table commands (
  workspace_id uuid not null,
  -- 'agent:<id>' or 'address:<id>'
  actor text not null,
  id uuid not null,
  -- What it asked for and of what, as in 'close <id>'.
  name text not null,
  answer jsonb not null,
  number bigint not null,
  at timestamptz not null,
  constraint commands_pkey primary key (workspace_id, actor, id)
);
create index commands_at_index on commands using brin (at);
