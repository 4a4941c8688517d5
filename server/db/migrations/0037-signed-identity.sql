-- owner: channels (logos), customers
-- Locks: visitor_keys for a moment.

-- What a signed identity says of itself, as long as nobody is there to note it with; its key opens an address that is
-- perhaps not there before its first message.
alter table visitor_keys add column claims jsonb;

-- Of websites: made anew of what was uploaded, so that they are pictures and nothing else.
create table logos (
  workspace_id uuid not null,
  id uuid not null,
  source_id uuid not null,
  body bytea not null,
  made_at timestamptz not null,
  constraint logos_pkey primary key (id)
);
create index logos_source_index on logos (workspace_id, source_id);
