-- Large files that their owners send by a signed URL, until something names them; and how far the orphans' sweep is.

-- A row stands from the moment the URL is given until it expires. Claimed: `completed_at`, and a row in media_files.
CREATE TABLE media_uploads (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id),
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  content_type TEXT NOT NULL,
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  expires_at INTEGER NOT NULL,
  completed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX media_uploads_of_owner ON media_uploads (owner_id, expires_at);
CREATE INDEX media_uploads_by_expiry ON media_uploads (expires_at);

-- The bucket is gone through by name, a page a minute: the last name that was looked at.
CREATE TABLE media_sweep (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  after_name TEXT NOT NULL
) STRICT;
INSERT INTO media_sweep (id, after_name) VALUES (1, '');
