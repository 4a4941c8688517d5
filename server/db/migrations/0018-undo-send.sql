-- owner: team
-- Locks: agents, for a moment.
-- Whether his answers are held for a moment, in which he can take them back. Off: answers are there at once.
alter table agents add column undoes_send boolean not null default false;
