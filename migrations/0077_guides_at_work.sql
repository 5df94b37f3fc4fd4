-- What guides do in users' rooms, gifts to those who are on a stage, and reports on rooms and tracks.

-- A gift in a user's room goes to somebody on its stage. In a stream it goes to the creator.
ALTER TABLE gifts_sent ADD COLUMN room_id TEXT CHECK (room_id IS NULL OR stream_id IS NULL);

-- What each user received in rooms by day: while they were approved as a guide, and otherwise.
CREATE TABLE room_gift_days (
  user_id TEXT NOT NULL,
  -- UTC, YYYY-MM-DD.
  day TEXT NOT NULL,
  as_guide INTEGER NOT NULL CHECK (as_guide IN (0, 1)),
  diamonds INTEGER NOT NULL,
  PRIMARY KEY (user_id, day, as_guide)
) STRICT, WITHOUT ROWID;

-- When a guide was approved. A suspension ends a term, and the next approval begins another.
CREATE TABLE guide_terms (
  user_id TEXT NOT NULL REFERENCES users (id),
  from_at INTEGER NOT NULL,
  -- NULL: it lasts.
  to_at INTEGER CHECK (to_at >= from_at),
  PRIMARY KEY (user_id, from_at)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX guide_term_open ON guide_terms (user_id) WHERE to_at IS NULL;
INSERT INTO guide_terms (user_id, from_at)
  SELECT user_id, approved_at FROM guide_applications WHERE status = 'APPROVED' AND approved_at IS NOT NULL;

-- What a guide did on the stage of a room on one day (UTC). The room writes absolute figures, as often as it likes.
CREATE TABLE guide_work (
  user_id TEXT NOT NULL REFERENCES users (id),
  day TEXT NOT NULL,
  room_id TEXT NOT NULL REFERENCES user_rooms (id),
  -- On the stage with at least two verified others present.
  seconds INTEGER NOT NULL,
  -- The verified others who were present in those seconds.
  guests INTEGER NOT NULL,
  -- On the stage with fewer than two verified others, and who was present only then.
  alone_seconds INTEGER NOT NULL,
  alone_guests INTEGER NOT NULL,
  -- On the stage while the approval was suspended or withdrawn.
  unapproved_seconds INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, day, room_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX guide_work_by_day ON guide_work (day, user_id);
CREATE INDEX guide_work_in_room ON guide_work (room_id);

-- Rewards of guides can be exchanged at once. One whose gifts are charged back is taken back.
ALTER TABLE target_rewards ADD COLUMN audience TEXT NOT NULL DEFAULT 'creator' CHECK (audience IN ('creator', 'guide'));

-- Rooms and tracks can be reported. Only the check differs: the domain owns the list from now on.
CREATE TABLE reports_2 (
  id TEXT PRIMARY KEY,
  target_type TEXT NOT NULL
    CHECK (target_type IN ('user', 'stream', 'post', 'comment', 'message', 'gift', 'room', 'track')),
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
CREATE TRIGGER report_voices_count AFTER INSERT ON report_voices
BEGIN
  UPDATE reports SET
    count = count + 1, weight = weight + NEW.weight, urgency = urgency + NEW.urgency,
    category = CASE WHEN NEW.base < base THEN NEW.category ELSE category END, base = min(base, NEW.base)
  WHERE id = NEW.report_id;
END;

-- What staff removed, until an appeal can no longer bring it back.
CREATE INDEX user_rooms_kept ON user_rooms (kept_until) WHERE kept_until IS NOT NULL;
