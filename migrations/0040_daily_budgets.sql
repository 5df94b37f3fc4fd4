-- What one account may cause of what costs money by the piece, within a day of the first of it.
-- `allowed` is what the account might use when it last used some: the limits are the configuration's, the rule is here.

CREATE TABLE daily_budgets (
  user_id TEXT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL CHECK (kind IN ('pictures', 'brokenPictures', 'bytes', 'checkouts', 'mails')),
  started_at INTEGER NOT NULL,
  used INTEGER NOT NULL CHECK (used >= 0),
  allowed INTEGER NOT NULL,
  PRIMARY KEY (user_id, kind),
  CONSTRAINT daily_budget_spent CHECK (used <= allowed)
) STRICT, WITHOUT ROWID;

-- For the sweep of days that are over.
CREATE INDEX daily_budgets_by_start ON daily_budgets (started_at);
