-- Exports that are too large for a request: written part by part by the tasks queue, and kept for some days.

-- One a user; it stands from the request until the file goes. `place` is how far the document is, null once it is all
-- written; `parts` what R2 answered for each part; `step` which message is the next, `held_until` until when the consumer
-- of that message has it to itself. Before `ready_at` it is given up at `expires_at`; after it, the file goes then.
CREATE TABLE account_exports (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL UNIQUE REFERENCES users (id),
  key TEXT NOT NULL UNIQUE,
  upload_id TEXT NOT NULL,
  place TEXT CHECK (place IS NULL OR json_valid(place)),
  parts TEXT NOT NULL DEFAULT '[]' CHECK (json_type(parts) = 'array'),
  step INTEGER NOT NULL DEFAULT 0 CHECK (step >= 0),
  held_until INTEGER NOT NULL DEFAULT 0,
  requested_at INTEGER NOT NULL,
  ready_at INTEGER,
  expires_at INTEGER NOT NULL,
  CHECK (ready_at IS NULL OR place IS NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_exports_by_expiry ON account_exports (expires_at);
