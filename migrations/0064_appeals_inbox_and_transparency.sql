-- Appeals against decisions of staff, the mails that gather what waits for staff, and the public figures of each month.

-- A decision is appealed once.
CREATE TABLE appeals (
  id TEXT PRIMARY KEY,
  decision_id TEXT NOT NULL UNIQUE REFERENCES decisions (id),
  subject_id TEXT NOT NULL REFERENCES users (id),
  text TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'accepted', 'refused')),
  -- For the user.
  answer TEXT,
  created_at INTEGER NOT NULL,
  decided_at INTEGER,
  -- NULL although it was decided: the account ended first.
  decided_by TEXT REFERENCES users (id),
  CHECK ((status = 'open') = (decided_at IS NULL)),
  CHECK (decided_by IS NULL OR decided_at IS NOT NULL)
) STRICT;
CREATE INDEX appeals_of_subject ON appeals (subject_id, id);
CREATE INDEX appeals_by_status ON appeals (status, id);
CREATE INDEX appeals_by_time ON appeals (created_at);

CREATE INDEX decisions_reversed ON decisions (reversed_at) WHERE reversed_at IS NOT NULL;

-- When a member of staff was last mailed what waits for them.
CREATE TABLE staff_digests (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  sent_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Written once, after the month has ended.
CREATE TABLE transparency_months (
  month TEXT PRIMARY KEY,
  reports INTEGER NOT NULL,
  upheld INTEGER NOT NULL,
  bans INTEGER NOT NULL,
  appeals INTEGER NOT NULL,
  reversed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER transparency_months_stay BEFORE UPDATE ON transparency_months
BEGIN
  SELECT RAISE(ABORT, 'TRANSPARENCY_MONTH_FIXED');
END;

-- Events that failed again and again. Costs nothing for those that are delivered.
CREATE INDEX outbox_stuck ON outbox (created_at) WHERE attempts >= 5;
