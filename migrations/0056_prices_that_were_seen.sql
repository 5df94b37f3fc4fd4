-- Buyers pay what they saw, and get back what a creator's leaving made useless.

-- A row for each request that resumed a cancelled subscription: its key is never forgotten.
CREATE TABLE subscription_resumptions (
  subscriber_id TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (subscriber_id, idempotency_key)
) STRICT, WITHOUT ROWID;

-- The row of a subscription had room for its last resumption alone. When it was resumed is not known.
INSERT INTO subscription_resumptions (subscriber_id, idempotency_key, body_hash, subscription_id, created_at)
SELECT subscriber_id, resumed_key, resumed_hash, id, created_at FROM subscriptions
WHERE resumed_key IS NOT NULL AND resumed_hash IS NOT NULL;

-- When the creator withdrew before the month's end: what is given back follows from it.
ALTER TABLE subscription_charges ADD COLUMN returned_at INTEGER;
CREATE INDEX subscription_charges_returned ON subscription_charges (creator_id, returned_at) WHERE returned_at IS NOT NULL;

CREATE TRIGGER subscription_month_is_given_back_once
BEFORE UPDATE OF returned_coins, returned_diamonds, returned_at ON subscription_charges
WHEN OLD.returned_at IS NOT NULL OR NEW.returned_at IS NULL
  OR NEW.returned_coins NOT BETWEEN 0 AND NEW.coins OR NEW.returned_diamonds NOT BETWEEN 0 AND NEW.diamonds
BEGIN
  SELECT RAISE(ABORT, 'SUBSCRIPTION_RETURN');
END;

-- How far the returned diamonds were followed to exchanges that had spent them.
ALTER TABLE subscription_charges ADD COLUMN return_followed INTEGER NOT NULL DEFAULT 0;

-- Coins that a spend gave back to the lots which it had taken them from.
CREATE TABLE lot_returns (
  ref_type TEXT NOT NULL CHECK (ref_type IN ('gift', 'subscription')),
  ref_id TEXT NOT NULL,
  lot_id INTEGER NOT NULL REFERENCES coin_lots (id),
  coins INTEGER NOT NULL CHECK (coins > 0),
  PRIMARY KEY (ref_type, ref_id, lot_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lot_returns_of_lot ON lot_returns (lot_id);

CREATE TRIGGER lot_return_gives_back AFTER INSERT ON lot_returns
BEGIN
  UPDATE coin_lots SET spent = spent - NEW.coins WHERE id = NEW.lot_id;
END;
CREATE TRIGGER lot_return_is_never_changed BEFORE UPDATE ON lot_returns
BEGIN
  SELECT RAISE(ABORT, 'LOT_USE_IMMUTABLE');
END;
CREATE TRIGGER lot_return_is_never_deleted BEFORE DELETE ON lot_returns
BEGIN
  SELECT RAISE(ABORT, 'LOT_USE_IMMUTABLE');
END;

INSERT INTO ledger_kinds (kind, unit, debit_kind, credit_kind, may_overdraw) VALUES
  ('subscription_return',         'coin',    'coins_spent', 'wallet',          0),
  ('subscription_earning_return', 'diamond', 'earnings',    'diamonds_issued', 1);
