-- Written by tools/dump-schema.ts from the migrations; not to be edited.

create extension pg_trgm;

create schema identity;

create table acceptances (
  workspace_id uuid not null,
  agent_id uuid not null,
  at timestamp with time zone not null,
  constraint acceptances_pkey PRIMARY KEY (workspace_id, agent_id)
);

create table addresses (
  workspace_id uuid not null,
  id uuid not null,
  customer_id uuid not null,
  source_id uuid not null,
  channel text not null,
  value text not null,
  display text default ''::text not null,
  opted_out_at timestamp with time zone,
  consent_at timestamp with time zone,
  seen_at timestamp with time zone,
  agent_seen_at timestamp with time zone,
  last_used_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  user_agent text,
  mail_to text,
  mailed_up_to timestamp with time zone,
  joined_at timestamp with time zone,
  constraint addresses_pkey PRIMARY KEY (workspace_id, id),
  constraint addresses_customer_fkey FOREIGN KEY (workspace_id, customer_id) REFERENCES customers(workspace_id, id),
  constraint addresses_value_key UNIQUE (workspace_id, source_id, value)
);

create table agent_photos (
  workspace_id uuid not null,
  path text not null,
  agent_id uuid not null,
  picture bytea,
  constraint agent_photos_pkey PRIMARY KEY (workspace_id, path),
  constraint agent_photos_agent_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agents(workspace_id, id)
);

create table agents (
  workspace_id uuid not null,
  id uuid not null,
  user_id text not null,
  name text not null,
  email text not null,
  role text not null,
  role_since timestamp with time zone not null,
  capacity integer,
  away_by_hand boolean default false not null,
  is_present boolean default false not null,
  connected_until timestamp with time zone,
  disabled_at timestamp with time zone,
  created_at timestamp with time zone not null,
  undoes_send boolean default false not null,
  language text,
  photo text,
  constraint agents_pkey PRIMARY KEY (workspace_id, id),
  constraint agents_capacity_check CHECK ((capacity >= 0)),
  constraint agents_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'agent'::text]))),
  constraint agents_user_key UNIQUE (user_id, workspace_id),
  constraint agents_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id)
);

create table api_keys (
  workspace_id uuid not null,
  id uuid not null,
  agent_id uuid not null,
  name text not null,
  beginning text not null,
  key_hash text not null,
  created_at timestamp with time zone not null,
  used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_keys_pkey PRIMARY KEY (workspace_id, id),
  constraint api_keys_agent_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agents(workspace_id, id),
  constraint api_keys_hash_key UNIQUE (key_hash)
);

create table assets (
  name text not null,
  body bytea not null,
  offered_at timestamp with time zone not null,
  constraint assets_pkey PRIMARY KEY (name)
);

create table changes (
  workspace_id uuid not null,
  number bigint not null,
  audience text[] not null,
  kind text not null,
  entity_id uuid not null,
  command_id uuid,
  at timestamp with time zone not null,
  constraint changes_pkey PRIMARY KEY (workspace_id, number)
);

create table commands (
  workspace_id uuid not null,
  actor text not null,
  id uuid not null,
  name text not null,
  answer jsonb not null,
  number bigint not null,
  at timestamp with time zone not null,
  constraint commands_pkey PRIMARY KEY (workspace_id, actor, id)
);

create table conversations (
  workspace_id uuid not null,
  id uuid not null,
  customer_id uuid not null,
  team_id uuid not null,
  assignee_id uuid,
  last_assignee_id uuid,
  closed_at timestamp with time zone,
  offer_id uuid,
  offer_agent_id uuid,
  offer_by_agent_id uuid,
  offer_ends_at timestamp with time zone,
  last_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  listed_at timestamp with time zone,
  waiting_since timestamp with time zone,
  last_source_id uuid,
  last_address_id uuid,
  last_entry_id uuid,
  last_customer_entry_id uuid,
  last_answer_id uuid,
  last_answer_agent_id uuid,
  last_answer_at timestamp with time zone,
  created_at timestamp with time zone not null,
  is_snoozed boolean default false not null,
  snoozed_until timestamp with time zone,
  blocked_at timestamp with time zone,
  seen_at timestamp with time zone,
  constraint conversations_pkey PRIMARY KEY (workspace_id, id),
  constraint conversations_customer_key UNIQUE (workspace_id, customer_id),
  constraint conversations_listed_check CHECK (((closed_at IS NULL) = (listed_at IS NULL))),
  constraint conversations_offer_check CHECK ((((offer_id IS NULL) = (offer_agent_id IS NULL)) AND ((offer_id IS NULL) = (offer_ends_at IS NULL)))),
  constraint conversations_snooze_check CHECK (
CASE
    WHEN is_snoozed THEN ((assignee_id IS NOT NULL) AND (closed_at IS NULL))
    ELSE (snoozed_until IS NULL)
END) NOT VALID
);

