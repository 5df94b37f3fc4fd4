-- Tries at passwords and codes, and mails to an address, are counted by who asks and over all askers, so that a
-- stranger who uses theirs up does not use up the owner's. `otps.attempts_left` and `mail_quotas`, which counted them
-- before, stay for the version that still runs while this one is deployed.

CREATE TABLE tries (
  -- What is tried, and by whom, as keyed hashes: a row names no address and no account. Asker '' is everyone together.
  subject TEXT NOT NULL,
  asker TEXT NOT NULL,
  spent INTEGER NOT NULL CHECK (spent >= 0),
  allowed INTEGER NOT NULL,
  -- When the window ends, which began with the first try: then all tries are free again.
  ends_at INTEGER NOT NULL,
  PRIMARY KEY (subject, asker),
  CONSTRAINT tries_used_up CHECK (spent <= allowed)
) STRICT, WITHOUT ROWID;
CREATE INDEX tries_by_end ON tries (ends_at);
