-- Bans and suspensions: since when, what they pause, whom they keep out, and what staff note about a user.

-- With status `banned`: since when, however often the ban was changed. NULL for a ban from before this column.
ALTER TABLE users ADD COLUMN banned_at INTEGER;

-- A suspension of either party pauses a subscription. The time that was lost is added to its months.
ALTER TABLE subscriptions ADD COLUMN paused_at INTEGER;
ALTER TABLE subscriptions ADD COLUMN paused_ms INTEGER NOT NULL DEFAULT 0;

-- Keyed hash of where a session was last signed in or refreshed from (IPv6 by its /64). It goes with the session.
ALTER TABLE auth_sessions ADD COLUMN address_hash TEXT;
CREATE INDEX auth_sessions_by_address ON auth_sessions (address_hash, user_id) WHERE address_hash IS NOT NULL;

-- What staff note about a user, for other staff.
CREATE TABLE staff_notes (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  staff_id TEXT NOT NULL REFERENCES users (id),
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX staff_notes_of_user ON staff_notes (user_id, id);

-- The list of users for staff, newest first, by each filter that is not nearly everybody.
CREATE INDEX users_by_country ON users (country, id) WHERE country IS NOT NULL AND status <> 'deleted';
CREATE INDEX users_by_role ON users (role, id) WHERE status <> 'deleted';
CREATE INDEX users_by_country_and_role ON users (country, role, id) WHERE country IS NOT NULL AND status <> 'deleted';
CREATE INDEX users_banned ON users (id) WHERE status = 'banned';

-- Email addresses (as keyed hashes) of accounts that ended while they were banned: none of them registers before then.
CREATE TABLE banned_addresses (
  address_hash TEXT PRIMARY KEY,
  until INTEGER NOT NULL,
  -- When the owner was last mailed that someone tried to register with it.
  mailed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX banned_addresses_by_end ON banned_addresses (until);
