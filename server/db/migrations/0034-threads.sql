-- owner: conversations
-- Locks: entries while the index is built, which reads the table once (a second or two for a million entries); drafts for a moment.
alter table entries
  -- Of an answer to a note: that note. Never an answer itself, so a thread is one note and what answers it.
  add column thread uuid;
create index entries_thread_index on entries (workspace_id, thread, at) where thread is not null;

-- Besides the conversation's own draft there is one for each thread (`thread`: its note).
alter table drafts
  add column thread uuid,
  drop constraint drafts_pkey;
create unique index drafts_key on drafts (workspace_id, agent_id, conversation_id, thread) nulls not distinct;
