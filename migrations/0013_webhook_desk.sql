-- Staff see what providers told us: an event may be held for them, and shows what was received, masked.

CREATE TABLE webhook_events_2 (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  -- In our words, as it is applied; and as it came, without secrets and card data. Null once they are 30 days old.
  payload TEXT,
  received TEXT,
  state TEXT NOT NULL CHECK (state IN ('stored', 'processed', 'held', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  received_at INTEGER NOT NULL,
  queued_at INTEGER,
  processed_at INTEGER,
  UNIQUE (provider, event_id)
) STRICT;
INSERT INTO webhook_events_2
SELECT id, provider, event_id, type, payload, NULL, state, attempts, error, received_at, queued_at, processed_at
FROM webhook_events;
DROP TABLE webhook_events;
ALTER TABLE webhook_events_2 RENAME TO webhook_events;

CREATE INDEX webhook_events_by_state ON webhook_events (state, received_at);
CREATE INDEX webhook_events_by_state_and_id ON webhook_events (state, id);
CREATE INDEX webhook_events_by_provider ON webhook_events (provider, id);
CREATE INDEX webhook_events_with_payload ON webhook_events (received_at) WHERE payload IS NOT NULL;