create table counters (
  workspace_id uuid not null,
  number bigint default 0 not null,
  oldest bigint default 0 not null,
  constraint counters_pkey PRIMARY KEY (workspace_id)
);

create table customer_fields (
  workspace_id uuid not null,
  customer_id uuid not null,
  key text not null,
  name text not null,
  value text not null,
  found_as text generated always as ((' '::text || lower(regexp_replace(NORMALIZE(value, NFKD), '[\u0300-\u036f]+'::text, ''::text, 'g'::text)))) stored,
  constraint customer_fields_pkey PRIMARY KEY (workspace_id, customer_id, key),
  constraint customer_fields_customer_fkey FOREIGN KEY (workspace_id, customer_id) REFERENCES customers(workspace_id, id)
);

create table customer_photos (
  workspace_id uuid not null,
  id uuid not null,
  customer_id uuid not null,
  picture bytea not null,
  constraint customer_photos_pkey PRIMARY KEY (workspace_id, id)
);

create table customers (
  workspace_id uuid not null,
  id uuid not null,
  name text,
  city text,
  country text,
  language text,
  created_at timestamp with time zone not null,
  time_zone text,
  found_as text generated always as ((' '::text || lower(regexp_replace(NORMALIZE(name, NFKD), '[\u0300-\u036f]+'::text, ''::text, 'g'::text)))) stored,
  photo_id uuid,
  constraint customers_pkey PRIMARY KEY (workspace_id, id)
);

create table devices (
  workspace_id uuid not null,
  id uuid not null,
  agent_id uuid not null,
  session_id text not null,
  endpoint text not null,
  public_key text not null,
  secret text not null,
  shown uuid[] default '{}'::uuid[] not null,
  added_at timestamp with time zone not null,
  constraint devices_pkey PRIMARY KEY (workspace_id, id),
  constraint devices_agent_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agents(workspace_id, id),
  constraint devices_endpoint_key UNIQUE (workspace_id, endpoint),
  constraint devices_session_fkey FOREIGN KEY (session_id) REFERENCES identity.session(id) ON DELETE CASCADE
);

create table drafts (
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  text text not null,
  is_note boolean not null,
  write_id uuid not null,
  at timestamp with time zone not null,
  thread uuid,
  constraint drafts_conversation_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations(workspace_id, id)
);

create table entries (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  at timestamp with time zone not null,
  type text not null,
  agent_id uuid,
  address_id uuid,
  source_id uuid,
  text text default ''::text not null,
  event jsonb,
  file_ids uuid[] default '{}'::uuid[] not null,
  delivery text,
  delivery_reason text,
  sending_since timestamp with time zone,
  provider_id text,
  claimed_at timestamp with time zone,
  thread uuid,
  constraint entries_pkey PRIMARY KEY (workspace_id, id),
  constraint entries_conversation_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversations(workspace_id, id),
  constraint entries_order_key UNIQUE (workspace_id, conversation_id, at),
  constraint entries_type_check CHECK ((type = ANY (ARRAY['message'::text, 'note'::text, 'event'::text])))
);

create table entry_labels (
  workspace_id uuid not null,
  entry_id uuid not null,
  label_id uuid not null,
  agent_id uuid not null,
  at timestamp with time zone not null,
  constraint entry_labels_pkey PRIMARY KEY (workspace_id, entry_id, label_id)
);

