-- owner: replies
-- Locks: new tables only.
create table saved_replies (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  text text not null,
  -- Null: for the whole workspace.
  team_id uuid,
  -- Answers that were sent with it.
  uses bigint not null default 0,
  -- Nothing offers it; a deletion can be undone.
  deleted_at timestamptz,
  created_at timestamptz not null,
  constraint saved_replies_pkey primary key (workspace_id, id)
);
