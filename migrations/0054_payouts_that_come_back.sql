-- Payouts that were paid can come back, and remember what the provider said, who was paid and what paid a debt first.

INSERT INTO ledger_kinds (kind, unit, debit_kind, credit_kind, may_overdraw) VALUES
  ('payout_cash_returned', 'money',   'clearing',         'payable',  1),
  ('payout_fee_returned',  'money',   'fees',             'payable',  0),
  ('payout_restored',      'diamond', 'diamonds_retired', 'earnings', 0);

CREATE TABLE payouts_new (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('diamonds', 'sales')),
  diamonds INTEGER CHECK (diamonds > 0),
  -- What the creator is sent, and what the platform keeps of it: together what is due.
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  fee_minor INTEGER NOT NULL CHECK (fee_minor >= 0),
  currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  method TEXT NOT NULL CHECK (method IN ('stripe', 'bank')),
  status TEXT NOT NULL CHECK (
    status IN ('requested', 'approved', 'processing', 'paid', 'failed', 'rejected', 'returned')),
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
  returned_at INTEGER,
  -- The provider's own words, for staff alone.
  provider_reason TEXT,
  -- How often the provider refused because of the platform's own account. Each attempt has its own idempotency key.
  refusals INTEGER NOT NULL DEFAULT 0 CHECK (refusals >= 0),
  -- The provider's account that it is sent to, from when the provider is first asked.
  account_id TEXT,
  -- When it was stopped while the provider had it.
  stopped_at INTEGER,
  -- The exchange of the same batch that paid the creator's debt in coins.
  set_off_exchange_id TEXT,
  UNIQUE (user_id, idempotency_key),
  CONSTRAINT payout_of_diamonds_or_sales CHECK ((source = 'diamonds') = (diamonds IS NOT NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO payouts_new (id, user_id, source, diamonds, amount_minor, fee_minor, currency, method, status, reason,
  reference, economy_version, idempotency_key, body_hash, requested_at, decided_at, decided_by, processing_at, send_at,
  paid_at, account_id)
SELECT id, user_id, source, diamonds, amount_minor, fee_minor, currency, method, status, reason, reference,
  economy_version, idempotency_key, body_hash, requested_at, decided_at, decided_by, processing_at, send_at, paid_at,
  CASE WHEN status = 'processing'
    THEN (SELECT account_id FROM payout_accounts WHERE payout_accounts.user_id = payouts.user_id) END
FROM payouts;
DROP TABLE payouts;
ALTER TABLE payouts_new RENAME TO payouts;
CREATE INDEX payouts_of_user ON payouts (user_id, id);
CREATE INDEX payouts_by_status ON payouts (status, id);
CREATE INDEX payouts_to_send ON payouts (send_at) WHERE send_at IS NOT NULL;

-- Until now a creator read the provider's words where staff had not decided.
UPDATE payouts SET provider_reason = reason, reason = 'The payout provider could not send it to your account.'
WHERE status = 'failed' AND method = 'stripe' AND NOT EXISTS (
  SELECT 1 FROM staff_log WHERE action = 'payout.reject' AND target_id = payouts.id);

-- A status goes one way, except that a payout which the provider certainly did not send is approved again.
CREATE TRIGGER payout_goes_one_way BEFORE UPDATE OF status ON payouts
WHEN NEW.status <> OLD.status AND NOT (
  (OLD.status = 'requested' AND NEW.status IN ('approved', 'rejected'))
  OR (OLD.status = 'approved' AND NEW.status IN ('processing', 'paid', 'failed'))
  OR (OLD.status = 'processing' AND NEW.status IN ('paid', 'failed'))
  OR (OLD.status = 'processing' AND NEW.status = 'approved' AND NEW.refusals = OLD.refusals + 1)
  OR (OLD.status = 'paid' AND NEW.status = 'returned'))
BEGIN
  SELECT RAISE(ABORT, 'PAYOUT_STATUS');
END;

-- ISO 3166-1 alpha-2, as it was asked; null: the account is from before that.
ALTER TABLE payout_accounts ADD COLUMN country TEXT;

-- Accounts at the provider that a creator replaced.
CREATE TABLE former_payout_accounts (
  account_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  provider TEXT NOT NULL CHECK (provider IN ('stripe')),
  country TEXT,
  created_at INTEGER NOT NULL,
  replaced_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX former_payout_accounts_of_user ON former_payout_accounts (user_id, account_id);

-- Requests for other bank details.
CREATE TABLE payout_details (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'refused')),
  -- Encrypted for the creator's application, which gets them once they are accepted. Only a pending request has them.
  financial TEXT,
  account_last4 TEXT NOT NULL,
  reason TEXT,
  requested_at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  -- When money may first be sent to accepted details.
  usable_at INTEGER,
  CONSTRAINT payout_details_pending_have_an_account CHECK ((status = 'pending') = (financial IS NOT NULL)),
  CONSTRAINT payout_details_accepted_are_usable CHECK ((status = 'accepted') = (usable_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX payout_details_one_open ON payout_details (user_id) WHERE status = 'pending';
CREATE INDEX payout_details_of_user ON payout_details (user_id, id);
CREATE INDEX payout_details_by_status ON payout_details (status, id);
CREATE INDEX payout_details_by_encryption_key ON payout_details (substr(financial, 1, 8)) WHERE status = 'pending';

-- What a creator earned by months of subscriptions, newest first: the review of a payout looks at it.
CREATE INDEX subscription_charges_of_creator ON subscription_charges (creator_id, id);
