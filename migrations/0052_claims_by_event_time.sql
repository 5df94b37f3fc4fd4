-- Claims are judged by the time of the provider's event, in any order of arrival. Payments can be on their way
-- (`processing`) or lost to a dispute (`charged_back`).

-- No foreign key: other kinds of payment than purchases have claims too.
CREATE TABLE purchase_claims_2 (
  purchase_id TEXT NOT NULL,
  -- The provider's id of the refund or dispute.
  claim_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('refund', 'dispute')),
  -- '': written by the version before, which knew neither.
  provider TEXT NOT NULL DEFAULT '',
  currency TEXT NOT NULL DEFAULT '',
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  -- A refund stands or has failed. A dispute is an inquiry, open, won or lost.
  state TEXT NOT NULL CHECK (state IN ('stands', 'failed', 'inquiry', 'open', 'won', 'lost')),
  -- When the provider said so (ms). 0: written by the version before.
  event_at INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (purchase_id, claim_id),
  CONSTRAINT claim_state_of_its_kind CHECK ((kind = 'refund') = (state IN ('stands', 'failed')))
) STRICT, WITHOUT ROWID;
-- The times of old events are unknown. What could still change is dated early and what was decided late, so that only
-- an event after the migration changes a decision.
INSERT INTO purchase_claims_2
SELECT c.purchase_id, c.claim_id, c.kind, p.provider, p.currency, c.amount_minor, c.state,
  iif(c.state IN ('won', 'lost'), c.updated_at, c.created_at), c.created_at, c.updated_at
FROM purchase_claims c JOIN purchases p ON p.id = c.purchase_id;
DROP TABLE purchase_claims;
ALTER TABLE purchase_claims_2 RENAME TO purchase_claims;

CREATE TABLE purchases_2 (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  package_id TEXT NOT NULL,
  package_name TEXT NOT NULL,
  coins INTEGER NOT NULL CHECK (coins > 0),
  -- The package's and the code's together.
  bonus_coins INTEGER NOT NULL CHECK (bonus_coins >= 0),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  status TEXT NOT NULL CHECK (status IN (
    'pending', 'processing', 'paid', 'refunded', 'partially_refunded', 'disputed', 'charged_back', 'expired', 'failed')),
  provider TEXT NOT NULL CHECK (provider IN ('stripe', 'dodo', 'sandbox')),
  -- The provider's ids of the checkout and, once there is one, of the payment: refunds and disputes name that.
  checkout_id TEXT,
  checkout_url TEXT,
  payment_id TEXT,
  discount_code TEXT,
  code_bonus_coins INTEGER NOT NULL DEFAULT 0 CHECK (code_bonus_coins BETWEEN 0 AND bonus_coins),
  economy_version INTEGER NOT NULL REFERENCES economy_versions (version),
  success_url TEXT NOT NULL,
  cancel_url TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  -- Coins and money that were taken back so far, the number of its transfers, and what tells two events at once apart.
  reversed_coins INTEGER NOT NULL DEFAULT 0,
  reversed_minor INTEGER NOT NULL DEFAULT 0,
  legs INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- When the sweep asks the provider about it again; null once nothing more is to come.
  ask_at INTEGER,
  paid_at INTEGER,
  -- When it was counted among its buyer's checkouts of the day; null if it is not counted.
  counted_at INTEGER,
  -- 0: its coins were credited before lots existed.
  traced INTEGER NOT NULL DEFAULT 0 CHECK (traced IN (0, 1)),
  -- When the provider first warned that the payment may be fraud (ms).
  fraud_warned_at INTEGER,
  UNIQUE (user_id, idempotency_key),
  CONSTRAINT purchase_reversed_at_most_whole CHECK (
    reversed_coins BETWEEN 0 AND coins + bonus_coins AND reversed_minor BETWEEN 0 AND amount_minor)
) STRICT, WITHOUT ROWID;
INSERT INTO purchases_2
SELECT id, user_id, package_id, package_name, coins, bonus_coins, amount_minor, currency,
  iif(status = 'disputed'
    AND NOT EXISTS (SELECT 1 FROM purchase_claims c WHERE c.purchase_id = p.id AND c.state = 'open')
    AND EXISTS (SELECT 1 FROM purchase_claims c WHERE c.purchase_id = p.id AND c.state = 'lost'), 'charged_back', status),
  provider, checkout_id, checkout_url, payment_id, discount_code, code_bonus_coins, economy_version, success_url,
  cancel_url, idempotency_key, body_hash, reversed_coins, reversed_minor, legs, version, created_at, expires_at, ask_at,
  paid_at, counted_at, traced, NULL
FROM purchases p;
DROP TABLE purchases;
ALTER TABLE purchases_2 RENAME TO purchases;
CREATE INDEX purchases_of_user ON purchases (user_id, id);
CREATE UNIQUE INDEX purchases_by_checkout ON purchases (provider, checkout_id) WHERE checkout_id IS NOT NULL;
CREATE UNIQUE INDEX purchases_by_payment ON purchases (provider, payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX purchases_to_ask ON purchases (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX purchases_by_payday ON purchases (paid_at) WHERE paid_at IS NOT NULL;

-- 1: too little of the money that earned this reward code is kept. `active` stays the decision of staff.
ALTER TABLE discount_codes ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1));
UPDATE discount_codes SET suspended = 1
WHERE kind = 'reward' AND EXISTS (
  SELECT 1 FROM purchases p JOIN economy_versions e ON e.version = p.economy_version
  WHERE p.id = discount_codes.earned_by
    AND p.amount_minor - p.reversed_minor < json_extract(e.config, '$.limits.rewardCodeFromMinor'));
-- Until now a code of which all money was taken back was ended as if by staff.
UPDATE discount_codes SET active = 1
WHERE suspended = 1 AND active = 0
  AND EXISTS (SELECT 1 FROM purchases p WHERE p.id = discount_codes.earned_by AND p.reversed_minor = p.amount_minor)
  AND NOT EXISTS (SELECT 1 FROM staff_log
    WHERE target_type = 'discount' AND target_id = discount_codes.id AND action = 'discount.change');
