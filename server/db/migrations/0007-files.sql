-- owner: files
-- Locks: new tables only.
create table files (
  workspace_id uuid not null,
  id uuid not null,
  -- The entry it hangs on decides who may see it; the source knows how to fetch it.
  entry_id uuid not null,
  source_id uuid not null,
  name text not null,
  -- Sniffed from the bytes once stored; before that what the provider claimed.
  type text not null,
  size bigint not null default 0,
  state text not null constraint files_state_check check (state in ('waiting', 'stored', 'failed')),
  -- Where the provider has it, until it is fetched.
  remote text,
  sha256 text,
  created_at timestamptz not null,
  constraint files_pkey primary key (workspace_id, id)
);
