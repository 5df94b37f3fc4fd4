-- Emotes of a creator: small pictures that their rooms show where a text has the name between colons. The case of a name
-- counts.
CREATE TABLE emotes (
  id TEXT PRIMARY KEY,
  creator_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 3 AND 25 AND name NOT GLOB '*[^A-Za-z0-9]*'),
  key TEXT NOT NULL UNIQUE REFERENCES media_files (key),
  subscribers_only INTEGER NOT NULL CHECK (subscribers_only IN (0, 1)),
  created_at INTEGER NOT NULL,
  -- When it was removed. Older messages show it until its file is deleted, with this row.
  removed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX emotes_by_name ON emotes (creator_id, name) WHERE removed_at IS NULL;
CREATE INDEX emotes_of_creator ON emotes (creator_id, id);
CREATE INDEX emotes_removed ON emotes (removed_at) WHERE removed_at IS NOT NULL;

CREATE TRIGGER emotes_are_few AFTER INSERT ON emotes
BEGIN
  SELECT RAISE(ABORT, 'EMOTES_MAX')
  WHERE (SELECT count(*) FROM emotes WHERE creator_id = NEW.creator_id AND removed_at IS NULL) > 50;
END;
CREATE TRIGGER emotes_stay_removed BEFORE UPDATE OF removed_at ON emotes
WHEN OLD.removed_at IS NOT NULL AND NEW.removed_at IS NULL
BEGIN
  SELECT RAISE(ABORT, 'EMOTES_STAY_REMOVED');
END;
