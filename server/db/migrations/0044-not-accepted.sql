-- owner: conversations
-- Locks: notices for a moment; the check does not look at what is there already.
alter table notices drop constraint notices_what_check;
alter table notices
  add constraint notices_what_check
    check (what in ('mention', 'assigned', 'offered', 'not-accepted', 'woke')) not valid;
