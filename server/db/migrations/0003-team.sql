-- owner: team
-- Locks: new tables only.
create table workspaces (
  id uuid constraint workspaces_pkey primary key,
  name text not null,
  created_at timestamptz not null
);

create table agents (
  workspace_id uuid not null constraint agents_workspace_fkey references workspaces (id),
  id uuid not null,
  user_id text not null,
  name text not null,
  email text not null,
  role text not null constraint agents_role_check check (role in ('owner', 'admin', 'agent')),
  -- Since when he has this role: what an admin may newly see counts as gained then.
  role_since timestamptz not null,
  capacity int constraint agents_capacity_check check (capacity >= 0),
  away_by_hand boolean not null default false,
  -- False once no app of his has been connected for five minutes.
  is_present boolean not null default false,
  connected_until timestamptz,
  disabled_at timestamptz,
  created_at timestamptz not null,
  constraint agents_pkey primary key (workspace_id, id),
  constraint agents_user_key unique (user_id, workspace_id)
);

create table teams (
  workspace_id uuid not null constraint teams_workspace_fkey references workspaces (id),
  id uuid not null,
  name text not null,
  is_everyone boolean not null default false,
  delivery_mode text not null default 'offer' constraint teams_delivery_mode_check check (delivery_mode in ('queue', 'offer')),
  offer_seconds int not null default 60,
  returns_when_away boolean not null default true,
  created_at timestamptz not null,
  constraint teams_pkey primary key (workspace_id, id)
);
create unique index teams_everyone_key on teams (workspace_id) where is_everyone;

create table memberships (
  workspace_id uuid not null,
  team_id uuid not null,
  agent_id uuid not null,
  joined_at timestamptz not null,
  switched_off boolean not null default false,
  constraint memberships_pkey primary key (workspace_id, team_id, agent_id),
  constraint memberships_team_fkey foreign key (workspace_id, team_id) references teams (workspace_id, id),
  constraint memberships_agent_fkey foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
create index memberships_agent_index on memberships (workspace_id, agent_id);

create table invitations (
  workspace_id uuid not null constraint invitations_workspace_fkey references workspaces (id),
  id uuid not null,
  token_hash text not null constraint invitations_token_key unique,
  role text not null constraint invitations_role_check check (role in ('admin', 'agent')),
  email text,
  team_ids uuid[] not null default '{}',
  created_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_by uuid,
  withdrawn_at timestamptz,
  constraint invitations_pkey primary key (workspace_id, id)
);

create table inbox_preferences (
  workspace_id uuid not null,
  agent_id uuid not null,
  inbox text not null,
  preference jsonb not null,
  constraint inbox_preferences_pkey primary key (workspace_id, agent_id, inbox),
  constraint inbox_preferences_agent_fkey foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
