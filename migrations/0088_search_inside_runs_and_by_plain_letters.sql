-- A script without spaces is found by any part of a run, and a letter with a mark by its plain letter. An index
-- gets each character of such a script as a word of its own, so that a part of a run is a phrase. A letter that the
-- tokenizer does not fold is indexed as its plain letter and marks that the tokenizer drops. The indexes keep these
-- texts themselves, and readers get them back as they were written: see src/shared/indexed-text.ts.

CREATE TABLE search_letters (letter TEXT PRIMARY KEY, indexed TEXT NOT NULL) STRICT, WITHOUT ROWID;
WITH letters (written, plain, marks) AS (VALUES
  ('ёЁґҐ', 'еЕгГ', char(0x30F, 0x311)),
  ('άέήίόύώΆΈΉΊΌΎΏ', 'αεηιουωΑΕΗΙΟΥΩ', char(0x30F, 0x311)),
  ('ϊϋΪΫ', 'ιυΙΥ', char(0x311, 0x30F)),
  ('ΐΰ', 'ιυ', char(0x30F, 0x30F)),
  ('łŁøØđĐħĦŧŦı', 'lLoOdDhHtTi', char(0x30F, 0x311)),
  ('ðÐ', 'dD', char(0x311, 0x30F)),
  -- Arabic: letters with hamza or madda, alef maqsura, and teh marbuta.
  (char(0x623, 0x649, 0x629), char(0x627, 0x64A, 0x647), char(0x30F, 0x311)),
  (char(0x625), char(0x627), char(0x311, 0x30F)),
  (char(0x622), char(0x627), char(0x30F, 0x30F)),
  (char(0x671), char(0x627), char(0x311, 0x311)),
  -- Arabic vowel signs, and the stroke that only stretches a word.
  (char(0x64B, 0x64C, 0x64D, 0x64E, 0x64F, 0x650, 0x651, 0x652, 0x640), '', NULL)
), places (place) AS (SELECT value FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14]'))
INSERT INTO search_letters
SELECT substr(written, place, 1), substr(plain, place, 1) || coalesce(marks, char(0x30F, 0x2FF + place + (place > 5)))
FROM letters CROSS JOIN places WHERE place <= length(written);
INSERT INTO search_letters VALUES
  ('æ', 'a' || char(0x311, 0x311) || 'e'),
  ('Æ', 'A' || char(0x311, 0x311) || 'E'),
  ('œ', 'o' || char(0x311, 0x311) || 'e'),
  ('Œ', 'O' || char(0x311, 0x311) || 'E'),
  ('ß', 's' || char(0x311, 0x311) || 's'),
  ('ẞ', 'S' || char(0x311, 0x311) || 'S'),
  ('þ', 't' || char(0x311, 0x311) || 'h'),
  ('Þ', 'T' || char(0x311, 0x311) || 'H');

-- NOTE: D1 takes five SELECTs in one UNION. A migration that builds one of these tables again drops the view before,
-- and makes it again after.
CREATE VIEW search_texts (source, row_id, text) AS
SELECT * FROM (
  SELECT 'users.display_name' AS source, rowid AS row_id, display_name AS text FROM users
  UNION ALL SELECT 'tracks.title', rowid, title FROM tracks
  UNION ALL SELECT 'tracks.artist', rowid, artist FROM tracks
  UNION ALL SELECT 'tracks.album', rowid, album FROM tracks
  UNION ALL SELECT 'posts.text', rowid, text FROM posts
)
UNION ALL SELECT * FROM (
  SELECT 'streams.title' AS source, rowid AS row_id, title AS text FROM streams
  UNION ALL SELECT 'streams.description', rowid, description FROM streams
  UNION ALL SELECT 'user_rooms.title', rowid, title FROM user_rooms
  UNION ALL SELECT 'user_rooms.topic', rowid, topic FROM user_rooms
)
UNION ALL SELECT * FROM (
  SELECT 'products.title' AS source, rowid AS row_id, title AS text FROM products
  UNION ALL SELECT 'products.description', rowid, description FROM products
  UNION ALL SELECT 'faqs.question', rowid, question FROM faqs
  UNION ALL SELECT 'faqs.answer', rowid, answer FROM faqs
);

