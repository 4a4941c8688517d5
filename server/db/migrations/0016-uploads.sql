-- owner: files
-- Locks: `files` while its rows are looked at once and copied, some seconds for a million.
alter table files
  -- Null while the message is being written that it will hang on.
  alter column entry_id drop not null,
  -- Null for what was uploaded.
  alter column source_id drop not null,
  -- Who may add to it and send it: `agent:<id>`, or `visitor:<source id> <hash of his key>`. Null: a provider had it.
  add column uploader text,
  -- Of a picture that can be shown, upright; null for everything else.
  add column width int,
  add column height int,
  drop constraint files_state_check,
  add constraint files_state_check check (state in ('uploading', 'waiting', 'stored', 'failed')),
  add constraint files_uploader_check check (uploader is not null or entry_id is not null and source_id is not null);
create index files_unsent_index on files (workspace_id, uploader) where entry_id is null;

-- The bytes of a file, one object of the storage for each part, in the order of where they start. Of two parts that
-- start at the same byte the first one counts, so what was received never changes.
create table file_parts (
  workspace_id uuid not null,
  file_id uuid not null,
  start bigint not null,
  -- Of the object.
  id uuid not null,
  size int not null,
  constraint file_parts_pkey primary key (workspace_id, file_id, start),
  constraint file_parts_file_fkey foreign key (workspace_id, file_id) references files (workspace_id, id) on delete cascade
);
insert into file_parts (workspace_id, file_id, start, id, size)
select workspace_id, id, 0, id, size from files where state = 'stored';