create table entry_previews (
  workspace_id uuid not null,
  entry_id uuid not null,
  preview_id uuid not null,
  constraint entry_previews_pkey PRIMARY KEY (workspace_id, entry_id),
  constraint entry_previews_entry_fkey FOREIGN KEY (workspace_id, entry_id) REFERENCES entries(workspace_id, id) ON DELETE CASCADE,
  constraint entry_previews_preview_fkey FOREIGN KEY (workspace_id, preview_id) REFERENCES previews(workspace_id, id) ON DELETE CASCADE
);

create table entry_words (
  workspace_id uuid not null,
  conversation_id uuid not null,
  at timestamp with time zone not null,
  entry_id uuid not null,
  words tsvector not null,
  constraint entry_words_pkey PRIMARY KEY (workspace_id, conversation_id, at),
  constraint entry_words_entry_fkey FOREIGN KEY (workspace_id, conversation_id, at) REFERENCES entries(workspace_id, conversation_id, at) ON UPDATE CASCADE ON DELETE CASCADE
);

create table file_parts (
  workspace_id uuid not null,
  file_id uuid not null,
  start bigint not null,
  id uuid not null,
  size integer not null,
  constraint file_parts_pkey PRIMARY KEY (workspace_id, file_id, start),
  constraint file_parts_file_fkey FOREIGN KEY (workspace_id, file_id) REFERENCES files(workspace_id, id) ON DELETE CASCADE
);

create table files (
  workspace_id uuid not null,
  id uuid not null,
  entry_id uuid,
  source_id uuid,
  name text not null,
  type text not null,
  size bigint default 0 not null,
  state text not null,
  remote text,
  sha256 text,
  created_at timestamp with time zone not null,
  uploader text,
  width integer,
  height integer,
  voice jsonb,
  constraint files_pkey PRIMARY KEY (workspace_id, id),
  constraint files_state_check CHECK ((state = ANY (ARRAY['uploading'::text, 'waiting'::text, 'stored'::text, 'failed'::text]))),
  constraint files_uploader_check CHECK (((uploader IS NOT NULL) OR ((entry_id IS NOT NULL) AND (source_id IS NOT NULL))))
);

create table identity."user" (
  id text not null,
  name text not null,
  email text not null,
  "emailVerified" boolean not null,
  image text,
  "createdAt" timestamp with time zone not null,
  "updatedAt" timestamp with time zone not null,
  "twoFactorEnabled" boolean default false not null,
  constraint user_pkey PRIMARY KEY (id),
  constraint user_email_key UNIQUE (email)
);

create table identity.account (
  id text not null,
  "accountId" text not null,
  "providerId" text not null,
  "userId" text not null,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamp with time zone,
  "refreshTokenExpiresAt" timestamp with time zone,
  scope text,
  password text,
  "createdAt" timestamp with time zone not null,
  "updatedAt" timestamp with time zone not null,
  constraint account_pkey PRIMARY KEY (id),
  constraint account_user_fkey FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE
);

create table identity.passkey (
  id text not null,
  name text,
  "publicKey" text not null,
  "userId" text not null,
  "credentialID" text not null,
  counter bigint not null,
  "deviceType" text not null,
  "backedUp" boolean not null,
  transports text,
  "createdAt" timestamp with time zone,
  aaguid text,
  constraint passkey_pkey PRIMARY KEY (id),
  constraint passkey_credential_key UNIQUE ("credentialID"),
  constraint passkey_user_fkey FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE
);

create table identity.session (
  id text not null,
  "expiresAt" timestamp with time zone not null,
  token text not null,
  "createdAt" timestamp with time zone not null,
  "updatedAt" timestamp with time zone not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" text not null,
  by_passkey boolean default false not null,
  constraint session_pkey PRIMARY KEY (id),
  constraint session_token_key UNIQUE (token),
  constraint session_user_fkey FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE
);

create table identity.two_factor (
  id text not null,
  secret text not null,
  "backupCodes" text not null,
  "userId" text not null,
  verified boolean,
  "failedVerificationCount" integer,
  "lockedUntil" timestamp with time zone,
  constraint two_factor_pkey PRIMARY KEY (id),
  constraint two_factor_user_fkey FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE,
  constraint two_factor_user_key UNIQUE ("userId")
);

