-- owner: customers (visitor_keys), notifications (mail_places, mail_refusals)
-- Locks: addresses for a moment, and its writers while the index is made, of no rows.

alter table addresses
  -- Of a website's visitor: where answers that he does not see are mailed to. He wrote it himself, nobody has verified it.
  add column mail_to text,
  -- Answers up to there are none to be mailed.
  add column mailed_up_to timestamptz;
create index addresses_mail_index on addresses (workspace_id, mail_to) where mail_to is not null;

-- Keys that open an address of a website besides the one it is named after.
create table visitor_keys (
  workspace_id uuid not null,
  source_id uuid not null,
  id uuid not null,
  -- The address's, which is perhaps not there before its first message.
  value text not null,
  -- Hash of what the link in a mail holds. Its first opening gives the browser that opens it a key, and no other one.
  link_hash text,
  -- Hash of a browser's key; null while the link was not opened.
  key_hash text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  constraint visitor_keys_pkey primary key (workspace_id, id)
);
create unique index visitor_keys_link_index on visitor_keys (link_hash) where link_hash is not null;
create unique index visitor_keys_key_index on visitor_keys (key_hash) where key_hash is not null;
create index visitor_keys_address_index on visitor_keys (workspace_id, source_id, value);

-- Up to where the change log was looked through for answers to be mailed.
create table mail_places (
  workspace_id uuid not null,
  fed_number bigint not null,
  constraint mail_places_pkey primary key (workspace_id)
);

-- Addresses that are sent no answers any more, whoever names them; hashes, as there is no other reason to keep them.
create table mail_refusals (
  workspace_id uuid not null,
  email_hash text not null,
  at timestamptz not null,
  constraint mail_refusals_pkey primary key (workspace_id, email_hash)
);
