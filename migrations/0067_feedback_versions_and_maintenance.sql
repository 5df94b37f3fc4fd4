-- What users say about the app, which versions of it there are, and when the platform is down for maintenance.

CREATE TABLE feedback (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  category TEXT NOT NULL CHECK (category IN ('bug', 'idea', 'praise', 'other')),
  rating INTEGER CHECK (rating BETWEEN 1 AND 5),
  text TEXT NOT NULL,
  app_version TEXT,
  -- SHA-256 of what was sent: the same feedback counts once.
  digest TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX feedback_once ON feedback (user_id, digest);
CREATE INDEX feedback_of_user ON feedback (user_id, created_at, id);
CREATE INDEX feedback_by_category ON feedback (category, id);
CREATE INDEX feedback_by_version ON feedback (app_version, id);

CREATE TABLE app_versions (
  platform TEXT PRIMARY KEY CHECK (platform IN ('ios', 'android', 'web')),
  latest TEXT NOT NULL,
  minimum TEXT NOT NULL,
  notes TEXT,
  url TEXT,
  updated_at INTEGER NOT NULL
) STRICT;

-- One row. Each change counts as a revision, so that open rooms keep the newest.
CREATE TABLE maintenance (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  revision INTEGER NOT NULL,
  starts_at INTEGER,
  ends_at INTEGER,
  message TEXT,
  CHECK ((starts_at IS NULL) = (ends_at IS NULL) AND (starts_at IS NULL) = (message IS NULL)),
  CHECK (ends_at > starts_at)
) STRICT;
INSERT INTO maintenance (id, revision) VALUES (1, 0);

-- The smaller sizes of an image, drawn from the one at its key and drawn again when they are missing.
CREATE TABLE media_variants (
  key TEXT NOT NULL REFERENCES media_files (key) ON DELETE CASCADE,
  width INTEGER NOT NULL,
  owner_id TEXT NOT NULL REFERENCES users (id),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  -- When somebody last began to draw it: others wait, in case that was a moment ago.
  drawn_at INTEGER NOT NULL,
  -- Its owner cleared it: the object is about to be deleted.
  cleared_at INTEGER,
  PRIMARY KEY (key, width)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_variants_of_owner ON media_variants (owner_id, cleared_at);

-- How often a user cleared the cache within a day, since what is cleared has to be drawn again.
CREATE TABLE cache_clears (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  started_at INTEGER NOT NULL,
  used INTEGER NOT NULL,
  CONSTRAINT cache_clears_spent CHECK (used <= 3)
) STRICT, WITHOUT ROWID;

-- Which parts of the platform do not work, and when staff were last notified.
CREATE TABLE health_alerts (
  part TEXT PRIMARY KEY,
  alerted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
