-- Each removal of a profile keeps what it removed, so that an accepted appeal brings back the right texts.
CREATE TABLE removed_profiles_by_decision (
  decision_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  display_name TEXT NOT NULL,
  bio TEXT NOT NULL,
  avatar_url TEXT,
  links TEXT NOT NULL,
  kept_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Until now the first removal kept the texts, whatever came after it.
INSERT INTO removed_profiles_by_decision
  SELECT coalesce((SELECT id FROM decisions WHERE target_type = 'user' AND target_id = user_id AND action = 'remove'
      AND reversed_at IS NULL ORDER BY id LIMIT 1), user_id),
    user_id, display_name, bio, avatar_url, links, kept_until
  FROM removed_profiles;
DROP TABLE removed_profiles;
ALTER TABLE removed_profiles_by_decision RENAME TO removed_profiles;
CREATE INDEX removed_profiles_of_user ON removed_profiles (user_id);
CREATE INDEX removed_profiles_kept ON removed_profiles (kept_until);

CREATE INDEX reports_waiting_by_target ON reports (target_type, priority, id) WHERE status <> 'resolved';

-- released_at: deleted while it was held, and the last hold has ended. The sweep reads only these.
ALTER TABLE media_files ADD COLUMN released_at INTEGER;
UPDATE media_files SET released_at = unixepoch() * 1000
WHERE dropped_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM media_holds WHERE media_holds.key = media_files.key);
DROP INDEX media_files_dropped;
CREATE INDEX media_files_released ON media_files (released_at) WHERE released_at IS NOT NULL;
CREATE TRIGGER media_holds_released AFTER DELETE ON media_holds
WHEN NOT EXISTS (SELECT 1 FROM media_holds WHERE key = OLD.key)
BEGIN
  UPDATE media_files SET released_at = unixepoch() * 1000 WHERE key = OLD.key AND dropped_at IS NOT NULL;
END;
CREATE TRIGGER media_holds_again AFTER INSERT ON media_holds
BEGIN
  UPDATE media_files SET released_at = NULL WHERE key = NEW.key AND released_at IS NOT NULL;
END;