-- The texts as the indexes get them. NOTE: in pieces, because SQLite counts the characters of a text from its start.
CREATE VIEW search_words (source, row_id, words) AS
SELECT source, row_id, CASE
  WHEN length(text) < length(CAST(text AS BLOB)) THEN (
    WITH RECURSIVE
      places (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM places WHERE place < 100),
      pieces (piece, rest) AS (
        SELECT substr(text, 1, 100), substr(text, 101)
        UNION ALL SELECT substr(rest, 1, 100), substr(rest, 101) FROM pieces WHERE rest <> ''
      ),
      letters (letter) AS (
        SELECT substr(piece, place, 1) FROM pieces CROSS JOIN places WHERE place <= length(piece)
      )
    SELECT group_concat(CASE
      WHEN unicode(letter) BETWEEN 0x0E01 AND 0x0E4E -- Thai
        OR unicode(letter) BETWEEN 0x0E81 AND 0x0ECE -- Lao
        OR unicode(letter) BETWEEN 0x1000 AND 0x103F -- Myanmar
        OR unicode(letter) BETWEEN 0x1100 AND 0x11FF -- Hangul
        OR unicode(letter) BETWEEN 0x1780 AND 0x17D3 -- Khmer
        OR unicode(letter) BETWEEN 0x2E80 AND 0x2FDF -- Han radicals
        OR unicode(letter) BETWEEN 0x3005 AND 0x3007 -- Han marks
        OR unicode(letter) BETWEEN 0x3021 AND 0x31FF -- kana, Bopomofo
        OR unicode(letter) BETWEEN 0x3400 AND 0x9FFF -- Han
        OR unicode(letter) BETWEEN 0xA960 AND 0xA97F -- Hangul
        OR unicode(letter) BETWEEN 0xAC00 AND 0xD7FF -- Hangul
        OR unicode(letter) BETWEEN 0xF900 AND 0xFAFF -- Han
        OR unicode(letter) BETWEEN 0xFF66 AND 0xFFDC -- kana and Hangul of half width
        OR unicode(letter) BETWEEN 0x20000 AND 0x3FFFF -- Han
      THEN char(1) || letter || char(1)
      ELSE coalesce((SELECT indexed FROM search_letters WHERE search_letters.letter = letters.letter), letter)
    END, '')
    FROM letters
  )
  ELSE text
END
FROM search_texts;

DROP TRIGGER users_fts_insert;
DROP TRIGGER users_fts_update;
DROP TRIGGER users_fts_delete;
DROP TABLE users_fts;
CREATE VIRTUAL TABLE users_fts USING fts5 (
  username, display_name, audience,
  -- Thai vowels and tones are marks.
  tokenize = "unicode61 remove_diacritics 2 tokenchars 'ัิีึืฺุู็่้๊๋์ํ๎'", prefix = '2 3'
);
INSERT INTO users_fts (rowid, username, display_name, audience)
SELECT rowid,
  users.username,
  (SELECT words FROM search_words WHERE source = 'users.display_name' AND row_id = users.rowid),
  users.audience
FROM users;
CREATE TRIGGER users_fts_insert AFTER INSERT ON users
BEGIN
  INSERT INTO users_fts (rowid, username, display_name, audience)
  VALUES (NEW.rowid,
    NEW.username,
    (SELECT words FROM search_words WHERE source = 'users.display_name' AND row_id = NEW.rowid),
    NEW.audience);
END;
CREATE TRIGGER users_fts_delete AFTER DELETE ON users
BEGIN
  DELETE FROM users_fts WHERE rowid = OLD.rowid;
END;
CREATE TRIGGER users_fts_update AFTER UPDATE OF username, display_name, status ON users
WHEN (OLD.username, OLD.display_name, OLD.audience) IS NOT (NEW.username, NEW.display_name, NEW.audience)
BEGIN
  DELETE FROM users_fts WHERE rowid = OLD.rowid;
  INSERT INTO users_fts (rowid, username, display_name, audience)
  VALUES (NEW.rowid,
    NEW.username,
    (SELECT words FROM search_words WHERE source = 'users.display_name' AND row_id = NEW.rowid),
    NEW.audience);
