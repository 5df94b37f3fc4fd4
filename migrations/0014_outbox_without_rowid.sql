-- The outbox is written and deleted with every gift: one row less each time, and nothing looked it up by rowid.

CREATE TABLE outbox_2 (
  id TEXT PRIMARY KEY,
  event TEXT NOT NULL CHECK (json_valid(event)),
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO outbox_2 SELECT id, event, created_at, attempts, next_attempt_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_2 RENAME TO outbox;
CREATE INDEX outbox_by_next_attempt ON outbox (next_attempt_at);
