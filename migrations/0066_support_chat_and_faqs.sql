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

-- Support chat: one thread a user. A message's number orders the thread, and is its `seq` in the thread's room.

CREATE TABLE support_threads (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL UNIQUE REFERENCES users (id),
  -- The first member of staff who answered.
  assignee_id TEXT REFERENCES users (id),
  message_count INTEGER NOT NULL DEFAULT 0,
  last_message_at INTEGER NOT NULL,
  -- When the user wrote what is not answered yet. NULL: nothing waits for staff.
  waiting_since INTEGER,
  -- The message that the thread waits for, or last waited for, an answer to.
  waiting_id TEXT,
  created_at INTEGER NOT NULL,
  -- Threads that wait come first, the longest waiting before the others; then the answered ones, newest first.
  place INTEGER GENERATED ALWAYS AS (coalesce(waiting_since, 9007199254740991 - last_message_at)) VIRTUAL
) STRICT;
CREATE INDEX support_threads_in_order ON support_threads (place, id) WHERE message_count > 0;
-- Those that wait for an answer, to count them.
CREATE INDEX support_threads_waiting ON support_threads (waiting_since) WHERE waiting_since IS NOT NULL;
CREATE INDEX support_threads_of_assignee ON support_threads (assignee_id) WHERE assignee_id IS NOT NULL;

CREATE TABLE support_messages (
  id TEXT PRIMARY KEY,
  thread_id TEXT NOT NULL REFERENCES support_threads (id),
  number INTEGER NOT NULL,
  author_id TEXT NOT NULL REFERENCES users (id),
  from_staff INTEGER NOT NULL CHECK (from_staff IN (0, 1)),
  text TEXT NOT NULL,
  -- The author's own id for it: a repeat adds nothing.
  client_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  read_at INTEGER,
  UNIQUE (thread_id, number),
  UNIQUE (author_id, client_id)
) STRICT;
CREATE INDEX support_messages_unread ON support_messages (thread_id, from_staff, number) WHERE read_at IS NULL;
CREATE INDEX support_messages_of_author ON support_messages (author_id, at);

-- A message changes its thread. Its author has read what the other side wrote before.
CREATE TRIGGER support_messages_move_thread AFTER INSERT ON support_messages
BEGIN
  UPDATE support_threads SET
    message_count = NEW.number,
    last_message_at = NEW.at,
    waiting_id = CASE WHEN NEW.from_staff = 0 AND waiting_since IS NULL THEN NEW.id ELSE waiting_id END,
    waiting_since = CASE NEW.from_staff WHEN 0 THEN coalesce(waiting_since, NEW.at) END,
    assignee_id = CASE NEW.from_staff WHEN 1 THEN coalesce(assignee_id, NEW.author_id) ELSE assignee_id END
  WHERE id = NEW.thread_id;
  UPDATE support_messages SET read_at = NEW.at
  WHERE thread_id = NEW.thread_id AND from_staff = 1 - NEW.from_staff AND read_at IS NULL AND number < NEW.number;
END;

-- Support rooms are remembered apart from streams, so that a chat with support puts nobody out of a stream.
ALTER TABLE last_rooms ADD COLUMN kind TEXT NOT NULL DEFAULT 'stream';
DROP TRIGGER last_rooms_newest_five;
CREATE TRIGGER last_rooms_newest_five AFTER INSERT ON last_rooms WHEN NEW.kind = 'stream'
BEGIN
  DELETE FROM last_rooms WHERE user_id = NEW.user_id AND kind = 'stream' AND room_id NOT IN (
    SELECT room_id FROM last_rooms WHERE user_id = NEW.user_id AND kind = 'stream'
    ORDER BY entered_at DESC, room_id DESC LIMIT 5);
END;
CREATE TRIGGER last_rooms_newest_of_support AFTER INSERT ON last_rooms WHEN NEW.kind = 'support'
BEGIN
  DELETE FROM last_rooms WHERE user_id = NEW.user_id AND kind = 'support' AND room_id NOT IN (
    SELECT room_id FROM last_rooms WHERE user_id = NEW.user_id AND kind = 'support'
    ORDER BY entered_at DESC, room_id DESC LIMIT 20);
END;
