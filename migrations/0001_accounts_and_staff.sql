-- Who there is: users, how they prove who they are, where they are signed in, and who of them is staff.

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  -- Folded (shared/text.ts): addresses that differ in case or Unicode form are one.
  email_key TEXT NOT NULL UNIQUE,
  username TEXT NOT NULL UNIQUE CHECK (username = lower(username)),
  display_name TEXT NOT NULL,
  role TEXT NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'creator', 'dj', 'performer')),
  creator_status TEXT NOT NULL DEFAULT 'NONE' CHECK (creator_status IN ('NONE', 'PENDING', 'APPROVED', 'REJECTED')),
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'banned', 'deleted')),
  avatar_url TEXT,
  bio TEXT NOT NULL DEFAULT '',
  gender TEXT,
  birth_date TEXT,
  country TEXT,
  follower_count INTEGER NOT NULL DEFAULT 0 CHECK (follower_count >= 0),
  email_verified_at INTEGER,
  totp_secret TEXT,
  totp_enabled_at INTEGER,
  -- The last 30-second step whose code was accepted: a code is good once.
  totp_last_step INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_login_at INTEGER
) STRICT;
-- By the key that sealed them, for the sweep that seals them again.
CREATE INDEX users_with_totp ON users (totp_secret) WHERE totp_secret IS NOT NULL;

CREATE TABLE accounts (
  user_id TEXT NOT NULL REFERENCES users (id),
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  secret_hash TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX accounts_one_of_each_provider ON accounts (user_id, provider);

CREATE TABLE auth_sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  token_hash TEXT NOT NULL UNIQUE,
  -- The family's current refresh token and its direct predecessor, by their jti.
  refresh_id TEXT NOT NULL,
  refresh_previous_id TEXT,
  refresh_rotated_at INTEGER,
  refresh_expires_at INTEGER NOT NULL,
  user_agent TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER,
  ended_because TEXT
) STRICT;
CREATE INDEX auth_sessions_of_user ON auth_sessions (user_id, created_at);
CREATE INDEX auth_sessions_by_expiry ON auth_sessions (expires_at);

CREATE TABLE otps (
  email_key TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('email-verification', 'sign-in', 'forget-password')),
  code_hash TEXT NOT NULL,
  attempts_left INTEGER NOT NULL CHECK (attempts_left >= 0),
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (email_key, purpose)
) STRICT, WITHOUT ROWID;

-- How many mails an address was sent in the current window, whoever asked.
CREATE TABLE mail_quotas (
  email_key TEXT PRIMARY KEY,
  window_started_at INTEGER NOT NULL,
  sent INTEGER NOT NULL CONSTRAINT mail_quota_used_up CHECK (sent <= 8)
) STRICT, WITHOUT ROWID;

CREATE TABLE sign_in_challenges (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  attempts_left INTEGER NOT NULL CHECK (attempts_left >= 0),
  expires_at INTEGER NOT NULL,
  passed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_challenges_by_expiry ON sign_in_challenges (expires_at);
-- How many of a user's challenges were not passed lately.
CREATE INDEX sign_in_challenges_of_user ON sign_in_challenges (user_id, expires_at);

CREATE TABLE backup_codes (
  user_id TEXT NOT NULL REFERENCES users (id),
  code_hash TEXT NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE staff (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  rank TEXT NOT NULL CHECK (rank IN ('support', 'admin_l1', 'admin_l2', 'admin_l3', 'country_admin', 'owner')),
  granted TEXT NOT NULL DEFAULT '[]' CHECK (json_type(granted) = 'array'),
  denied TEXT NOT NULL DEFAULT '[]' CHECK (json_type(denied) = 'array'),
  country TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE staff_log (
  id TEXT PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES users (id),
  action TEXT NOT NULL,
  target_type TEXT NOT NULL,
  target_id TEXT NOT NULL,
  before TEXT,
  after TEXT,
  reason TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX staff_log_of_target ON staff_log (target_type, target_id, id);

-- Mails of the development mailbox; empty in production.
CREATE TABLE mailbox (
  id TEXT PRIMARY KEY,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- A row whose `changed` is 0 aborts its batch with the code: how a batch demands that the statement before changed
-- something. No row ever stays.
CREATE TABLE demands (code TEXT NOT NULL, changed INTEGER NOT NULL) STRICT;
CREATE TRIGGER demands_abort_when_nothing_changed BEFORE INSERT ON demands WHEN NEW.changed = 0
BEGIN
  SELECT RAISE(ABORT, 'DEMAND_NOT_MET');
END;
CREATE TRIGGER demands_are_not_kept BEFORE INSERT ON demands WHEN NEW.changed > 0
BEGIN
  SELECT RAISE(IGNORE);
END;
