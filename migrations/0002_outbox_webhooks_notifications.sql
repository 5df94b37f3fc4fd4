-- What follows a committed batch, what providers told us, what users are told.

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  event TEXT NOT NULL CHECK (json_valid(event)),
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_next_attempt ON outbox (next_attempt_at);

CREATE TABLE webhook_events (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  -- Null once it is 30 days old.
  payload TEXT,
  state TEXT NOT NULL CHECK (state IN ('stored', 'processed', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  received_at INTEGER NOT NULL,
  queued_at INTEGER,
  processed_at INTEGER,
  UNIQUE (provider, event_id)
) STRICT;
CREATE INDEX webhook_events_by_state ON webhook_events (state, received_at);
-- What the sweep has to forget, and nothing that it has forgotten.
CREATE INDEX webhook_events_with_payload ON webhook_events (received_at) WHERE payload IS NOT NULL;

CREATE TABLE notifications (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data)),
  read_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notifications_of_user ON notifications (user_id, id);
