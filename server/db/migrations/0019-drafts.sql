-- owner: conversations
-- Locks: nothing that is there.
-- What an agent is writing, as the last of his devices told it: his alone. `write_id` is the command that wrote it.
create table drafts (
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  text text not null,
  is_note boolean not null,
  write_id uuid not null,
  at timestamptz not null,
  constraint drafts_pkey primary key (workspace_id, agent_id, conversation_id),
  constraint drafts_conversation_fkey foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);
