-- Posts, what hangs on them, and the words in them. Counts are kept by the database; what is being removed is hidden at
-- once (`removed_at`) and cleared away in steps, so none of it counts any more.

CREATE TABLE posts (
  id TEXT PRIMARY KEY,
  author_id TEXT NOT NULL REFERENCES users (id),
  text TEXT NOT NULL,
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'followers', 'subscribers')),
  like_count INTEGER NOT NULL DEFAULT 0 CHECK (like_count >= 0),
  comment_count INTEGER NOT NULL DEFAULT 0 CHECK (comment_count >= 0),
  created_at INTEGER NOT NULL,
  edited_at INTEGER,
  removed_at INTEGER,
  -- Trending: seconds since the epoch, and six hours more for each doubling of what people had to say about it.
  score INTEGER NOT NULL GENERATED ALWAYS AS (
    created_at / 1000 + CAST(21600 * log2(1 + like_count + 2 * comment_count) AS INTEGER)
  ) VIRTUAL
) STRICT;
CREATE INDEX posts_of_author ON posts (author_id, id) WHERE removed_at IS NULL;
-- The same as followers see it, so that nobody's feed reads on and on through what is for subscribers.
CREATE INDEX posts_for_followers ON posts (author_id, id) WHERE visibility <> 'subscribers' AND removed_at IS NULL;
CREATE INDEX posts_public ON posts (id, author_id) WHERE visibility = 'public' AND removed_at IS NULL;
CREATE INDEX posts_trending ON posts (score, id, author_id) WHERE visibility = 'public' AND removed_at IS NULL;
-- All of them in the order of time, with what a reader's feed asks of each.
CREATE INDEX posts_by_time ON posts (id, author_id, visibility) WHERE removed_at IS NULL;

CREATE TABLE post_media (
  post_id TEXT NOT NULL REFERENCES posts (id),
  position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 10),
  key TEXT NOT NULL UNIQUE REFERENCES media_files (key),
  content_type TEXT NOT NULL,
  width INTEGER,
  height INTEGER,
  PRIMARY KEY (post_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE post_likes (
  post_id TEXT NOT NULL REFERENCES posts (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (post_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_likes_of_user ON post_likes (user_id, post_id);

CREATE TABLE comments (
  id TEXT PRIMARY KEY,
  post_id TEXT NOT NULL REFERENCES posts (id),
  -- The comment that this one replies to: one on the same post that is no reply itself.
  parent_id TEXT REFERENCES comments (id),
  author_id TEXT NOT NULL REFERENCES users (id),
  text TEXT NOT NULL,
  like_count INTEGER NOT NULL DEFAULT 0 CHECK (like_count >= 0),
  reply_count INTEGER NOT NULL DEFAULT 0 CHECK (reply_count >= 0),
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;
CREATE INDEX comments_of_post ON comments (post_id, parent_id, id);
CREATE INDEX comments_of_parent ON comments (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comments_of_author ON comments (author_id, id);

CREATE TABLE comment_likes (
  comment_id TEXT NOT NULL REFERENCES comments (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (comment_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX comment_likes_of_user ON comment_likes (user_id, comment_id);

CREATE TRIGGER post_likes_count_up AFTER INSERT ON post_likes
BEGIN
  UPDATE posts SET like_count = like_count + 1 WHERE id = NEW.post_id;
END;
CREATE TRIGGER post_likes_count_down AFTER DELETE ON post_likes
BEGIN
  UPDATE posts SET like_count = like_count - 1 WHERE id = OLD.post_id AND removed_at IS NULL;
END;

CREATE TRIGGER comment_likes_count_up AFTER INSERT ON comment_likes
BEGIN
  UPDATE comments SET like_count = like_count + 1 WHERE id = NEW.comment_id;
END;
CREATE TRIGGER comment_likes_count_down AFTER DELETE ON comment_likes
BEGIN
  UPDATE comments SET like_count = like_count - 1 WHERE id = OLD.comment_id AND removed_at IS NULL;
END;

CREATE TRIGGER comments_reply_to_a_comment_of_the_post BEFORE INSERT ON comments WHEN NEW.parent_id IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'COMMENT_PARENT_WRONG') WHERE NOT EXISTS (
    SELECT 1 FROM comments
    WHERE id = NEW.parent_id AND post_id = NEW.post_id AND parent_id IS NULL AND removed_at IS NULL);
END;
CREATE TRIGGER comments_count_up AFTER INSERT ON comments
BEGIN
  UPDATE posts SET comment_count = comment_count + 1 WHERE id = NEW.post_id;
  UPDATE comments SET reply_count = reply_count + 1 WHERE id = NEW.parent_id;
END;
-- A comment goes with its replies, which are not hidden one by one.
CREATE TRIGGER comments_count_down AFTER UPDATE OF removed_at ON comments
WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL
BEGIN
  UPDATE posts SET comment_count = comment_count - 1 - NEW.reply_count WHERE id = NEW.post_id AND removed_at IS NULL;
  UPDATE comments SET reply_count = reply_count - 1 WHERE id = NEW.parent_id;
END;

CREATE VIRTUAL TABLE posts_fts USING fts5 (
  text,
  content = 'posts', content_rowid = 'rowid',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER posts_fts_insert AFTER INSERT ON posts
BEGIN
  INSERT INTO posts_fts (rowid, text) VALUES (NEW.rowid, NEW.text);
END;
CREATE TRIGGER posts_fts_update AFTER UPDATE OF text ON posts
BEGIN
  INSERT INTO posts_fts (posts_fts, rowid, text) VALUES ('delete', OLD.rowid, OLD.text);
  INSERT INTO posts_fts (rowid, text) VALUES (NEW.rowid, NEW.text);
END;
-- Nobody finds what is being removed.
CREATE TRIGGER posts_fts_remove AFTER UPDATE OF removed_at ON posts
WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL
BEGIN
  INSERT INTO posts_fts (posts_fts, rowid, text) VALUES ('delete', OLD.rowid, OLD.text);
END;
CREATE TRIGGER posts_fts_delete AFTER DELETE ON posts WHEN OLD.removed_at IS NULL
BEGIN
  INSERT INTO posts_fts (posts_fts, rowid, text) VALUES ('delete', OLD.rowid, OLD.text);
END;
