-- owner: search
-- Locks: new tables only. What was written before is made findable while the product runs, see server/search/feeding.ts.

-- What a message or note is found by. Narrow and hardly ever updated, so that reading thousands of them in the order
-- of time is cheap. Follows its entry into another conversation, and goes with it.
create table entry_words (
  workspace_id uuid not null,
  conversation_id uuid not null,
  at timestamptz not null,
  entry_id uuid not null,
  words tsvector not null,
  constraint entry_words_pkey primary key (workspace_id, conversation_id, at),
  constraint entry_words_entry_fkey foreign key (workspace_id, conversation_id, at)
    references entries (workspace_id, conversation_id, at) on update cascade on delete cascade
);
create index entry_words_at_index on entry_words (workspace_id, at, conversation_id);
create index entry_words_words_index on entry_words using gin (words);
-- Every search reads all that waits to be moved into the index, so nothing may wait.
alter index entry_words_words_index set (fastupdate = off);

-- How far the words of a workspace have come. No row: nowhere.
create table search_places (
  workspace_id uuid not null,
  -- Of everything that changed up to here the words are kept.
  number bigint not null,
  -- What is older than the log is gone through by id, backwards: from here on it was. Null: there is nothing to go through.
  down_to uuid,
  constraint search_places_pkey primary key (workspace_id)
);
