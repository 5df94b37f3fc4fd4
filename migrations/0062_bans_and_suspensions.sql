-- Bans and suspensions: since when, what they pause, whom they keep out, and what staff note about a user.

-- With status `banned`: since when, however often the ban was changed. NULL for a ban from before this column.
ALTER TABLE users ADD COLUMN banned_at INTEGER;

-- A suspension of either party pauses a subscription. The time that was lost is added to its months.
ALTER TABLE subscriptions ADD COLUMN paused_at INTEGER;
ALTER TABLE subscriptions ADD COLUMN paused_ms INTEGER NOT NULL DEFAULT 0;

-- Keyed hash of where a session was last signed in or refreshed from (IPv6 by its /64). It goes with the session.
ALTER TABLE auth_sessions ADD COLUMN address_hash TEXT;
CREATE INDEX auth_sessions_by_address ON auth_sessions (address_hash, user_id) WHERE address_hash IS NOT NULL;
