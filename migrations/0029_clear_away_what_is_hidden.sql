-- What is hidden has no words any more, and is found again until it is cleared away.

-- A post leaves the search when it is hidden, also where the same update takes its words.
DROP TRIGGER posts_fts_update;
CREATE TRIGGER posts_fts_update AFTER UPDATE OF text ON posts WHEN NEW.removed_at IS NULL
BEGIN
  INSERT INTO posts_fts (posts_fts, rowid, text) VALUES ('delete', OLD.rowid, OLD.text);
  INSERT INTO posts_fts (rowid, text) VALUES (NEW.rowid, NEW.text);
END;
UPDATE posts SET text = '' WHERE removed_at IS NOT NULL;

-- What stayed of a deleted account for replies that have gone since is seen by nobody, and was counted still.
UPDATE comments SET removed_at = unixepoch() * 1000
WHERE author_id IN (SELECT id FROM users WHERE status = 'deleted')
  AND parent_id IS NULL AND reply_count = 0 AND removed_at IS NULL;
UPDATE comments SET text = '' WHERE removed_at IS NOT NULL;

CREATE INDEX posts_hidden ON posts (removed_at) WHERE removed_at IS NOT NULL;
CREATE INDEX comments_hidden ON comments (removed_at) WHERE removed_at IS NOT NULL;

-- Without what has no words: an account that is cleared away does not go over what it has done again and again.
DROP INDEX comments_of_author;
CREATE INDEX comments_of_author ON comments (author_id, id) WHERE text <> '';
CREATE INDEX streams_with_words ON streams (creator_id)
  WHERE title <> '' OR description <> '' OR category IS NOT NULL OR thumbnail_url IS NOT NULL OR recording_url IS NOT NULL;
