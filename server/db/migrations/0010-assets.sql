-- owner: http
-- Locks: new table only.

-- Files of the desk and the widget, under names with their content's hash, as each build that ran here has them.
create table assets (
  name text not null,
  body bytea not null,
  -- When a process of that build last said so.
  offered_at timestamptz not null,
  constraint assets_pkey primary key (name)
);
