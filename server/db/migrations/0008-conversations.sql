-- owner: conversations
-- Locks: new tables only.

-- One conversation a customer, forever. No index holds last_at or updated_at, so that nearly every update is HOT.
create table conversations (
  workspace_id uuid not null,
  id uuid not null,
  customer_id uuid not null,
  team_id uuid not null,
  assignee_id uuid,
  -- The one who had this customer last: offered first, assigned again on reopening.
  last_assignee_id uuid,
  closed_at timestamptz,
  offer_id uuid,
  offer_agent_id uuid,
  offer_by_agent_id uuid,
  offer_ends_at timestamptz,
  -- Time of the latest entry of any kind; the next one's time is greater. Order is this, never an id or a client's clock.
  last_at timestamptz not null,
  -- Time of the latest message or note.
  updated_at timestamptz not null,
  -- What updated_at is while closed, null while open: the order of closed lists, indexed without costing open ones HOT.
  listed_at timestamptz,
  waiting_since timestamptz,
  last_source_id uuid,
  last_address_id uuid,
  last_entry_id uuid,
  last_customer_entry_id uuid,
  last_answer_id uuid,
  last_answer_agent_id uuid,
  last_answer_at timestamptz,
  created_at timestamptz not null,
  constraint conversations_pkey primary key (workspace_id, id),
  constraint conversations_customer_key unique (workspace_id, customer_id),
  constraint conversations_offer_check check ((offer_id is null) = (offer_agent_id is null) and (offer_id is null) = (offer_ends_at is null)),
  constraint conversations_listed_check check ((closed_at is null) = (listed_at is null))
) with (fillfactor = 85);
create index conversations_open_team_index on conversations (workspace_id, team_id) where closed_at is null;
create index conversations_open_assignee_index on conversations (workspace_id, assignee_id) where closed_at is null;
create index conversations_unassigned_index on conversations (workspace_id, team_id) where closed_at is null and assignee_id is null and offer_agent_id is null;
create index conversations_offer_index on conversations (workspace_id, offer_agent_id) where offer_agent_id is not null;
create index conversations_closed_team_index on conversations (workspace_id, team_id, listed_at desc, id desc) where closed_at is not null;
create index conversations_closed_assignee_index on conversations (workspace_id, assignee_id, listed_at desc, id desc) where closed_at is not null;

-- Everything of a timeline: messages, notes and events.
create table entries (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  at timestamptz not null,
  type text not null constraint entries_type_check check (type in ('message', 'note', 'event')),
  -- null for what the customer wrote, and for events.
  agent_id uuid,
  address_id uuid,
  source_id uuid,
  text text not null default '',
  event jsonb,
  file_ids uuid[] not null default '{}',
  delivery text,
  delivery_reason text,
  -- Set right before the provider is asked; still set without a provider id after a crash: may have been sent.
  sending_since timestamptz,
  provider_id text,
  -- The time a client or provider claims; only for showing.
  claimed_at timestamptz,
  constraint entries_pkey primary key (workspace_id, id),
  constraint entries_order_key unique (workspace_id, conversation_id, at),
  constraint entries_conversation_fkey foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);
create unique index entries_provider_key on entries (workspace_id, source_id, provider_id) where provider_id is not null;
create index entries_from_customer_index on entries (workspace_id, conversation_id, at) where type = 'message' and agent_id is null;
create index entries_address_index on entries (workspace_id, address_id, at) where type = 'message';

-- What besides the customer's messages is unread for one agent: a note that mentions him, an assignment or an
-- offer to him by somebody else. A mention also lets him see the conversation from then on.
create table notices (
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  entry_id uuid not null,
  what text not null constraint notices_what_check check (what in ('mention', 'assigned', 'offered')),
  at timestamptz not null,
  constraint notices_pkey primary key (workspace_id, conversation_id, agent_id, entry_id)
);
create index notices_mention_index on notices (workspace_id, agent_id, conversation_id) where what = 'mention';

-- Everything up to read_up_to is read by the agent. No row: see loading.
create table marks (
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  read_up_to timestamptz,
  constraint marks_pkey primary key (workspace_id, conversation_id, agent_id)
);

create table stars (
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  at timestamptz not null,
  constraint stars_pkey primary key (workspace_id, agent_id, conversation_id)
);

-- When an agent last accepted a conversation: the tie-breaker of offers.
create table acceptances (
  workspace_id uuid not null,
  agent_id uuid not null,
  at timestamptz not null,
  constraint acceptances_pkey primary key (workspace_id, agent_id)
);
