-- owner: labels
-- Locks: new tables only.
create table labels (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  color text not null,
  -- What carries it is shown with that one instead. Nothing is moved, so a merge can be undone.
  merged_into uuid,
  -- Nothing shows it; what carries it keeps it, so a deletion can be undone.
  deleted_at timestamptz,
  created_at timestamptz not null,
  constraint labels_pkey primary key (workspace_id, id)
);

-- Of those that can be chosen no two are called the same.
create unique index labels_name_key on labels (workspace_id, lower(name))
  where merged_into is null and deleted_at is null;

create table entry_labels (
  workspace_id uuid not null,
  entry_id uuid not null,
  label_id uuid not null,
  agent_id uuid not null,
  at timestamptz not null,
  constraint entry_labels_pkey primary key (workspace_id, entry_id, label_id)
);

create index entry_labels_label_index on entry_labels (workspace_id, label_id, at);
