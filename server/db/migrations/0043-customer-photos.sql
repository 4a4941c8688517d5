-- owner: customers
-- Locks: `customers` for a moment.

-- What customers look like, as agents have it: small, and in the database, so that a backup and a merge have it too.
create table customer_photos (
  workspace_id uuid not null,
  id uuid not null,
  -- Whose it was made. After a merge another's may be shown, which is why nothing refers to customers.
  customer_id uuid not null,
  -- WebP.
  picture bytea not null,
  constraint customer_photos_pkey primary key (workspace_id, id)
);
create index customer_photos_customer_index on customer_photos (workspace_id, customer_id);

alter table customers
  -- The one that is shown; null: his initials stand for him.
  add column photo_id uuid;
