-- Profiles and ratings of DJs, and who listened to a stream: only they may rate its DJ.

-- Verified users who listened for a minute or more, written once the stream is over. Kept for a year.
CREATE TABLE stream_listeners (
  user_id TEXT NOT NULL REFERENCES users (id),
  creator_id TEXT NOT NULL REFERENCES users (id),
  stream_id TEXT NOT NULL REFERENCES streams (id),
  seconds INTEGER NOT NULL CHECK (seconds >= 60),
  ended_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, creator_id, stream_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX stream_listeners_by_end ON stream_listeners (ended_at);

-- A row once the DJ sets genres or is rated.
CREATE TABLE dj_profiles (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  genres TEXT NOT NULL DEFAULT '[]' CHECK (json_type(genres) = 'array'),
  -- What staff removed last, and the decision: an appeal may bring it back.
  removed_genres TEXT,
  genres_decision_id TEXT,
  -- Kept by the triggers below.
  rating_sum INTEGER NOT NULL DEFAULT 0 CHECK (rating_sum BETWEEN rating_count AND 5 * rating_count),
  rating_count INTEGER NOT NULL DEFAULT 0 CHECK (rating_count >= 0),
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX dj_profiles_with_removed_genres ON dj_profiles (genres_decision_id) WHERE genres_decision_id IS NOT NULL;

CREATE TABLE dj_ratings (
  dj_id TEXT NOT NULL REFERENCES users (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (dj_id, user_id),
  CHECK (dj_id <> user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dj_ratings_of_user ON dj_ratings (user_id, dj_id);

CREATE TRIGGER dj_ratings_count_up AFTER INSERT ON dj_ratings
BEGIN
  INSERT INTO dj_profiles (user_id, rating_sum, rating_count, updated_at)
  VALUES (NEW.dj_id, NEW.rating, 1, NEW.created_at)
  ON CONFLICT (user_id) DO UPDATE SET
    rating_sum = rating_sum + excluded.rating_sum, rating_count = rating_count + 1;
END;
CREATE TRIGGER dj_ratings_count_change AFTER UPDATE OF rating ON dj_ratings
BEGIN
  UPDATE dj_profiles SET rating_sum = rating_sum + NEW.rating - OLD.rating WHERE user_id = NEW.dj_id;
END;
CREATE TRIGGER dj_ratings_count_down AFTER DELETE ON dj_ratings
BEGIN
  UPDATE dj_profiles SET rating_sum = rating_sum - OLD.rating, rating_count = rating_count - 1
  WHERE user_id = OLD.dj_id;
END;

-- A creator's streams by the day on which they began: for analytics.
CREATE INDEX streams_of_creator_by_start ON streams (creator_id, started_at) WHERE started_at IS NOT NULL;

-- The same for the bio of a creator: until now it stayed when staff removed the profile.
ALTER TABLE creator_profiles ADD COLUMN removed_bio TEXT;
ALTER TABLE creator_profiles ADD COLUMN bio_decision_id TEXT;
CREATE INDEX creator_profiles_with_removed_bio ON creator_profiles (bio_decision_id) WHERE bio_decision_id IS NOT NULL;
