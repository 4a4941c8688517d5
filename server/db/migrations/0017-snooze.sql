-- owner: conversations
-- Locks: conversations and notices, each for a moment; the checks do not look at what is there already.
-- Put off by its assignee until a time, or until the customer writes (no time). No index holds it: whether one is
-- snoozed is read with the row, and nearly all updates of a conversation stay within its page.
alter table conversations
  add column is_snoozed boolean not null default false,
  add column snoozed_until timestamptz;

-- Somebody must have it when it comes back.
alter table conversations
  add constraint conversations_snooze_check
    check (case when is_snoozed then assignee_id is not null and closed_at is null else snoozed_until is null end)
    not valid;

alter table notices drop constraint notices_what_check;
alter table notices
  add constraint notices_what_check check (what in ('mention', 'assigned', 'offered', 'woke')) not valid;