create table identity.verification (
  id text not null,
  identifier text not null,
  value text not null,
  "expiresAt" timestamp with time zone not null,
  "createdAt" timestamp with time zone not null,
  "updatedAt" timestamp with time zone not null,
  constraint verification_pkey PRIMARY KEY (id)
);

create table inbox_preferences (
  workspace_id uuid not null,
  agent_id uuid not null,
  inbox text not null,
  preference jsonb not null,
  constraint inbox_preferences_pkey PRIMARY KEY (workspace_id, agent_id, inbox),
  constraint inbox_preferences_agent_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agents(workspace_id, id)
);

create table installation (
  restore_id uuid default gen_random_uuid() not null,
  secret text default replace(((gen_random_uuid())::text || (gen_random_uuid())::text), '-'::text, ''::text) not null,
  only_row boolean default true not null,
  constraint installation_pkey PRIMARY KEY (only_row),
  constraint installation_only_row CHECK (only_row)
);

create table invitations (
  workspace_id uuid not null,
  id uuid not null,
  token_hash text not null,
  role text not null,
  email text,
  team_ids uuid[] default '{}'::uuid[] not null,
  created_by uuid not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  accepted_by uuid,
  withdrawn_at timestamp with time zone,
  constraint invitations_pkey PRIMARY KEY (workspace_id, id),
  constraint invitations_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'agent'::text]))),
  constraint invitations_token_key UNIQUE (token_hash),
  constraint invitations_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id)
);

create table jobs (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  payload jsonb not null,
  key text,
  lane text,
  "position" bigint generated always as identity not null,
  run_at timestamp with time zone not null,
  attempts integer default 0 not null,
  lease_id uuid,
  leased_until timestamp with time zone,
  failed_at timestamp with time zone,
  failure text,
  enqueued_at timestamp with time zone default now() not null,
  constraint jobs_pkey PRIMARY KEY (workspace_id, id)
);

create table labels (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  color text not null,
  merged_into uuid,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint labels_pkey PRIMARY KEY (workspace_id, id)
);

create unlogged table limits (
  key text not null,
  count integer not null,
  ends_at timestamp with time zone not null,
  constraint limits_pkey PRIMARY KEY (key)
);

create table logos (
  workspace_id uuid not null,
  id uuid not null,
  source_id uuid not null,
  body bytea not null,
  made_at timestamp with time zone not null,
  constraint logos_pkey PRIMARY KEY (id)
);

create table mail_places (
  workspace_id uuid not null,
  fed_number bigint not null,
  constraint mail_places_pkey PRIMARY KEY (workspace_id)
);

create table mail_refusals (
  workspace_id uuid not null,
  email_hash text not null,
  at timestamp with time zone not null,
  constraint mail_refusals_pkey PRIMARY KEY (workspace_id, email_hash)
);

create table marks (
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  read_up_to timestamp with time zone,
  constraint marks_pkey PRIMARY KEY (workspace_id, conversation_id, agent_id)
);

create table memberships (
  workspace_id uuid not null,
  team_id uuid not null,
  agent_id uuid not null,
  joined_at timestamp with time zone not null,
  switched_off boolean default false not null,
  constraint memberships_pkey PRIMARY KEY (workspace_id, team_id, agent_id),
  constraint memberships_agent_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agents(workspace_id, id),
  constraint memberships_team_fkey FOREIGN KEY (workspace_id, team_id) REFERENCES teams(workspace_id, id)
);

create table merges (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  merged_id uuid not null,
  at timestamp with time zone not null,
  kept jsonb not null,
  constraint merges_pkey PRIMARY KEY (workspace_id, id),
  constraint merges_merged_key UNIQUE (workspace_id, merged_id)
);

create table notices (
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  entry_id uuid not null,
  what text not null,
  at timestamp with time zone not null,
  is_done boolean default false not null,
  constraint notices_pkey PRIMARY KEY (workspace_id, conversation_id, agent_id, entry_id),
  constraint notices_what_check CHECK ((what = ANY (ARRAY['mention'::text, 'assigned'::text, 'offered'::text, 'not-accepted'::text, 'woke'::text]))) NOT VALID
);

create table notification_preferences (
  workspace_id uuid not null,
  agent_id uuid not null,
  preference jsonb not null,
  constraint notification_preferences_pkey PRIMARY KEY (workspace_id, agent_id),
  constraint notification_preferences_agent_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agents(workspace_id, id)
);

