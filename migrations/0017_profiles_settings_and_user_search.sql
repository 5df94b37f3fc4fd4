-- What users say of themselves, what they chose, and how they are found.

ALTER TABLE users ADD COLUMN links TEXT NOT NULL DEFAULT '[]' CHECK (json_type(links) = 'array');

-- How many creators the user follows; `follower_count` is the other side of the same rows.
ALTER TABLE users ADD COLUMN following_count INTEGER NOT NULL DEFAULT 0 CHECK (following_count >= 0);
UPDATE users SET following_count = (SELECT count(*) FROM follows WHERE follower_id = users.id)
WHERE id IN (SELECT follower_id FROM follows);
CREATE TRIGGER follows_count_following_up AFTER INSERT ON follows
BEGIN
  UPDATE users SET following_count = following_count + 1 WHERE id = NEW.follower_id;
END;
CREATE TRIGGER follows_count_following_down AFTER DELETE ON follows
BEGIN
  UPDATE users SET following_count = following_count - 1 WHERE id = OLD.follower_id;
END;

-- A row once a user has chosen something; without it everything is as the defaults say.
CREATE TABLE user_settings (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  -- BCP 47.
  language TEXT NOT NULL DEFAULT 'en',
  -- { kind: { inApp?, email?, push? } }: what was chosen. For the rest the defaults of the code hold, so that a kind
  -- that comes later needs no change of any row.
  notifications TEXT NOT NULL DEFAULT '{}' CHECK (json_type(notifications) = 'object'),
  messages_from TEXT NOT NULL DEFAULT 'everyone' CHECK (messages_from IN ('everyone', 'followed', 'nobody')),
  show_activity INTEGER NOT NULL DEFAULT 1 CHECK (show_activity IN (0, 1)),
  autoplay INTEGER NOT NULL DEFAULT 1 CHECK (autoplay IN (0, 1)),
  mature_content INTEGER NOT NULL DEFAULT 0 CHECK (mature_content IN (0, 1)),
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The most followed first, of all and of a role: a written row more each for a follow.
CREATE INDEX users_by_followers ON users (follower_count, id) WHERE status = 'active';
CREATE INDEX users_of_role_by_followers ON users (role, follower_count, id) WHERE status = 'active';

CREATE VIRTUAL TABLE users_fts USING fts5 (
  username, display_name,
  content = 'users', content_rowid = 'rowid',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
INSERT INTO users_fts (users_fts) VALUES ('rebuild');
CREATE TRIGGER users_fts_insert AFTER INSERT ON users
BEGIN
  INSERT INTO users_fts (rowid, username, display_name) VALUES (NEW.rowid, NEW.username, NEW.display_name);
END;
CREATE TRIGGER users_fts_delete AFTER DELETE ON users
BEGIN
  INSERT INTO users_fts (users_fts, rowid, username, display_name)
  VALUES ('delete', OLD.rowid, OLD.username, OLD.display_name);
END;
CREATE TRIGGER users_fts_update AFTER UPDATE OF username, display_name ON users
BEGIN
  INSERT INTO users_fts (users_fts, rowid, username, display_name)
  VALUES ('delete', OLD.rowid, OLD.username, OLD.display_name);
  INSERT INTO users_fts (rowid, username, display_name) VALUES (NEW.rowid, NEW.username, NEW.display_name);
END;
