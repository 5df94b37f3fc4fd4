-- Who follows whom, who wants nothing to do with whom. Counts are kept by the database.

CREATE TABLE follows (
  follower_id TEXT NOT NULL REFERENCES users (id),
  creator_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (follower_id, creator_id),
  CONSTRAINT follow_not_oneself CHECK (follower_id <> creator_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follows_of_creator ON follows (creator_id, created_at);

CREATE TRIGGER follows_count_up AFTER INSERT ON follows
BEGIN
  UPDATE users SET follower_count = follower_count + 1 WHERE id = NEW.creator_id;
END;
CREATE TRIGGER follows_count_down AFTER DELETE ON follows
BEGIN
  UPDATE users SET follower_count = follower_count - 1 WHERE id = OLD.creator_id;
END;

CREATE TABLE blocks (
  blocker_id TEXT NOT NULL REFERENCES users (id),
  blocked_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (blocker_id, blocked_id),
  CONSTRAINT block_not_oneself CHECK (blocker_id <> blocked_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_of_blocked ON blocks (blocked_id);