create table preview_places (
  workspace_id uuid not null,
  fed_number bigint not null,
  constraint preview_places_pkey PRIMARY KEY (workspace_id)
);

create table previews (
  workspace_id uuid not null,
  id uuid not null,
  address text not null,
  title text,
  description text,
  picture bytea,
  fetched_at timestamp with time zone not null,
  constraint previews_pkey PRIMARY KEY (workspace_id, id)
);

create table push_keys (
  only_row boolean default true not null,
  public_key text not null,
  private_key text not null,
  constraint push_keys_pkey PRIMARY KEY (only_row),
  constraint push_keys_only_row CHECK (only_row)
);

create table push_places (
  workspace_id uuid not null,
  fed_number bigint not null,
  constraint push_places_pkey PRIMARY KEY (workspace_id),
  constraint push_places_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id)
);

create table remarks (
  workspace_id uuid not null,
  id uuid not null,
  customer_id uuid not null,
  agent_id uuid not null,
  text text not null,
  at timestamp with time zone not null,
  edited_at timestamp with time zone,
  deleted_at timestamp with time zone,
  constraint remarks_pkey PRIMARY KEY (workspace_id, id),
  constraint remarks_customer_fkey FOREIGN KEY (workspace_id, customer_id) REFERENCES customers(workspace_id, id)
);

create table saved_replies (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  text text not null,
  team_id uuid,
  uses bigint default 0 not null,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint saved_replies_pkey PRIMARY KEY (workspace_id, id)
);

create table schema_migrations (
  number integer not null,
  name text not null,
  checksum text not null,
  constraint schema_migrations_pkey PRIMARY KEY (number)
);

create table search_places (
  workspace_id uuid not null,
  number bigint not null,
  down_to uuid,
  constraint search_places_pkey PRIMARY KEY (workspace_id)
);

create table sources (
  workspace_id uuid not null,
  id uuid not null,
  channel text not null,
  name text not null,
  team_id uuid not null,
  settings jsonb not null,
  secrets jsonb default '{}'::jsonb not null,
  fetched_until timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint sources_pkey PRIMARY KEY (workspace_id, id),
  constraint sources_id_key UNIQUE (id)
);

create table stars (
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  at timestamp with time zone not null,
  constraint stars_pkey PRIMARY KEY (workspace_id, agent_id, conversation_id)
);

create table teams (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  is_everyone boolean default false not null,
  delivery_mode text default 'offer'::text not null,
  offer_seconds integer default 60 not null,
  returns_when_away boolean default true not null,
  created_at timestamp with time zone not null,
  hours jsonb,
  is_open boolean default true not null,
  constraint teams_pkey PRIMARY KEY (workspace_id, id),
  constraint teams_delivery_mode_check CHECK ((delivery_mode = ANY (ARRAY['queue'::text, 'offer'::text]))),
  constraint teams_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id)
);

create table visitor_keys (
  workspace_id uuid not null,
  source_id uuid not null,
  id uuid not null,
  value text not null,
  link_hash text,
  key_hash text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  claims jsonb,
  constraint visitor_keys_pkey PRIMARY KEY (workspace_id, id)
);

create table visits (
  workspace_id uuid not null,
  address_id uuid not null,
  at timestamp with time zone not null,
  path text not null,
  constraint visits_pkey PRIMARY KEY (workspace_id, address_id, at),
  constraint visits_address_fkey FOREIGN KEY (workspace_id, address_id) REFERENCES addresses(workspace_id, id)
);

create table webhook_deliveries (
  workspace_id uuid not null,
  id uuid not null,
  webhook_id uuid not null,
  event text not null,
  about text not null,
  body text not null,
  state text not null,
  attempts integer default 0 not null,
  wanted_at timestamp with time zone not null,
  tried_at timestamp with time zone,
  status integer,
  took_ms integer,
  answer text,
  created_at timestamp with time zone not null,
  constraint webhook_deliveries_pkey PRIMARY KEY (workspace_id, id),
  constraint webhook_deliveries_about_key UNIQUE (workspace_id, webhook_id, about),
  constraint webhook_deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text]))),
  constraint webhook_deliveries_webhook_fkey FOREIGN KEY (workspace_id, webhook_id) REFERENCES webhooks(workspace_id, id)
);

