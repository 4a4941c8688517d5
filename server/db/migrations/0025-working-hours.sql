-- owner: team
-- Locks: teams for a moment; what is the same for all rows is written into none.
alter table teams
  -- Null: always open.
  add column hours jsonb,
  -- What its hours say of now.
  add column is_open boolean not null default true;
