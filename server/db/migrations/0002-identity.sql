-- owner: team
-- Locks: new tables only.

-- What better-auth keeps, in its own names and shapes: people, how they prove who they are, where they are signed
-- in. It belongs to the installation and not to a workspace: one person may be an agent of several.
create schema identity;

create table identity."user" (
  id text not null,
  name text not null,
  email text not null,
  "emailVerified" boolean not null,
  image text,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null,
  constraint user_pkey primary key (id),
  constraint user_email_key unique (email)
);

create table identity.session (
  id text not null,
  "expiresAt" timestamptz not null,
  token text not null,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" text not null,
  constraint session_pkey primary key (id),
  constraint session_token_key unique (token),
  constraint session_user_fkey foreign key ("userId") references identity."user" (id) on delete cascade
);
create index session_user_index on identity.session ("userId");

create table identity.account (
  id text not null,
  "accountId" text not null,
  "providerId" text not null,
  "userId" text not null,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  scope text,
  password text,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null,
  constraint account_pkey primary key (id),
  constraint account_user_fkey foreign key ("userId") references identity."user" (id) on delete cascade
);
create index account_user_index on identity.account ("userId");

create table identity.verification (
  id text not null,
  identifier text not null,
  value text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null,
  constraint verification_pkey primary key (id)
);
create index verification_identifier_index on identity.verification (identifier);
