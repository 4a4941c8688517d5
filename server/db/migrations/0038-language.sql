-- owner: team
-- Locks: agents, for a moment.
-- What he reads the desk, mails and notifications in, such as 'sv'. Null: what his browser asks for.
alter table agents add column language text;