create table webhooks (
  workspace_id uuid not null,
  id uuid not null,
  url text not null,
  events text[] not null,
  secret text not null,
  old_secret text,
  old_secret_until timestamp with time zone,
  fed_number bigint not null,
  failing_since timestamp with time zone,
  off_at timestamp with time zone,
  off_why text,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint webhooks_pkey PRIMARY KEY (workspace_id, id),
  constraint webhooks_off_check CHECK (((off_why IS NULL) OR ((off_at IS NOT NULL) AND (off_why = ANY (ARRAY['failing'::text, 'gone'::text])))))
);

create table workspaces (
  id uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  two_factors_since timestamp with time zone,
  shows_previews boolean default true not null,
  constraint workspaces_pkey PRIMARY KEY (id)
);

CREATE INDEX addresses_customer_index ON public.addresses USING btree (workspace_id, customer_id);

CREATE INDEX addresses_found_index ON public.addresses USING gin (value gin_trgm_ops) WHERE (channel <> 'web-chat'::text);

CREATE INDEX addresses_mail_index ON public.addresses USING btree (workspace_id, mail_to) WHERE (mail_to IS NOT NULL);

CREATE INDEX agent_photos_agent_index ON public.agent_photos USING btree (workspace_id, agent_id);

CREATE INDEX changes_at_index ON public.changes USING brin (at);

CREATE INDEX commands_at_index ON public.commands USING brin (at);

CREATE INDEX conversations_blocked_index ON public.conversations USING btree (workspace_id) WHERE (blocked_at IS NOT NULL);

