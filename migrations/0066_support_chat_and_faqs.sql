-- Questions and answers that staff publish, each in its place within its category and language.

CREATE TABLE faqs (
  id TEXT PRIMARY KEY,
  category TEXT NOT NULL,
  language TEXT NOT NULL,
  question TEXT NOT NULL,
  -- Markdown source, never rendered here.
  answer TEXT NOT NULL,
  -- 1 is first. The write that moves one also numbers the others.
  position INTEGER NOT NULL,
  published INTEGER NOT NULL DEFAULT 0 CHECK (published IN (0, 1)),
  helpful INTEGER NOT NULL DEFAULT 0 CONSTRAINT faqs_helpful CHECK (helpful >= 0),
  not_helpful INTEGER NOT NULL DEFAULT 0 CONSTRAINT faqs_not_helpful CHECK (not_helpful >= 0),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  -- Who may find it, as in migration 0033.
  audience TEXT GENERATED ALWAYS AS (
    replace(CASE published WHEN 1 THEN '~staff ~everybody' ELSE '~staff' END, '~', char(0xE000))
  ) VIRTUAL
) STRICT;
CREATE INDEX faqs_in_order ON faqs (category, language, position, id);

CREATE VIRTUAL TABLE faqs_fts USING fts5 (
  question, answer, audience,
  content = 'faqs', content_rowid = 'rowid',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER faqs_fts_insert AFTER INSERT ON faqs
BEGIN
  INSERT INTO faqs_fts (rowid, question, answer, audience)
  VALUES (NEW.rowid, NEW.question, NEW.answer, NEW.audience);
END;
CREATE TRIGGER faqs_fts_delete AFTER DELETE ON faqs
BEGIN
  INSERT INTO faqs_fts (faqs_fts, rowid, question, answer, audience)
  VALUES ('delete', OLD.rowid, OLD.question, OLD.answer, OLD.audience);
END;
CREATE TRIGGER faqs_fts_update AFTER UPDATE OF question, answer, published ON faqs
WHEN (OLD.question, OLD.answer, OLD.audience) IS NOT (NEW.question, NEW.answer, NEW.audience)
BEGIN
  INSERT INTO faqs_fts (faqs_fts, rowid, question, answer, audience)
  VALUES ('delete', OLD.rowid, OLD.question, OLD.answer, OLD.audience);
  INSERT INTO faqs_fts (rowid, question, answer, audience)
  VALUES (NEW.rowid, NEW.question, NEW.answer, NEW.audience);
END;

-- One vote a user. The triggers keep the counts, so they are exact whoever votes at the same time.
CREATE TABLE faq_votes (
  faq_id TEXT NOT NULL REFERENCES faqs (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id),
  helpful INTEGER NOT NULL CHECK (helpful IN (0, 1)),
  voted_at INTEGER NOT NULL,
  PRIMARY KEY (faq_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX faq_votes_of_user ON faq_votes (user_id, faq_id);
CREATE TRIGGER faq_votes_count_new AFTER INSERT ON faq_votes
BEGIN
  UPDATE faqs SET helpful = helpful + NEW.helpful, not_helpful = not_helpful + 1 - NEW.helpful WHERE id = NEW.faq_id;
END;
CREATE TRIGGER faq_votes_count_changed AFTER UPDATE OF helpful ON faq_votes WHEN OLD.helpful <> NEW.helpful
BEGIN
  UPDATE faqs SET helpful = helpful + NEW.helpful - OLD.helpful, not_helpful = not_helpful + OLD.helpful - NEW.helpful
  WHERE id = NEW.faq_id;
END;
CREATE TRIGGER faq_votes_count_gone AFTER DELETE ON faq_votes
BEGIN
  UPDATE faqs SET helpful = helpful - OLD.helpful, not_helpful = not_helpful - 1 + OLD.helpful WHERE id = OLD.faq_id;
END;
