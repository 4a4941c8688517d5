-- owner: webhooks
-- Locks: new tables only.
create table webhooks (
  workspace_id uuid not null,
  id uuid not null,
  url text not null,
  -- What is told to it.
  events text[] not null,
  secret text not null,
  -- Signed with as well until then, so that a receiver can change its own in peace.
  old_secret text,
  old_secret_until timestamptz,
  -- The change up to which the workspace's log was looked through for it.
  fed_number bigint not null,
  -- Since when nothing has reached it; null: the latest has.
  failing_since timestamptz,
  off_at timestamptz,
  -- Null: by hand.
  off_why text,
  deleted_at timestamptz,
  created_at timestamptz not null,
  constraint webhooks_pkey primary key (workspace_id, id),
  constraint webhooks_off_check check (off_why is null or (off_at is not null and off_why in ('failing', 'gone')))
);

create table webhook_deliveries (
  workspace_id uuid not null,
  -- Its place in the webhook's order, too.
  id uuid not null,
  webhook_id uuid not null,
  event text not null,
  -- What it tells of: one thing is told once.
  about text not null,
  body text not null,
  state text not null,
  attempts integer not null default 0,
  -- Tries end a day after it.
  wanted_at timestamptz not null,
  tried_at timestamptz,
  status integer,
  took_ms integer,
  -- How the answer began, or why there was none.
  answer text,
  created_at timestamptz not null,
  constraint webhook_deliveries_pkey primary key (workspace_id, id),
  constraint webhook_deliveries_about_key unique (workspace_id, webhook_id, about),
  constraint webhook_deliveries_state_check check (state in ('waiting', 'delivered', 'failed')),
  constraint webhook_deliveries_webhook_fkey foreign key (workspace_id, webhook_id) references webhooks (workspace_id, id)
);

create index webhook_deliveries_created_index on webhook_deliveries (workspace_id, webhook_id, created_at desc);
