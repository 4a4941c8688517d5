-- owner: previews
-- Locks: workspaces for a moment; new tables otherwise.

alter table workspaces
  -- Whether the pages that messages name are asked what they are.
  add column shows_previews boolean not null default true;

-- What a page said of itself when it was asked. Never changed: whoever asks again a day later gets a row of his own.
create table previews (
  workspace_id uuid not null,
  id uuid not null,
  address text not null,
  -- Null: nothing could be had.
  title text,
  description text,
  -- WebP, small, made anew of its pixels.
  picture bytea,
  fetched_at timestamptz not null,
  constraint previews_pkey primary key (workspace_id, id)
);
create index previews_address_index on previews (workspace_id, md5(address), fetched_at);
create index previews_fetched_index on previews (fetched_at);

-- The preview that stands below a message or note.
create table entry_previews (
  workspace_id uuid not null,
  entry_id uuid not null,
  preview_id uuid not null,
  constraint entry_previews_pkey primary key (workspace_id, entry_id),
  constraint entry_previews_entry_fkey foreign key (workspace_id, entry_id) references entries (workspace_id, id) on delete cascade,
  constraint entry_previews_preview_fkey foreign key (workspace_id, preview_id) references previews (workspace_id, id) on delete cascade
);
create index entry_previews_preview_index on entry_previews (workspace_id, preview_id);

-- Up to where the change log was looked through for messages with a web address.
create table preview_places (
  workspace_id uuid not null,
  fed_number bigint not null,
  constraint preview_places_pkey primary key (workspace_id)
);
-- What was written before has none.
insert into preview_places (workspace_id, fed_number) select workspace_id, number from counters;
