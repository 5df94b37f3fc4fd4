-- Former usernames. Each leads to its user for 30 days, and until then nobody else can take it. These are the account's
-- own names: those of a stage never stand here.
CREATE TABLE username_changes (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  former TEXT NOT NULL CHECK (former = lower(former)),
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX username_changes_by_name ON username_changes (former, changed_at);
CREATE INDEX username_changes_of_user ON username_changes (user_id, changed_at);
CREATE INDEX username_changes_by_age ON username_changes (changed_at);

-- Two changes in 14 days: one, and its undoing.
CREATE TRIGGER username_changes_few BEFORE INSERT ON username_changes
WHEN (SELECT count(*) FROM username_changes WHERE user_id = NEW.user_id AND changed_at > NEW.changed_at - 1209600000) >= 2
BEGIN
  SELECT RAISE(ABORT, 'USERNAME_CHANGED_LATELY');
END;

-- The text is that of the index on `username`, so that whoever takes a taken name is refused alike.
CREATE TRIGGER users_former_names_insert BEFORE INSERT ON users
WHEN EXISTS (SELECT 1 FROM username_changes
  WHERE former = NEW.username AND user_id <> NEW.id AND changed_at > NEW.created_at - 2592000000)
BEGIN
  SELECT RAISE(ABORT, 'users.username');
END;
CREATE TRIGGER users_former_names_update BEFORE UPDATE OF username, account_username, stage_handle ON users
WHEN EXISTS (SELECT 1 FROM username_changes
  WHERE former IN (NEW.username, NEW.account_username, NEW.stage_handle) AND user_id <> NEW.id
    AND changed_at > NEW.updated_at - 2592000000)
BEGIN
  SELECT RAISE(ABORT, 'users.username');
END;

-- Changes of an account's address: the one that waits for its code, and those of the last months.
CREATE TABLE email_changes (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  former_email TEXT NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  -- Null once it was used.
  code_hash TEXT,
  requested_at INTEGER NOT NULL,
  -- When the code ends.
  expires_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  -- When the row is deleted.
  kept_until INTEGER NOT NULL,
  CHECK ((code_hash IS NULL) = (confirmed_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX email_changes_waiting ON email_changes (user_id) WHERE confirmed_at IS NULL;
CREATE INDEX email_changes_of_user ON email_changes (user_id, requested_at);
CREATE INDEX email_changes_by_end ON email_changes (kept_until);
