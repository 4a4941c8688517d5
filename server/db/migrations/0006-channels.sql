-- owner: channels
-- Locks: new tables only.
create table sources (
  workspace_id uuid not null,
  id uuid not null constraint sources_id_key unique,
  channel text not null,
  name text not null,
  team_id uuid not null,
  -- What the source's row shows.
  settings jsonb not null,
  -- What it never shows: the provider's token.
  secrets jsonb not null default '{}',
  -- How far the provider's messages were fetched, for what came while the server was down.
  fetched_until timestamptz,
  created_at timestamptz not null,
  constraint sources_pkey primary key (workspace_id, id)
);
