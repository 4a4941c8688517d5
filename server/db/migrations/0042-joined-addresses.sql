-- owner: customers
-- Locks: addresses for a moment.

alter table addresses
  -- When another address became this one, or was parted from it: what a browser has from before may be full of gaps.
  add column joined_at timestamptz;
