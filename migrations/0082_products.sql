-- Products can be reported too. Only the check differs.
CREATE TABLE reports_2 (
  id TEXT PRIMARY KEY,
  target_type TEXT NOT NULL
    CHECK (target_type IN ('user', 'stream', 'post', 'comment', 'message', 'gift', 'room', 'track', 'product')),
  target_id TEXT NOT NULL,
  stream_id TEXT,
  subject_id TEXT NOT NULL REFERENCES users (id),
  -- The gravest category that was reported.
  category TEXT NOT NULL,
  base INTEGER NOT NULL CHECK (base BETWEEN 1 AND 4),
  weight INTEGER NOT NULL DEFAULT 0,
  urgency INTEGER NOT NULL DEFAULT 0,
  count INTEGER NOT NULL DEFAULT 0,
  -- 1 is the most urgent. Many reports raise a case by up to two, but not to 1, which is for children and lives.
  priority INTEGER NOT NULL GENERATED ALWAYS AS (max(min(base, 2), base - (weight >= 3) - (weight >= 10))) VIRTUAL,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'assigned', 'resolved')),
  assignee_id TEXT REFERENCES users (id),
  -- As it was at the first report. NULL once nobody may need it any longer.
  evidence TEXT CHECK (json_type(evidence) = 'object'),
  evidence_until INTEGER,
  -- Tells whether a later report is about the same content.
  fingerprint TEXT NOT NULL,
  -- When the reports hid the target; NULL: they did not, or staff lifted it.
  hidden_at INTEGER,
  action TEXT CHECK (action IN ('dismiss', 'warn', 'remove', 'timeout', 'ban')),
  decision_id TEXT REFERENCES decisions (id),
  note TEXT,
  resolved_by TEXT REFERENCES users (id),
  resolved_at INTEGER,
  created_at INTEGER NOT NULL,
  CHECK ((status = 'resolved') = (resolved_at IS NOT NULL)),
  CHECK ((status = 'resolved') = (action IS NOT NULL)),
  CHECK (status <> 'assigned' OR assignee_id IS NOT NULL)
) STRICT;
INSERT INTO reports_2 (
    id, target_type, target_id, stream_id, subject_id, category, base, weight, urgency, count, status, assignee_id,
    evidence, evidence_until, fingerprint, hidden_at, action, decision_id, note, resolved_by, resolved_at, created_at)
  SELECT
    id, target_type, target_id, stream_id, subject_id, category, base, weight, urgency, count, status, assignee_id,
    evidence, evidence_until, fingerprint, hidden_at, action, decision_id, note, resolved_by, resolved_at, created_at
  FROM reports;
CREATE TABLE report_voices_2 (
  report_id TEXT NOT NULL REFERENCES reports_2 (id),
  reporter_id TEXT NOT NULL REFERENCES users (id),
  category TEXT NOT NULL,
  text TEXT,
  -- What it adds to the case; see `weigh.ts`.
  base INTEGER NOT NULL,
  weight INTEGER NOT NULL,
  urgency INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (report_id, reporter_id)
) STRICT, WITHOUT ROWID;
INSERT INTO report_voices_2 (report_id, reporter_id, category, text, base, weight, urgency, created_at)
  SELECT report_id, reporter_id, category, text, base, weight, urgency, created_at FROM report_voices;
-- The voices go first, since they refer to the cases.
DROP TABLE report_voices;
DROP TABLE reports;
ALTER TABLE reports_2 RENAME TO reports;
ALTER TABLE report_voices_2 RENAME TO report_voices;

CREATE UNIQUE INDEX reports_one_open ON reports (target_type, target_id) WHERE status <> 'resolved';
CREATE INDEX reports_on_target ON reports (target_type, target_id, id);
CREATE INDEX reports_about ON reports (subject_id, id);
CREATE INDEX reports_waiting ON reports (priority, id) WHERE status <> 'resolved';
CREATE INDEX reports_waiting_for ON reports (assignee_id, priority, id) WHERE status <> 'resolved';
CREATE INDEX reports_waiting_by_category ON reports (category, priority, id) WHERE status <> 'resolved';
CREATE INDEX reports_waiting_by_target ON reports (target_type, priority, id) WHERE status <> 'resolved';
CREATE INDEX reports_urgent ON reports (id) WHERE status <> 'resolved' AND urgency >= 2 AND hidden_at IS NULL;
-- A claim mutes a track until staff decide.
CREATE INDEX reports_on_tracks ON reports (target_type, hidden_at) WHERE status <> 'resolved' AND target_type = 'track';
CREATE INDEX reports_resolved ON reports (id) WHERE status = 'resolved';
CREATE INDEX reports_by_time ON reports (created_at);
CREATE INDEX reports_resolved_by_time ON reports (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX reports_with_evidence ON reports (evidence_until) WHERE evidence_until IS NOT NULL;
CREATE INDEX report_voices_of_reporter ON report_voices (reporter_id, created_at, report_id);
CREATE INDEX report_voices_by_time ON report_voices (created_at);
CREATE TRIGGER report_voices_count AFTER INSERT ON report_voices
BEGIN
  UPDATE reports SET
    count = count + 1, weight = weight + NEW.weight, urgency = urgency + NEW.urgency,
    category = CASE WHEN NEW.base < base THEN NEW.category ELSE category END, base = min(base, NEW.base)
  WHERE id = NEW.report_id;
END;

-- The products that a seller has on sale, however many they have archived.
CREATE INDEX products_on_sale_of_seller ON products (seller_id, id) WHERE status = 'active' AND hidden_at IS NULL;
