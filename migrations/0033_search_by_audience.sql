-- Who may find a row stands in the index beside its words, so that what a reader may not find takes no place among the
-- newest matches that are looked at. An audience is a list of words: `everybody`, `staff`, `nobody`, `cancelled`, or a
-- letter and somebody's id (`c` a creator, `f` whose followers, `s` whose subscribers). Before each stands the first
-- private-use character, a `~` below: the tokenizer keeps it, and no reader's word has it, so that what somebody begins to
-- write, as `ev` for Eve, is never the beginning of a word that is in every row.

ALTER TABLE users ADD COLUMN audience TEXT GENERATED ALWAYS AS (
  replace(CASE status WHEN 'active' THEN '~everybody' ELSE '~nobody' END, '~', char(0xE000))
) VIRTUAL;
ALTER TABLE streams ADD COLUMN audience TEXT GENERATED ALWAYS AS (
  replace(CASE
    WHEN status = 'cancelled' THEN '~cancelled'
    WHEN visibility = 'private' THEN '~staff ~c' || replace(creator_id, '-', '')
    ELSE '~staff ~everybody'
  END, '~', char(0xE000))
) VIRTUAL;
ALTER TABLE posts ADD COLUMN audience TEXT GENERATED ALWAYS AS (
  replace(CASE visibility
    WHEN 'followers' THEN '~staff ~f' || replace(author_id, '-', '')
    WHEN 'subscribers' THEN '~staff ~s' || replace(author_id, '-', '')
    ELSE '~staff ~everybody'
  END, '~', char(0xE000))
) VIRTUAL;

DROP TRIGGER users_fts_insert;
DROP TRIGGER users_fts_delete;
DROP TRIGGER users_fts_update;
DROP TABLE users_fts;
CREATE VIRTUAL TABLE users_fts USING fts5 (
  username, display_name, audience,
  content = 'users', content_rowid = 'rowid',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
INSERT INTO users_fts (users_fts) VALUES ('rebuild');
CREATE TRIGGER users_fts_insert AFTER INSERT ON users
BEGIN
  INSERT INTO users_fts (rowid, username, display_name, audience)
  VALUES (NEW.rowid, NEW.username, NEW.display_name, NEW.audience);
END;
CREATE TRIGGER users_fts_delete AFTER DELETE ON users
BEGIN
  INSERT INTO users_fts (users_fts, rowid, username, display_name, audience)
  VALUES ('delete', OLD.rowid, OLD.username, OLD.display_name, OLD.audience);
END;
CREATE TRIGGER users_fts_update AFTER UPDATE OF username, display_name, status ON users
WHEN (OLD.username, OLD.display_name, OLD.audience) IS NOT (NEW.username, NEW.display_name, NEW.audience)
BEGIN
  INSERT INTO users_fts (users_fts, rowid, username, display_name, audience)
  VALUES ('delete', OLD.rowid, OLD.username, OLD.display_name, OLD.audience);
  INSERT INTO users_fts (rowid, username, display_name, audience)
  VALUES (NEW.rowid, NEW.username, NEW.display_name, NEW.audience);
END;

DROP TRIGGER streams_fts_insert;
DROP TRIGGER streams_fts_delete;
DROP TRIGGER streams_fts_update;
DROP TABLE streams_fts;
CREATE VIRTUAL TABLE streams_fts USING fts5 (
  title, description, category, audience,
  content = 'streams', content_rowid = 'rowid',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
INSERT INTO streams_fts (streams_fts) VALUES ('rebuild');
CREATE TRIGGER streams_fts_insert AFTER INSERT ON streams
BEGIN
  INSERT INTO streams_fts (rowid, title, description, category, audience)
  VALUES (NEW.rowid, NEW.title, NEW.description, NEW.category, NEW.audience);
END;
CREATE TRIGGER streams_fts_delete AFTER DELETE ON streams
BEGIN
  INSERT INTO streams_fts (streams_fts, rowid, title, description, category, audience)
  VALUES ('delete', OLD.rowid, OLD.title, OLD.description, OLD.category, OLD.audience);
END;
-- Going live and ending change no audience, so they write nothing here.
CREATE TRIGGER streams_fts_update AFTER UPDATE OF title, description, category, status, visibility ON streams
WHEN (OLD.title, OLD.description, OLD.category, OLD.audience) IS NOT (NEW.title, NEW.description, NEW.category, NEW.audience)
BEGIN
  INSERT INTO streams_fts (streams_fts, rowid, title, description, category, audience)
  VALUES ('delete', OLD.rowid, OLD.title, OLD.description, OLD.category, OLD.audience);
  INSERT INTO streams_fts (rowid, title, description, category, audience)
  VALUES (NEW.rowid, NEW.title, NEW.description, NEW.category, NEW.audience);
END;

DROP TRIGGER posts_fts_insert;
DROP TRIGGER posts_fts_update;
DROP TRIGGER posts_fts_remove;
DROP TRIGGER posts_fts_delete;
DROP TABLE posts_fts;
CREATE VIRTUAL TABLE posts_fts USING fts5 (
  text, audience,
  content = 'posts', content_rowid = 'rowid',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
INSERT INTO posts_fts (rowid, text, audience) SELECT rowid, text, audience FROM posts WHERE removed_at IS NULL;
CREATE TRIGGER posts_fts_insert AFTER INSERT ON posts
BEGIN
  INSERT INTO posts_fts (rowid, text, audience) VALUES (NEW.rowid, NEW.text, NEW.audience);
END;
CREATE TRIGGER posts_fts_update AFTER UPDATE OF text, visibility ON posts
WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NULL
  AND (OLD.text, OLD.audience) IS NOT (NEW.text, NEW.audience)
BEGIN
  INSERT INTO posts_fts (posts_fts, rowid, text, audience) VALUES ('delete', OLD.rowid, OLD.text, OLD.audience);
  INSERT INTO posts_fts (rowid, text, audience) VALUES (NEW.rowid, NEW.text, NEW.audience);
END;
-- Nobody finds what is being removed.
CREATE TRIGGER posts_fts_remove AFTER UPDATE OF removed_at ON posts
WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL
BEGIN
  INSERT INTO posts_fts (posts_fts, rowid, text, audience) VALUES ('delete', OLD.rowid, OLD.text, OLD.audience);
END;
CREATE TRIGGER posts_fts_delete AFTER DELETE ON posts WHEN OLD.removed_at IS NULL
BEGIN
  INSERT INTO posts_fts (posts_fts, rowid, text, audience) VALUES ('delete', OLD.rowid, OLD.text, OLD.audience);
END;

-- Of whose subscribers somebody is, the newest first: whose posts for subscribers they find.
CREATE INDEX subscriptions_open_of_subscriber ON subscriptions (subscriber_id, id) WHERE status <> 'ended';
