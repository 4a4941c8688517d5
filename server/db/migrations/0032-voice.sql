-- owner: files
-- Locks: files for a moment.
alter table files
  -- Of a voice message, as its recorder measured it: milliseconds (`ms`), and how loud it is in at most 64 steps of 0 to
  -- 100 (`peaks`). Null for everything else.
  add column voice jsonb;
