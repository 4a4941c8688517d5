-- owner: team
-- Locks: new tables only.
create table api_keys (
  workspace_id uuid not null,
  id uuid not null,
  -- On whose behalf whoever holds it speaks.
  agent_id uuid not null,
  name text not null,
  -- What it begins with, to tell keys apart by.
  beginning text not null,
  key_hash text not null,
  created_at timestamptz not null,
  -- To within ten minutes.
  used_at timestamptz,
  revoked_at timestamptz,
  constraint api_keys_pkey primary key (workspace_id, id),
  constraint api_keys_hash_key unique (key_hash),
  constraint api_keys_agent_fkey foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
