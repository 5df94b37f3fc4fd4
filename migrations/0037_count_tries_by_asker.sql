-- Tries at passwords and codes, and mails to an address, are counted by who asks and over all askers, so that a
-- stranger who uses theirs up does not use up the owner's.

CREATE TABLE tries (
  -- What is tried, and by whom, as keyed hashes: a row names no address and no account. Asker '' is everybody together.
  subject TEXT NOT NULL,
  asker TEXT NOT NULL,
  spent INTEGER NOT NULL CHECK (spent >= 0),
  allowed INTEGER NOT NULL,
  -- When the window ends that began with the first try; then all of them are free again.
  ends_at INTEGER NOT NULL,
  PRIMARY KEY (subject, asker),
  CONSTRAINT tries_used_up CHECK (spent <= allowed)
) STRICT, WITHOUT ROWID;
CREATE INDEX tries_by_end ON tries (ends_at);

-- A code has no tries of its own any longer: each asker has theirs.
ALTER TABLE otps DROP COLUMN attempts_left;

-- The known device that the sign-in comes from; NULL: none. Known devices have challenges of their own.
ALTER TABLE sign_in_challenges ADD COLUMN device TEXT;
-- When a new password ended it. It still counts, so that resetting the password again and again gives no tries without end.
ALTER TABLE sign_in_challenges ADD COLUMN voided_at INTEGER;
