-- Support tickets, with replies, attachments, ready-made answers, and the staff who look at a ticket right now.

CREATE TABLE tickets (
  id TEXT PRIMARY KEY,
  -- Random, for people to say and search by; without prefix and hyphens.
  number TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id),
  category TEXT NOT NULL CHECK (category IN ('technical', 'billing', 'account', 'safety', 'other')),
  priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  subject TEXT NOT NULL,
  description TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'pending', 'resolved', 'closed')),
  status_at INTEGER NOT NULL,
  assignee_id TEXT REFERENCES users (id),
  -- The service level: when the first response and the resolution are due, and the next of the two while staff have to act.
  respond_by INTEGER NOT NULL,
  resolve_by INTEGER NOT NULL,
  due_at INTEGER CHECK (due_at IS NULL OR status IN ('open', 'pending')),
  first_responded_at INTEGER,
  resolved_at INTEGER CHECK ((resolved_at IS NOT NULL) = (status IN ('resolved', 'closed'))),
  rating INTEGER CHECK (rating BETWEEN 1 AND 5),
  merged_into TEXT REFERENCES tickets (id) CHECK (merged_into IS NULL OR status = 'closed'),
  -- The first ticket of a matter that came back long after it was closed.
  continues TEXT REFERENCES tickets (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tickets_of_user ON tickets (user_id, id);
CREATE INDEX tickets_by_status ON tickets (status, id);
CREATE INDEX tickets_by_category ON tickets (category, id);
CREATE INDEX tickets_by_priority ON tickets (priority, id);
CREATE INDEX tickets_by_assignee ON tickets (assignee_id, id);
CREATE INDEX tickets_due ON tickets (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX tickets_resolved ON tickets (status_at) WHERE status = 'resolved';
CREATE INDEX tickets_merged ON tickets (merged_into, id) WHERE merged_into IS NOT NULL;
CREATE INDEX tickets_that_continue ON tickets (continues, id) WHERE continues IS NOT NULL;

CREATE TABLE ticket_replies (
  id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  author_id TEXT NOT NULL REFERENCES users (id),
  author_kind TEXT NOT NULL CHECK (author_kind IN ('user', 'staff')),
  text TEXT NOT NULL,
  -- A note that only staff see.
  internal INTEGER NOT NULL CHECK (internal IN (0, 1)),
  created_at INTEGER NOT NULL,
  CHECK (internal = 0 OR author_kind = 'staff')
) STRICT;
CREATE INDEX ticket_replies_of_ticket ON ticket_replies (ticket_id, id);
CREATE INDEX ticket_replies_of_author ON ticket_replies (author_id, id);

CREATE TABLE ticket_attachments (
  id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  -- NULL: it came with the ticket itself.
  reply_id TEXT REFERENCES ticket_replies (id),
  uploader_id TEXT NOT NULL REFERENCES users (id),
  -- NULL: the file was deleted.
  key TEXT UNIQUE REFERENCES media_files (key),
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  scan TEXT NOT NULL CHECK (scan IN ('none', 'waiting', 'clean', 'infected')),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX ticket_attachments_of_ticket ON ticket_attachments (ticket_id, id);
CREATE INDEX ticket_attachments_of_reply ON ticket_attachments (reply_id);
CREATE INDEX ticket_attachments_of_uploader ON ticket_attachments (uploader_id) WHERE key IS NOT NULL;

CREATE TABLE canned_answers (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  category TEXT CHECK (category IN ('technical', 'billing', 'account', 'safety', 'other')),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  changed_by TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE ticket_viewers (
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  staff_id TEXT NOT NULL REFERENCES users (id),
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (ticket_id, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_viewers_by_time ON ticket_viewers (seen_at);
CREATE INDEX ticket_viewers_of_staff ON ticket_viewers (staff_id);

-- What its sender calls a file.
ALTER TABLE media_uploads ADD COLUMN name TEXT;

-- Budgets of further kinds: the code has the list, so that a new kind needs no new table.
CREATE TABLE budgets_of_any_kind (
  user_id TEXT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  used INTEGER NOT NULL CHECK (used >= 0),
  allowed INTEGER NOT NULL,
  PRIMARY KEY (user_id, kind),
  CONSTRAINT daily_budget_spent CHECK (used <= allowed)
) STRICT, WITHOUT ROWID;
INSERT INTO budgets_of_any_kind SELECT user_id, kind, started_at, used, allowed FROM daily_budgets;
DROP TABLE daily_budgets;
ALTER TABLE budgets_of_any_kind RENAME TO daily_budgets;
CREATE INDEX daily_budgets_by_start ON daily_budgets (started_at);
