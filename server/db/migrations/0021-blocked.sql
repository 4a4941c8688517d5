-- owner: conversations
-- Locks: conversations for a moment, to add columns without a value; its writers while the index is made, of no rows.

-- Set while the customer is blocked; there is one conversation for each customer. Here rather than with him, so that
-- taking a message reads it from the row that it locks anyway.
alter table conversations add column blocked_at timestamptz;
-- When the customer was last seen, writing or on a page; null where that was before this was kept.
alter table conversations add column seen_at timestamptz;
create index conversations_blocked_index on conversations (workspace_id) where blocked_at is not null;
