-- Coins lie in lots, so that a reversed payment can be followed to the creators who earned by its coins.

CREATE TABLE coin_lots (
  -- Older lots are spent first.
  id INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL,
  source_type TEXT NOT NULL CHECK (source_type IN ('purchase', 'exchange', 'untraced')),
  source_id TEXT NOT NULL,
  coins INTEGER NOT NULL CHECK (coins >= 0),
  spent INTEGER NOT NULL DEFAULT 0 CHECK (spent BETWEEN 0 AND coins),
  -- Coins that were taken back from the source. With `spent` they may exceed `coins`: the excess is followed.
  reversed INTEGER NOT NULL DEFAULT 0 CHECK (reversed BETWEEN 0 AND coins),
  -- Coins that purchases from before the lots lost since, less those that came back to them; and a debt from then.
  lost INTEGER NOT NULL DEFAULT 0 CHECK (lost = 0 OR source_type = 'untraced'),
  -- What can still be spent. Less than the rest of the lot while it fills a debt.
  remaining INTEGER NOT NULL CHECK (remaining BETWEEN 0 AND max(0, coins - spent - reversed - lost)),
  created_at INTEGER NOT NULL,
  UNIQUE (source_type, source_id)
) STRICT;
CREATE INDEX coin_lots_of_user ON coin_lots (user_id, id);
CREATE INDEX coin_lots_to_spend ON coin_lots (user_id, id) WHERE remaining > 0;

-- Coins and debts from before the lots have one lot a user, with no source to follow from.
INSERT INTO coin_lots (user_id, source_type, source_id, coins, lost, remaining, created_at)
SELECT owner, 'untraced', owner, max(0, balance), max(0, -balance), max(0, balance), unixepoch() * 1000
FROM ledger_accounts WHERE kind = 'wallet' AND balance <> 0 ORDER BY id;

