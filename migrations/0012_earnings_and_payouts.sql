-- What creators earn, and how it leaves the platform.

-- Diamonds by day (UTC, YYYY-MM-DD) and source, written with the transfer that earned them. `last_transfer_id` is where
-- the day's part of the account's history begins, backwards.
CREATE TABLE earning_days (
  user_id TEXT NOT NULL,
  day TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('gift', 'tip', 'subscription', 'reward')),
  diamonds INTEGER NOT NULL CHECK (diamonds > 0),
  count INTEGER NOT NULL CHECK (count > 0),
  last_transfer_id INTEGER NOT NULL,
  PRIMARY KEY (user_id, day, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX earning_days_by_day ON earning_days (day, user_id);

-- Diamonds that became coins.
CREATE TABLE exchanges (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  diamonds INTEGER NOT NULL CHECK (diamonds > 0),
  coins INTEGER NOT NULL CHECK (coins > 0),
  economy_version INTEGER NOT NULL,
  idempotency_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (user_id, idempotency_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX exchanges_of_user ON exchanges (user_id, id);

-- A target reached: one reward a period, however often that is found out.
CREATE TABLE target_rewards (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  target_id TEXT NOT NULL,
  -- The period's first day, or `ever`.
  period TEXT NOT NULL,
  diamonds INTEGER NOT NULL CHECK (diamonds > 0),
  economy_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (user_id, target_id, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE payouts (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('diamonds', 'sales')),
  diamonds INTEGER CHECK (diamonds > 0),
  -- What the creator is sent, and what the platform keeps of it: together what is due.
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  fee_minor INTEGER NOT NULL CHECK (fee_minor >= 0),
  currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  method TEXT NOT NULL CHECK (method IN ('stripe', 'bank')),
  status TEXT NOT NULL CHECK (status IN ('requested', 'approved', 'processing', 'paid', 'failed', 'rejected')),
  reason TEXT,
  -- The bank's, or the provider's id of the transfer.
  reference TEXT,
  economy_version INTEGER NOT NULL,
  idempotency_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  -- When the provider was first asked to send it: after 20 hours without an answer only staff decide.
  processing_at INTEGER,
  -- When the sweep queues it again; null while nothing is to be sent.
  send_at INTEGER,
  paid_at INTEGER,
  UNIQUE (user_id, idempotency_key),
  CONSTRAINT payout_of_diamonds_or_sales CHECK ((source = 'diamonds') = (diamonds IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX payouts_of_user ON payouts (user_id, id);
CREATE INDEX payouts_by_status ON payouts (status, id);
CREATE INDEX payouts_to_send ON payouts (send_at) WHERE send_at IS NOT NULL;

-- A status goes one way.
CREATE TRIGGER payout_goes_one_way BEFORE UPDATE OF status ON payouts
WHEN NEW.status <> OLD.status AND NOT (
  (OLD.status = 'requested' AND NEW.status IN ('approved', 'rejected'))
  OR (OLD.status = 'approved' AND NEW.status IN ('processing', 'paid', 'failed'))
  OR (OLD.status = 'processing' AND NEW.status IN ('paid', 'failed')))
BEGIN
  SELECT RAISE(ABORT, 'PAYOUT_STATUS');
END;

-- Where the provider sends a creator's money.
CREATE TABLE payout_accounts (
  user_id TEXT PRIMARY KEY,
  provider TEXT NOT NULL CHECK (provider IN ('stripe')),
  account_id TEXT NOT NULL UNIQUE,
  payouts_enabled INTEGER NOT NULL DEFAULT 0 CHECK (payouts_enabled IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