END;

DROP TRIGGER streams_fts_insert;
DROP TRIGGER streams_fts_update;
DROP TRIGGER streams_fts_delete;
DROP TABLE streams_fts;
CREATE VIRTUAL TABLE streams_fts USING fts5 (
  title, description, category, audience,
  -- Thai vowels and tones are marks.
  tokenize = "unicode61 remove_diacritics 2 tokenchars 'ัิีึืฺุู็่้๊๋์ํ๎'", prefix = '2 3'
);
INSERT INTO streams_fts (rowid, title, description, category, audience)
SELECT rowid,
  (SELECT words FROM search_words WHERE source = 'streams.title' AND row_id = streams.rowid),
  (SELECT words FROM search_words WHERE source = 'streams.description' AND row_id = streams.rowid),
  streams.category,
  streams.audience
FROM streams;
CREATE TRIGGER streams_fts_insert AFTER INSERT ON streams
BEGIN
  INSERT INTO streams_fts (rowid, title, description, category, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'streams.title' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'streams.description' AND row_id = NEW.rowid),
    NEW.category,
    NEW.audience);
END;
CREATE TRIGGER streams_fts_delete AFTER DELETE ON streams
BEGIN
  DELETE FROM streams_fts WHERE rowid = OLD.rowid;
END;
CREATE TRIGGER streams_fts_update AFTER UPDATE OF title, description, category, status, visibility ON streams
WHEN (OLD.title, OLD.description, OLD.category, OLD.audience)
  IS NOT (NEW.title, NEW.description, NEW.category, NEW.audience)
BEGIN
  DELETE FROM streams_fts WHERE rowid = OLD.rowid;
  INSERT INTO streams_fts (rowid, title, description, category, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'streams.title' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'streams.description' AND row_id = NEW.rowid),
    NEW.category,
    NEW.audience);
END;

DROP TRIGGER products_fts_insert;
DROP TRIGGER products_fts_update;
DROP TRIGGER products_fts_delete;
DROP TABLE products_fts;
CREATE VIRTUAL TABLE products_fts USING fts5 (
  title, description, category, audience,
  -- Thai vowels and tones are marks.
  tokenize = "unicode61 remove_diacritics 2 tokenchars 'ัิีึืฺุู็่้๊๋์ํ๎'", prefix = '2 3'
);
INSERT INTO products_fts (rowid, title, description, category, audience)
SELECT rowid,
  (SELECT words FROM search_words WHERE source = 'products.title' AND row_id = products.rowid),
  (SELECT words FROM search_words WHERE source = 'products.description' AND row_id = products.rowid),
  products.category,
  products.audience
FROM products;
CREATE TRIGGER products_fts_insert AFTER INSERT ON products
BEGIN
  INSERT INTO products_fts (rowid, title, description, category, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'products.title' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'products.description' AND row_id = NEW.rowid),
    NEW.category,
    NEW.audience);
END;
CREATE TRIGGER products_fts_delete AFTER DELETE ON products
BEGIN
  DELETE FROM products_fts WHERE rowid = OLD.rowid;
END;
CREATE TRIGGER products_fts_update AFTER UPDATE OF title, description, category, status, hidden_at ON products
WHEN (OLD.title, OLD.description, OLD.category, OLD.audience)
  IS NOT (NEW.title, NEW.description, NEW.category, NEW.audience)
BEGIN
  DELETE FROM products_fts WHERE rowid = OLD.rowid;
  INSERT INTO products_fts (rowid, title, description, category, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'products.title' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'products.description' AND row_id = NEW.rowid),
    NEW.category,
    NEW.audience);
END;

