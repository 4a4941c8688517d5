-- owner: http
-- Locks: new table only.
-- What several processes count together, such as guesses at a password. Unlogged: it is worth nothing after a crash,
-- and counting must not cost a write to the log.
create unlogged table limits (
  -- A hash of what is limited and of whom: nobody's address lies here.
  key text not null,
  count integer not null,
  ends_at timestamptz not null,
  constraint limits_pkey primary key (key)
);
