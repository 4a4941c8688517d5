-- owner: team
-- Locks: `agents` for a moment.

-- What agents look like: small, and in the database, so that a photo is replaced and removed with its row.
create table agent_photos (
  workspace_id uuid not null,
  -- Where it is fetched, by whoever was told: nobody guesses it.
  path text not null,
  agent_id uuid not null,
  -- WebP. Null once another one is his, which this address leads to from then on, or none.
  picture bytea,
  constraint agent_photos_pkey primary key (workspace_id, path),
  constraint agent_photos_agent_fkey foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
create index agent_photos_agent_index on agent_photos (workspace_id, agent_id);

alter table agents
  -- The path of the one that is shown; null: his initials stand for him.
  add column photo text;