DROP TRIGGER user_rooms_fts_insert;
DROP TRIGGER user_rooms_fts_update;
DROP TRIGGER user_rooms_fts_delete;
DROP TABLE user_rooms_fts;
CREATE VIRTUAL TABLE user_rooms_fts USING fts5 (
  title, topic, audience,
  -- Thai vowels and tones are marks.
  tokenize = "unicode61 remove_diacritics 2 tokenchars 'ัิีึืฺุู็่้๊๋์ํ๎'", prefix = '2 3'
);
INSERT INTO user_rooms_fts (rowid, title, topic, audience)
SELECT rowid,
  (SELECT words FROM search_words WHERE source = 'user_rooms.title' AND row_id = user_rooms.rowid),
  (SELECT words FROM search_words WHERE source = 'user_rooms.topic' AND row_id = user_rooms.rowid),
  user_rooms.audience
FROM user_rooms;
CREATE TRIGGER user_rooms_fts_insert AFTER INSERT ON user_rooms
BEGIN
  INSERT INTO user_rooms_fts (rowid, title, topic, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'user_rooms.title' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'user_rooms.topic' AND row_id = NEW.rowid),
    NEW.audience);
END;
CREATE TRIGGER user_rooms_fts_delete AFTER DELETE ON user_rooms
BEGIN
  DELETE FROM user_rooms_fts WHERE rowid = OLD.rowid;
END;
CREATE TRIGGER user_rooms_fts_update AFTER UPDATE OF title, topic, status, is_private, hidden_at ON user_rooms
WHEN (OLD.title, OLD.topic, OLD.audience) IS NOT (NEW.title, NEW.topic, NEW.audience)
BEGIN
  DELETE FROM user_rooms_fts WHERE rowid = OLD.rowid;
  INSERT INTO user_rooms_fts (rowid, title, topic, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'user_rooms.title' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'user_rooms.topic' AND row_id = NEW.rowid),
    NEW.audience);
END;

DROP TRIGGER tracks_fts_insert;
DROP TRIGGER tracks_fts_update;
DROP TRIGGER tracks_fts_delete;
DROP TABLE tracks_fts;
CREATE VIRTUAL TABLE tracks_fts USING fts5 (
  title, artist, album, audience,
  -- Thai vowels and tones are marks.
  tokenize = "unicode61 remove_diacritics 2 tokenchars 'ัิีึืฺุู็่้๊๋์ํ๎'", prefix = '2 3'
);
INSERT INTO tracks_fts (rowid, title, artist, album, audience)
SELECT rowid,
  (SELECT words FROM search_words WHERE source = 'tracks.title' AND row_id = tracks.rowid),
  (SELECT words FROM search_words WHERE source = 'tracks.artist' AND row_id = tracks.rowid),
  (SELECT words FROM search_words WHERE source = 'tracks.album' AND row_id = tracks.rowid),
  tracks.audience
FROM tracks;
CREATE TRIGGER tracks_fts_insert AFTER INSERT ON tracks
BEGIN
  INSERT INTO tracks_fts (rowid, title, artist, album, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'tracks.title' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'tracks.artist' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'tracks.album' AND row_id = NEW.rowid),
    NEW.audience);
END;
CREATE TRIGGER tracks_fts_delete AFTER DELETE ON tracks
BEGIN
  DELETE FROM tracks_fts WHERE rowid = OLD.rowid;
END;
CREATE TRIGGER tracks_fts_update AFTER UPDATE OF title, artist, album ON tracks
WHEN (OLD.title, OLD.artist, OLD.album) IS NOT (NEW.title, NEW.artist, NEW.album)
BEGIN
  DELETE FROM tracks_fts WHERE rowid = OLD.rowid;
  INSERT INTO tracks_fts (rowid, title, artist, album, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'tracks.title' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'tracks.artist' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'tracks.album' AND row_id = NEW.rowid),
    NEW.audience);
END;

