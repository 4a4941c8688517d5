-- owner: customers
-- Locks: new tables; customers and addresses for a moment each, to add columns without a value.

-- What agents know of a customer besides his name, one row a field.
create table customer_fields (
  workspace_id uuid not null,
  customer_id uuid not null,
  -- The name in small letters: "Plan" and "plan" are one field.
  key text not null,
  name text not null,
  value text not null,
  constraint customer_fields_pkey primary key (workspace_id, customer_id, key),
  constraint customer_fields_customer_fkey foreign key (workspace_id, customer_id) references customers (workspace_id, id)
);
create index customer_fields_key_index on customer_fields (workspace_id, key);

create table remarks (
  workspace_id uuid not null,
  id uuid not null,
  customer_id uuid not null,
  agent_id uuid not null,
  text text not null,
  at timestamptz not null,
  edited_at timestamptz,
  -- Nobody is shown it; a deletion can be undone.
  deleted_at timestamptz,
  constraint remarks_pkey primary key (workspace_id, id),
  constraint remarks_customer_fkey foreign key (workspace_id, customer_id) references customers (workspace_id, id)
);
create index remarks_customer_index on remarks (workspace_id, customer_id, at);

-- Pages of a website on which an address was seen: the path alone, because queries hold secrets. Bounded per address.
create table visits (
  workspace_id uuid not null,
  address_id uuid not null,
  at timestamptz not null,
  path text not null,
  constraint visits_pkey primary key (workspace_id, address_id, at),
  constraint visits_address_fkey foreign key (workspace_id, address_id) references addresses (workspace_id, id)
);

alter table addresses add column user_agent text;
alter table customers add column time_zone text;
