-- owner: conversations
-- Locks: a new table only.
-- Two customers that are one now, and what it takes to make them two again. A row goes with its undoing.
create table merges (
  workspace_id uuid not null,
  -- Of the event that says so.
  id uuid not null,
  -- The conversation that goes on, and the one that is in it.
  conversation_id uuid not null,
  merged_id uuid not null,
  at timestamptz not null,
  -- As things were, and as merging made them: what is different from that by now was done since.
  kept jsonb not null,
  constraint merges_pkey primary key (workspace_id, id),
  -- A conversation is in one other at most; found by links to it.
  constraint merges_merged_key unique (workspace_id, merged_id)
);
create index merges_conversation_index on merges (workspace_id, conversation_id, at);
