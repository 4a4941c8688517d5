-- owner: notifications
-- Locks: new tables; identity.session against writes for the moment that a foreign key takes.

-- How this installation proves to push services that it is the one a browser subscribed to: one pair for all processes.
create table push_keys (
  only_row boolean not null default true,
  public_key text not null,
  private_key text not null,
  constraint push_keys_pkey primary key (only_row),
  constraint push_keys_only_row check (only_row)
);

-- Browsers of agents that take pushes. They go with the session in which they were added: signing out ends both.
create table devices (
  workspace_id uuid not null,
  id uuid not null,
  agent_id uuid not null,
  session_id text not null constraint devices_session_fkey references identity.session (id) on delete cascade,
  endpoint text not null,
  public_key text not null,
  secret text not null,
  -- Conversations whose notification stands on its screen, as far as we know.
  shown uuid[] not null default '{}',
  added_at timestamptz not null,
  constraint devices_pkey primary key (workspace_id, id),
  constraint devices_endpoint_key unique (workspace_id, endpoint),
  constraint devices_agent_fkey foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
-- How far the change log of a workspace that has devices has been looked through for them.
create table push_places (
  workspace_id uuid not null constraint push_places_workspace_fkey references workspaces (id),
  fed_number bigint not null,
  constraint push_places_pkey primary key (workspace_id)
);
create index devices_agent_index on devices (workspace_id, agent_id);
create index devices_session_index on devices (session_id);