CREATE INDEX conversations_closed_assignee_index ON public.conversations USING btree (workspace_id, assignee_id, listed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX conversations_closed_assignee_source_index ON public.conversations USING btree (workspace_id, assignee_id, last_source_id, listed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX conversations_closed_team_index ON public.conversations USING btree (workspace_id, team_id, listed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX conversations_closed_team_source_index ON public.conversations USING btree (workspace_id, team_id, last_source_id, listed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX conversations_closed_unassigned_index ON public.conversations USING btree (workspace_id, team_id, listed_at DESC, id DESC) WHERE ((closed_at IS NOT NULL) AND (assignee_id IS NULL) AND (offer_agent_id IS NULL));

CREATE INDEX conversations_closed_unassigned_source_index ON public.conversations USING btree (workspace_id, team_id, last_source_id, listed_at DESC, id DESC) WHERE ((closed_at IS NOT NULL) AND (assignee_id IS NULL) AND (offer_agent_id IS NULL));

CREATE INDEX conversations_offer_index ON public.conversations USING btree (workspace_id, offer_agent_id) WHERE (offer_agent_id IS NOT NULL);

CREATE INDEX conversations_open_assignee_index ON public.conversations USING btree (workspace_id, assignee_id) WHERE (closed_at IS NULL);

CREATE INDEX conversations_open_index ON public.conversations USING btree (workspace_id, id) WHERE (closed_at IS NULL);

CREATE INDEX conversations_open_team_index ON public.conversations USING btree (workspace_id, team_id) WHERE (closed_at IS NULL);

CREATE INDEX conversations_unassigned_index ON public.conversations USING btree (workspace_id, team_id) WHERE ((closed_at IS NULL) AND (assignee_id IS NULL) AND (offer_agent_id IS NULL));

CREATE INDEX customer_fields_found_index ON public.customer_fields USING gin (found_as gin_trgm_ops);

CREATE INDEX customer_fields_key_index ON public.customer_fields USING btree (workspace_id, key);

CREATE INDEX customer_photos_customer_index ON public.customer_photos USING btree (workspace_id, customer_id);

CREATE INDEX customers_found_index ON public.customers USING gin (found_as gin_trgm_ops) WHERE (found_as IS NOT NULL);

CREATE INDEX customers_name_index ON public.customers USING btree (workspace_id, COALESCE(found_as, '~'::text) COLLATE "C", id);

CREATE INDEX devices_agent_index ON public.devices USING btree (workspace_id, agent_id);

CREATE INDEX devices_session_index ON public.devices USING btree (session_id);

CREATE UNIQUE INDEX drafts_key ON public.drafts USING btree (workspace_id, agent_id, conversation_id, thread) NULLS NOT DISTINCT;

CREATE INDEX entries_address_index ON public.entries USING btree (workspace_id, address_id, at) WHERE (type = 'message'::text);

CREATE INDEX entries_from_customer_index ON public.entries USING btree (workspace_id, conversation_id, at) WHERE ((type = 'message'::text) AND (agent_id IS NULL));

CREATE UNIQUE INDEX entries_provider_key ON public.entries USING btree (workspace_id, source_id, provider_id) WHERE (provider_id IS NOT NULL);

CREATE INDEX entries_thread_index ON public.entries USING btree (workspace_id, thread, at) WHERE (thread IS NOT NULL);

CREATE INDEX entry_labels_label_index ON public.entry_labels USING btree (workspace_id, label_id, at);

CREATE INDEX entry_previews_preview_index ON public.entry_previews USING btree (workspace_id, preview_id);

CREATE INDEX entry_words_at_index ON public.entry_words USING btree (workspace_id, at, conversation_id);

CREATE INDEX entry_words_words_index ON public.entry_words USING gin (words) WITH (fastupdate=off);

CREATE INDEX files_unsent_index ON public.files USING btree (workspace_id, uploader) WHERE (entry_id IS NULL);

CREATE INDEX account_user_index ON identity.account USING btree ("userId");

CREATE INDEX passkey_user_index ON identity.passkey USING btree ("userId");

CREATE INDEX session_user_index ON identity.session USING btree ("userId");

CREATE INDEX verification_identifier_index ON identity.verification USING btree (identifier);

CREATE INDEX jobs_due ON public.jobs USING btree (run_at) WHERE (failed_at IS NULL);

CREATE UNIQUE INDEX jobs_key ON public.jobs USING btree (workspace_id, key) WHERE ((key IS NOT NULL) AND (lease_id IS NULL) AND (failed_at IS NULL));

CREATE INDEX jobs_lane ON public.jobs USING btree (workspace_id, lane, "position") WHERE ((lane IS NOT NULL) AND (failed_at IS NULL));

CREATE INDEX jobs_running_key ON public.jobs USING btree (workspace_id, key) WHERE ((key IS NOT NULL) AND (lease_id IS NOT NULL));

CREATE UNIQUE INDEX labels_name_key ON public.labels USING btree (workspace_id, lower(name)) WHERE ((merged_into IS NULL) AND (deleted_at IS NULL));

CREATE INDEX logos_source_index ON public.logos USING btree (workspace_id, source_id);

CREATE INDEX memberships_agent_index ON public.memberships USING btree (workspace_id, agent_id);

CREATE INDEX merges_conversation_index ON public.merges USING btree (workspace_id, conversation_id, at);

CREATE INDEX notices_mention_index ON public.notices USING btree (workspace_id, agent_id, conversation_id) WHERE (what = 'mention'::text);

CREATE INDEX notices_open_mention_index ON public.notices USING btree (workspace_id, agent_id, conversation_id) WHERE ((what = 'mention'::text) AND (NOT is_done));

CREATE INDEX previews_address_index ON public.previews USING btree (workspace_id, md5(address), fetched_at);

CREATE INDEX previews_fetched_index ON public.previews USING btree (fetched_at);

CREATE INDEX remarks_customer_index ON public.remarks USING btree (workspace_id, customer_id, at);

CREATE UNIQUE INDEX teams_everyone_key ON public.teams USING btree (workspace_id) WHERE is_everyone;

CREATE INDEX visitor_keys_address_index ON public.visitor_keys USING btree (workspace_id, source_id, value);

CREATE UNIQUE INDEX visitor_keys_key_index ON public.visitor_keys USING btree (key_hash) WHERE (key_hash IS NOT NULL);

CREATE UNIQUE INDEX visitor_keys_link_index ON public.visitor_keys USING btree (link_hash) WHERE (link_hash IS NOT NULL);

CREATE INDEX webhook_deliveries_created_index ON public.webhook_deliveries USING btree (workspace_id, webhook_id, created_at DESC);
