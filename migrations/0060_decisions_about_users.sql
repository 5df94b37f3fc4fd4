-- What staff decided about a user, with the rule, the facts and until when it can be appealed.

CREATE TABLE decisions (
  id TEXT PRIMARY KEY,
  subject_id TEXT NOT NULL REFERENCES users (id),
  action TEXT NOT NULL CHECK (action IN ('warn', 'remove', 'timeout', 'ban', 'lift', 'reject', 'withdraw')),
  rule TEXT NOT NULL,
  reason TEXT NOT NULL,
  facts TEXT,
  target_type TEXT NOT NULL,
  target_id TEXT NOT NULL,
  stream_id TEXT,
  report_id TEXT,
  staff_id TEXT NOT NULL REFERENCES users (id),
  until INTEGER,
  created_at INTEGER NOT NULL,
  -- NULL: nothing to appeal, such as the end of a ban.
  appeal_until INTEGER,
  reversed_at INTEGER,
  reversed_by TEXT REFERENCES users (id)
) STRICT;
CREATE INDEX decisions_about ON decisions (subject_id, id);
CREATE INDEX decisions_on_target ON decisions (target_type, target_id, id);
CREATE INDEX decisions_by_time ON decisions (created_at);

-- A banned account has the status `banned`. With `banned_until` it is suspended: the ban lifts by itself.
ALTER TABLE users ADD COLUMN banned_until INTEGER;
ALTER TABLE users ADD COLUMN ban_decision_id TEXT REFERENCES decisions (id);
CREATE INDEX users_suspended ON users (banned_until) WHERE banned_until IS NOT NULL;
