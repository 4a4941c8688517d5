-- owner: customers
-- Locks: new tables only.
create table customers (
  workspace_id uuid not null,
  id uuid not null,
  name text,
  city text,
  country text,
  language text,
  created_at timestamptz not null,
  constraint customers_pkey primary key (workspace_id, id)
);

create table addresses (
  workspace_id uuid not null,
  id uuid not null,
  customer_id uuid not null,
  source_id uuid not null,
  channel text not null,
  -- Hash of a browser's key, or a phone number (E.164): unique within its source.
  value text not null,
  display text not null default '',
  opted_out_at timestamptz,
  -- When the customer last said a word of consent, the time being the provider's: an earlier one may come later.
  consent_at timestamptz,
  -- Up to where the customer has received and seen (web chat), and up to where an agent has seen what he wrote.
  seen_at timestamptz,
  agent_seen_at timestamptz,
  last_used_at timestamptz not null,
  created_at timestamptz not null,
  constraint addresses_pkey primary key (workspace_id, id),
  constraint addresses_value_key unique (workspace_id, source_id, value),
  constraint addresses_customer_fkey foreign key (workspace_id, customer_id) references customers (workspace_id, id)
);
create index addresses_customer_index on addresses (workspace_id, customer_id);
