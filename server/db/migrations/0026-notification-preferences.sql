-- owner: team
-- Locks: new table only.
create table notification_preferences (
  workspace_id uuid not null,
  agent_id uuid not null,
  preference jsonb not null,
  constraint notification_preferences_pkey primary key (workspace_id, agent_id),
  constraint notification_preferences_agent_fkey foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
