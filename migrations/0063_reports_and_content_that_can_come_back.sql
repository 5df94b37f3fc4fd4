-- Reports about content and people, and content that staff hide or remove so that it can come back.

-- hidden_at: hidden while staff look at it. kept_until: removed by staff, and kept that long, since an appeal may bring
-- it back. What is removed otherwise is blanked and deleted at once.
ALTER TABLE posts ADD COLUMN hidden_at INTEGER;
ALTER TABLE posts ADD COLUMN kept_until INTEGER;
ALTER TABLE comments ADD COLUMN hidden_at INTEGER;
ALTER TABLE comments ADD COLUMN kept_until INTEGER;
ALTER TABLE streams ADD COLUMN hidden_at INTEGER;
ALTER TABLE streams ADD COLUMN kept_until INTEGER;
ALTER TABLE gifts_sent ADD COLUMN words_hidden_at INTEGER;
ALTER TABLE gifts_sent ADD COLUMN words_kept_until INTEGER;
-- Only hides the profile.
ALTER TABLE users ADD COLUMN hidden_at INTEGER;

CREATE INDEX posts_kept ON posts (kept_until) WHERE kept_until IS NOT NULL;
CREATE INDEX posts_kept_of_author ON posts (author_id) WHERE kept_until IS NOT NULL;
CREATE INDEX comments_kept ON comments (kept_until) WHERE kept_until IS NOT NULL;
CREATE INDEX streams_kept ON streams (kept_until) WHERE kept_until IS NOT NULL;
CREATE INDEX gifts_words_kept ON gifts_sent (words_kept_until) WHERE words_kept_until IS NOT NULL;

-- What waits to be deleted, without what is kept.
DROP INDEX posts_hidden;
DROP INDEX comments_hidden;
CREATE INDEX posts_removed ON posts (removed_at) WHERE removed_at IS NOT NULL AND kept_until IS NULL;
CREATE INDEX comments_removed ON comments (removed_at) WHERE removed_at IS NOT NULL AND kept_until IS NULL;

-- A post that comes back is found again.
CREATE TRIGGER posts_fts_return AFTER UPDATE OF removed_at ON posts
WHEN OLD.removed_at IS NOT NULL AND NEW.removed_at IS NULL
BEGIN
  INSERT INTO posts_fts (rowid, text, audience) VALUES (NEW.rowid, NEW.text, NEW.audience);
END;

-- Counts stay right on what is kept, because it may come back.
DROP TRIGGER post_likes_count_down;
CREATE TRIGGER post_likes_count_down AFTER DELETE ON post_likes
BEGIN
  UPDATE posts SET like_count = like_count - 1
  WHERE id = OLD.post_id AND (removed_at IS NULL OR kept_until IS NOT NULL);
END;
DROP TRIGGER comment_likes_count_down;
CREATE TRIGGER comment_likes_count_down AFTER DELETE ON comment_likes
BEGIN
  UPDATE comments SET like_count = like_count - 1
  WHERE id = OLD.comment_id AND (removed_at IS NULL OR kept_until IS NOT NULL);
END;
-- A comment goes and comes back with its replies. A post does not count replies to a removed comment.
DROP TRIGGER comments_count_down;
CREATE TRIGGER comments_count_down AFTER UPDATE OF removed_at ON comments
WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL
BEGIN
  UPDATE posts SET comment_count = comment_count - 1 - NEW.reply_count
  WHERE id = NEW.post_id AND (removed_at IS NULL OR kept_until IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM comments parent WHERE parent.id = NEW.parent_id AND parent.removed_at IS NOT NULL);
  UPDATE comments SET reply_count = reply_count - 1 WHERE id = NEW.parent_id;
END;
CREATE TRIGGER comments_count_back AFTER UPDATE OF removed_at ON comments
WHEN OLD.removed_at IS NOT NULL AND NEW.removed_at IS NULL
BEGIN
  UPDATE posts SET comment_count = comment_count + 1 + NEW.reply_count
  WHERE id = NEW.post_id
    AND NOT EXISTS (SELECT 1 FROM comments parent WHERE parent.id = NEW.parent_id AND parent.removed_at IS NOT NULL);
  UPDATE comments SET reply_count = reply_count + 1 WHERE id = NEW.parent_id;
END;

-- A profile's texts and avatar that staff removed, until they come back or can no longer be appealed.
CREATE TABLE removed_profiles (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  display_name TEXT NOT NULL,
  bio TEXT NOT NULL,
  avatar_url TEXT,
  links TEXT NOT NULL,
  kept_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX removed_profiles_kept ON removed_profiles (kept_until);

-- Files that are evidence. Deleting one only hides it, until the last hold ends.
CREATE TABLE media_holds (
  holder_id TEXT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (holder_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_holds_of_file ON media_holds (key);
ALTER TABLE media_files ADD COLUMN dropped_at INTEGER;
CREATE INDEX media_files_dropped ON media_files (dropped_at) WHERE dropped_at IS NOT NULL;
CREATE TRIGGER media_files_held BEFORE DELETE ON media_files
WHEN EXISTS (SELECT 1 FROM media_holds WHERE key = OLD.key)
BEGIN
  UPDATE media_files SET private = 1, dropped_at = coalesce(dropped_at, unixepoch() * 1000) WHERE key = OLD.key;
  SELECT RAISE(IGNORE);
END;

-- One case for each target: all reports on it until staff resolve it.
CREATE TABLE reports (
  id TEXT PRIMARY KEY,
  target_type TEXT NOT NULL CHECK (target_type IN ('user', 'stream', 'post', 'comment', 'message', 'gift')),
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
CREATE UNIQUE INDEX reports_one_open ON reports (target_type, target_id) WHERE status <> 'resolved';
CREATE INDEX reports_on_target ON reports (target_type, target_id, id);
CREATE INDEX reports_about ON reports (subject_id, id);
CREATE INDEX reports_waiting ON reports (priority, id) WHERE status <> 'resolved';
CREATE INDEX reports_waiting_for ON reports (assignee_id, priority, id) WHERE status <> 'resolved';
CREATE INDEX reports_waiting_by_category ON reports (category, priority, id) WHERE status <> 'resolved';
CREATE INDEX reports_resolved ON reports (id) WHERE status = 'resolved';
CREATE INDEX reports_by_time ON reports (created_at);
CREATE INDEX reports_resolved_by_time ON reports (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX reports_with_evidence ON reports (evidence_until) WHERE evidence_until IS NOT NULL;

-- Who reported it, once each.
CREATE TABLE report_voices (
  report_id TEXT NOT NULL REFERENCES reports (id),
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
CREATE INDEX report_voices_of_reporter ON report_voices (reporter_id, created_at, report_id);
CREATE TRIGGER report_voices_count AFTER INSERT ON report_voices
BEGIN
  UPDATE reports SET
    count = count + 1, weight = weight + NEW.weight, urgency = urgency + NEW.urgency,
    category = CASE WHEN NEW.base < base THEN NEW.category ELSE category END, base = min(base, NEW.base)
  WHERE id = NEW.report_id;
END;
