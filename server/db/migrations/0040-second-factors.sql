-- owner: team
-- Locks: `user`, `session` and `workspaces`, each for a moment.

-- What better-auth keeps of codes and passkeys, in its own names.
alter table identity."user"
  add column "twoFactorEnabled" boolean not null default false;

create table identity.two_factor (
  id text not null,
  -- Both encrypted with the installation's secret.
  secret text not null,
  "backupCodes" text not null,
  "userId" text not null,
  -- False until the first code has shown that the app knows the secret.
  verified boolean,
  "failedVerificationCount" integer,
  "lockedUntil" timestamptz,
  constraint two_factor_pkey primary key (id),
  constraint two_factor_user_key unique ("userId"),
  constraint two_factor_user_fkey foreign key ("userId") references identity."user" (id) on delete cascade
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
  "createdAt" timestamptz,
  aaguid text,
  constraint passkey_pkey primary key (id),
  constraint passkey_credential_key unique ("credentialID"),
  constraint passkey_user_fkey foreign key ("userId") references identity."user" (id) on delete cascade
);
create index passkey_user_index on identity.passkey ("userId");

alter table identity.session
  -- A passkey opened it, which is two factors at once. Better-auth knows nothing of it.
  add column by_passkey boolean not null default false;

alter table workspaces
  -- Whoever signs in after it needs two factors to get in; null: one will do.
  add column two_factors_since timestamptz;