DROP TRIGGER faqs_fts_insert;
DROP TRIGGER faqs_fts_update;
DROP TRIGGER faqs_fts_delete;
DROP TABLE faqs_fts;
CREATE VIRTUAL TABLE faqs_fts USING fts5 (
  question, answer, audience,
  -- Thai vowels and tones are marks.
  tokenize = "unicode61 remove_diacritics 2 tokenchars 'ัิีึืฺุู็่้๊๋์ํ๎'", prefix = '2 3'
);
INSERT INTO faqs_fts (rowid, question, answer, audience)
SELECT rowid,
  (SELECT words FROM search_words WHERE source = 'faqs.question' AND row_id = faqs.rowid),
  (SELECT words FROM search_words WHERE source = 'faqs.answer' AND row_id = faqs.rowid),
  faqs.audience
FROM faqs;
CREATE TRIGGER faqs_fts_insert AFTER INSERT ON faqs
BEGIN
  INSERT INTO faqs_fts (rowid, question, answer, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'faqs.question' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'faqs.answer' AND row_id = NEW.rowid),
    NEW.audience);
END;
CREATE TRIGGER faqs_fts_delete AFTER DELETE ON faqs
BEGIN
  DELETE FROM faqs_fts WHERE rowid = OLD.rowid;
END;
CREATE TRIGGER faqs_fts_update AFTER UPDATE OF question, answer, published ON faqs
WHEN (OLD.question, OLD.answer, OLD.audience) IS NOT (NEW.question, NEW.answer, NEW.audience)
BEGIN
  DELETE FROM faqs_fts WHERE rowid = OLD.rowid;
  INSERT INTO faqs_fts (rowid, question, answer, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'faqs.question' AND row_id = NEW.rowid),
    (SELECT words FROM search_words WHERE source = 'faqs.answer' AND row_id = NEW.rowid),
    NEW.audience);
END;

DROP TRIGGER posts_fts_insert;
DROP TRIGGER posts_fts_update;
DROP TRIGGER posts_fts_remove;
DROP TRIGGER posts_fts_return;
DROP TRIGGER posts_fts_delete;
DROP TABLE posts_fts;
CREATE VIRTUAL TABLE posts_fts USING fts5 (
  text, audience,
  -- Thai vowels and tones are marks.
  tokenize = "unicode61 remove_diacritics 2 tokenchars 'ัิีึืฺุู็่้๊๋์ํ๎'", prefix = '2 3'
);
INSERT INTO posts_fts (rowid, text, audience)
SELECT rowid,
  (SELECT words FROM search_words WHERE source = 'posts.text' AND row_id = posts.rowid),
  posts.audience
FROM posts WHERE removed_at IS NULL;
CREATE TRIGGER posts_fts_insert AFTER INSERT ON posts
BEGIN
  INSERT INTO posts_fts (rowid, text, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'posts.text' AND row_id = NEW.rowid),
    NEW.audience);
END;
CREATE TRIGGER posts_fts_delete AFTER DELETE ON posts WHEN OLD.removed_at IS NULL
BEGIN
  DELETE FROM posts_fts WHERE rowid = OLD.rowid;
END;
CREATE TRIGGER posts_fts_update AFTER UPDATE OF text, visibility ON posts
WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NULL
  AND (OLD.text, OLD.audience) IS NOT (NEW.text, NEW.audience)
BEGIN
  DELETE FROM posts_fts WHERE rowid = OLD.rowid;
  INSERT INTO posts_fts (rowid, text, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'posts.text' AND row_id = NEW.rowid),
    NEW.audience);
END;
-- Nobody finds what is being removed.
CREATE TRIGGER posts_fts_remove AFTER UPDATE OF removed_at ON posts
WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL
BEGIN
  DELETE FROM posts_fts WHERE rowid = OLD.rowid;
END;
-- A post that comes back is found again.
CREATE TRIGGER posts_fts_return AFTER UPDATE OF removed_at ON posts
WHEN OLD.removed_at IS NOT NULL AND NEW.removed_at IS NULL
BEGIN
  INSERT INTO posts_fts (rowid, text, audience)
  VALUES (NEW.rowid,
    (SELECT words FROM search_words WHERE source = 'posts.text' AND row_id = NEW.rowid),
    NEW.audience);
END;

-- Discount codes are found without their hyphens.
CREATE INDEX discount_codes_by_letters ON discount_codes (replace(code, '-', ''));
