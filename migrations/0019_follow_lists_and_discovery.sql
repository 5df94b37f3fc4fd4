-- Whom users follow in the order of time, who followed before, which creators there are, and what users watched lately.

CREATE INDEX follows_of_follower ON follows (follower_id, created_at);

-- Who followed once and stopped: following again is no news.
CREATE TABLE former_follows (
  follower_id TEXT NOT NULL REFERENCES users (id),
  creator_id TEXT NOT NULL REFERENCES users (id),
  PRIMARY KEY (follower_id, creator_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_follows_of_creator ON former_follows (creator_id);

-- Lists of creators read these and no other users, however many viewers there are.
CREATE INDEX users_creators ON users (id) WHERE creator_status = 'APPROVED' AND status = 'active';
CREATE INDEX users_creators_by_followers ON users (follower_count, id)
  WHERE creator_status = 'APPROVED' AND status = 'active';

-- The categories of `creator_profiles` a row each, to find creators by them. Kept by the triggers alone.
CREATE TABLE creator_categories (
  user_id TEXT NOT NULL REFERENCES users (id),
  category TEXT NOT NULL,
  PRIMARY KEY (user_id, category)
) STRICT, WITHOUT ROWID;
CREATE INDEX creator_categories_by_category ON creator_categories (category, user_id);

INSERT INTO creator_categories (user_id, category)
SELECT DISTINCT user_id, value FROM creator_profiles, json_each(categories) WHERE type = 'text';

CREATE TRIGGER creator_categories_insert AFTER INSERT ON creator_profiles
BEGIN
  INSERT INTO creator_categories (user_id, category)
  SELECT DISTINCT NEW.user_id, value FROM json_each(NEW.categories) WHERE type = 'text';
END;
CREATE TRIGGER creator_categories_update AFTER UPDATE OF categories ON creator_profiles
BEGIN
  DELETE FROM creator_categories WHERE user_id = OLD.user_id;
  INSERT INTO creator_categories (user_id, category)
  SELECT DISTINCT NEW.user_id, value FROM json_each(NEW.categories) WHERE type = 'text';
END;
CREATE TRIGGER creator_categories_delete AFTER DELETE ON creator_profiles
BEGIN
  DELETE FROM creator_categories WHERE user_id = OLD.user_id;
END;

-- What a user watched lately, by category alone: at most a row for each category, written at most once a day.
CREATE TABLE watched_categories (
  user_id TEXT NOT NULL REFERENCES users (id),
  category TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, category)
) STRICT, WITHOUT ROWID;