-- The lots of a spend after its first, which stands on the spend's own row.
CREATE TABLE lot_uses (
  ref_type TEXT NOT NULL CHECK (ref_type IN ('gift', 'subscription')),
  ref_id TEXT NOT NULL,
  lot_id INTEGER NOT NULL,
  coins INTEGER NOT NULL CHECK (coins > 0),
  PRIMARY KEY (ref_type, ref_id, lot_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lot_uses_of_lot ON lot_uses (lot_id);

-- 0: from before the lots.
ALTER TABLE gifts_sent ADD COLUMN lot_id INTEGER DEFAULT 0;
ALTER TABLE gifts_sent ADD COLUMN lot_coins INTEGER DEFAULT 0;
CREATE INDEX gifts_sent_of_lot ON gifts_sent (lot_id) WHERE lot_id > 0;
ALTER TABLE subscription_charges ADD COLUMN lot_id INTEGER DEFAULT 0;
ALTER TABLE subscription_charges ADD COLUMN lot_coins INTEGER DEFAULT 0;
-- Given back for days of the month that were not used.
ALTER TABLE subscription_charges ADD COLUMN returned_coins INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscription_charges ADD COLUMN returned_diamonds INTEGER NOT NULL DEFAULT 0;
CREATE INDEX subscription_charges_of_lot ON subscription_charges (lot_id) WHERE lot_id > 0;

CREATE TRIGGER lot_use_takes AFTER INSERT ON lot_uses
BEGIN
  UPDATE coin_lots SET spent = spent + NEW.coins, remaining = remaining - NEW.coins WHERE id = NEW.lot_id;
END;
CREATE TRIGGER gift_takes_from_lot AFTER INSERT ON gifts_sent WHEN NEW.lot_id > 0
BEGIN
  UPDATE coin_lots SET spent = spent + NEW.lot_coins, remaining = remaining - NEW.lot_coins WHERE id = NEW.lot_id;
END;
CREATE TRIGGER subscription_takes_from_lot AFTER INSERT ON subscription_charges WHEN NEW.lot_id > 0
BEGIN
  UPDATE coin_lots SET spent = spent + NEW.lot_coins, remaining = remaining - NEW.lot_coins WHERE id = NEW.lot_id;
END;

CREATE TRIGGER lot_use_is_never_changed BEFORE UPDATE ON lot_uses
BEGIN
  SELECT RAISE(ABORT, 'LOT_USE_IMMUTABLE');
END;
CREATE TRIGGER lot_use_is_never_deleted BEFORE DELETE ON lot_uses
BEGIN
  SELECT RAISE(ABORT, 'LOT_USE_IMMUTABLE');
END;
CREATE TRIGGER gift_keeps_its_lot BEFORE UPDATE OF lot_id, lot_coins ON gifts_sent
BEGIN
  SELECT RAISE(ABORT, 'LOT_USE_IMMUTABLE');
END;
CREATE TRIGGER subscription_keeps_its_lot BEFORE UPDATE OF lot_id, lot_coins ON subscription_charges
BEGIN
  SELECT RAISE(ABORT, 'LOT_USE_IMMUTABLE');
END;
CREATE TRIGGER lot_is_never_deleted BEFORE DELETE ON coin_lots
BEGIN
  SELECT RAISE(ABORT, 'COIN_LOT_IMMUTABLE');
END;

-- 1: has a lot once its coins are credited; 0: its coins came before the lots.
ALTER TABLE purchases ADD COLUMN traced INTEGER NOT NULL DEFAULT 0 CHECK (traced IN (0, 1));
ALTER TABLE exchanges ADD COLUMN traced INTEGER NOT NULL DEFAULT 0 CHECK (traced IN (0, 1));
-- What reversals have undone of an exchange, and the number of its transfers.
ALTER TABLE exchanges ADD COLUMN reversed_diamonds INTEGER NOT NULL DEFAULT 0 CHECK (reversed_diamonds >= 0);
ALTER TABLE exchanges ADD COLUMN reversed_coins INTEGER NOT NULL DEFAULT 0 CHECK (reversed_coins >= 0);
ALTER TABLE exchanges ADD COLUMN legs INTEGER NOT NULL DEFAULT 2;
CREATE INDEX exchanges_undone ON exchanges (user_id, id) WHERE reversed_diamonds > 0;
ALTER TABLE target_rewards ADD COLUMN legs INTEGER NOT NULL DEFAULT 1;

-- How many of the diamonds that a spend or a target earned are reversed now.
CREATE TABLE reversed_earnings (
  ref_type TEXT NOT NULL CHECK (ref_type IN ('gift', 'subscription', 'reward')),
  ref_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('gift', 'tip', 'subscription', 'reward')),
  -- When it was earned (UTC, YYYY-MM-DD).
  day TEXT NOT NULL,
  diamonds INTEGER NOT NULL CHECK (diamonds >= 0),
  is_whole INTEGER NOT NULL CHECK (is_whole IN (0, 1)),
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (ref_type, ref_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reversed_earnings_of_user ON reversed_earnings (user_id, ref_type, ref_id);

-- What one change of a lot took from each creator, or gave back: the rows that the transfers name.
CREATE TABLE earning_reversals (
  change_id TEXT NOT NULL,
  leg INTEGER NOT NULL CHECK (leg > 0),
  lot_id INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  diamonds INTEGER NOT NULL CHECK (diamonds > 0),
  restored INTEGER NOT NULL CHECK (restored IN (0, 1)),
  -- How many diamonds were followed to exchanges: these, and those of rewards that went or came with them.
  followed INTEGER NOT NULL DEFAULT 0 CHECK (followed >= 0),
  notified INTEGER NOT NULL DEFAULT 0 CHECK (notified IN (0, 1)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (change_id, leg)
) STRICT, WITHOUT ROWID;
CREATE INDEX earning_reversals_of_user ON earning_reversals (user_id, change_id);

INSERT INTO ledger_kinds (kind, unit, debit_kind, credit_kind, may_overdraw) VALUES
  ('earning_reversal',           'diamond', 'earnings',         'diamonds_issued',  1),
  ('earning_restored',           'diamond', 'diamonds_issued',  'earnings',         1),
  ('reward_reversal',            'diamond', 'earnings',         'diamonds_issued',  1),
  ('reward_restored',            'diamond', 'diamonds_issued',  'earnings',         1),
  ('exchange_coins_reversal',    'coin',    'wallet',           'coins_issued',     1),
  ('exchange_coins_restored',    'coin',    'coins_issued',     'wallet',           1),
  ('exchange_diamonds_reversal', 'diamond', 'diamonds_retired', 'earnings',         0),
  ('exchange_diamonds_restored', 'diamond', 'earnings',         'diamonds_retired', 0);
