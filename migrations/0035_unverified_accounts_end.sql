-- An address that nobody verifies becomes free again: until when (ms) an account must be verified, and when it is
-- reminded. Both are null once it is verified; the second also once the reminder was sent.
ALTER TABLE users ADD COLUMN unverified_until INTEGER;
ALTER TABLE users ADD COLUMN verify_reminder_at INTEGER;
CREATE INDEX users_to_verify ON users (unverified_until) WHERE unverified_until IS NOT NULL;
CREATE INDEX users_to_remind ON users (verify_reminder_at) WHERE verify_reminder_at IS NOT NULL;

-- Accounts that exist get the same seven days, from now on.
UPDATE users SET
  unverified_until = unixepoch() * 1000 + 7 * 86400000,
  verify_reminder_at = unixepoch() * 1000 + 5 * 86400000
WHERE email_verified_at IS NULL AND status <> 'deleted';
