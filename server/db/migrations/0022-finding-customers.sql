-- owner: customers
-- Locks: customers and customer_fields wholly while they are written anew, and writers of addresses while their index is
-- made: about twenty seconds a million.

-- Belongs to PostgreSQL; whoever may make tables in the database may create it.
create extension if not exists pg_trgm;

-- Without accents and in small letters, with a space before the first word, so that the beginnings of words are found.
-- The same is made of what is looked for, in server/customers/finding.ts.
alter table customers add column found_as text
  generated always as (' ' || lower(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]+', '', 'g'))) stored;
alter table customer_fields add column found_as text
  generated always as (' ' || lower(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]+', '', 'g'))) stored;

create index customers_found_index on customers using gin (found_as gin_trgm_ops) where found_as is not null;
create index customer_fields_found_index on customer_fields using gin (found_as gin_trgm_ops);
create index addresses_found_index on addresses using gin (value gin_trgm_ops) where channel <> 'web-chat';

-- By name, those without one last.
create index customers_name_index on customers (workspace_id, (coalesce(found_as, '~') collate "C"), id);
