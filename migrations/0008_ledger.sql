-- The ledger: accounts, and the transfers by which alone a balance changes. Every rule is held here, so that no code,
-- no race and no hand in the database can break it; a refusal names the rule.

-- The chart of accounts: what each kind of transfer takes from and gives to. `money` is any ISO currency.
CREATE TABLE ledger_kinds (
  kind TEXT PRIMARY KEY,
  unit TEXT NOT NULL CHECK (unit IN ('coin', 'diamond', 'money')),
  debit_kind TEXT NOT NULL,
  credit_kind TEXT NOT NULL,
  may_overdraw INTEGER NOT NULL CHECK (may_overdraw IN (0, 1)),
  -- So that users can one day be split over databases.
  CONSTRAINT ledger_kind_has_a_platform_side CHECK (
    NOT (debit_kind IN ('wallet', 'earnings', 'sales') AND credit_kind IN ('wallet', 'earnings', 'sales')))
) STRICT, WITHOUT ROWID;

INSERT INTO ledger_kinds (kind, unit, debit_kind, credit_kind, may_overdraw) VALUES
  ('purchase',               'coin',    'coins_issued',    'wallet',           1),
  ('purchase_reversal',      'coin',    'wallet',          'coins_issued',     1),
  ('purchase_restored',      'coin',    'coins_issued',    'wallet',           1),
  ('gift',                   'coin',    'wallet',          'coins_spent',      0),
  ('tip',                    'coin',    'wallet',          'coins_spent',      0),
  ('subscription',           'coin',    'wallet',          'coins_spent',      0),
  ('exchange_coins',         'coin',    'coins_issued',    'wallet',           1),
  ('gift_earning',           'diamond', 'diamonds_issued', 'earnings',         1),
  ('tip_earning',            'diamond', 'diamonds_issued', 'earnings',         1),
  ('subscription_earning',   'diamond', 'diamonds_issued', 'earnings',         1),
  ('target_reward',          'diamond', 'diamonds_issued', 'earnings',         1),
  ('exchange_diamonds',      'diamond', 'earnings',        'diamonds_retired', 0),
  ('payout_hold',            'diamond', 'earnings',        'diamonds_held',    0),
  ('payout_return',          'diamond', 'diamonds_held',   'earnings',         0),
  ('payout_burn',            'diamond', 'diamonds_held',   'diamonds_retired', 0),
  ('purchase_cash',          'money',   'clearing',        'revenue',          1),
  ('purchase_reversal_cash', 'money',   'revenue',         'clearing',         1),
  ('purchase_restored_cash', 'money',   'clearing',        'revenue',          1),
  ('sale',                   'money',   'clearing',        'sales',            1),
  ('sales_hold',             'money',   'sales',           'payable',          0),
  ('sales_return',           'money',   'payable',         'sales',            0),
  ('payout_due',             'money',   'revenue',         'payable',          1),
  ('payout_undue',           'money',   'payable',         'revenue',          0),
  ('payout_cash',            'money',   'payable',         'clearing',         0),
  ('payout_fee',             'money',   'payable',         'fees',             0);

CREATE TABLE ledger_accounts (
  -- In a BEFORE trigger a row whose id is not chosen yet has -1: a row that had it would stop all others.
  id INTEGER PRIMARY KEY CHECK (id > 0),
  -- A user's id; `platform`, or `platform:<provider>` where the money is with a provider.
  owner TEXT NOT NULL,
  kind TEXT NOT NULL,
  unit TEXT NOT NULL CHECK (unit IN ('coin', 'diamond') OR unit GLOB '[A-Z][A-Z][A-Z]'),
  shard INTEGER NOT NULL DEFAULT 0,
  -- Credits less debits. JavaScript reads no larger integer.
  balance INTEGER NOT NULL DEFAULT 0 CHECK (balance BETWEEN -9007199254740991 AND 9007199254740991),
  last_transfer_id INTEGER,
  UNIQUE (owner, kind, unit, shard),
  CONSTRAINT ledger_account_on_its_side CHECK (
    (kind IN ('wallet', 'earnings', 'sales')) = (owner <> 'platform' AND owner NOT LIKE 'platform:%'))
) STRICT;

-- Each transfer carries, for both accounts, the transfer before it and the balance after it: an account's history is
-- walked from its last transfer backwards, which costs no index.
CREATE TABLE ledger_transfers (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  kind TEXT NOT NULL,
  ref_type TEXT NOT NULL,
  ref_id TEXT NOT NULL,
  leg INTEGER NOT NULL,
  debit_id INTEGER NOT NULL,
  credit_id INTEGER NOT NULL CHECK (credit_id <> debit_id),
  amount INTEGER NOT NULL CHECK (amount > 0),
  debit_previous_id INTEGER,
  -- As the accounts' own: under `INSERT OR IGNORE` what breaks that is silently left out, and the transfer would stay.
  debit_balance INTEGER NOT NULL CHECK (debit_balance BETWEEN -9007199254740991 AND 9007199254740991),
  credit_previous_id INTEGER,
  credit_balance INTEGER NOT NULL CHECK (credit_balance BETWEEN -9007199254740991 AND 9007199254740991),
  created_at INTEGER NOT NULL,
  UNIQUE (ref_type, ref_id, leg)
) STRICT;

-- A replaced row fires no trigger for what it replaces, so what would be replaced is refused before.
CREATE TRIGGER ledger_transfer_is_checked BEFORE INSERT ON ledger_transfers
BEGIN
  SELECT RAISE(ABORT, 'LEDGER_TRANSFER_REPEATED')
  WHERE EXISTS (SELECT 1 FROM ledger_transfers WHERE ref_type = NEW.ref_type AND ref_id = NEW.ref_id AND leg = NEW.leg)
    OR EXISTS (SELECT 1 FROM ledger_transfers WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'LEDGER_ACCOUNT_MISSING')
  WHERE NOT EXISTS (SELECT 1 FROM ledger_accounts WHERE id = NEW.debit_id)
    OR NOT EXISTS (SELECT 1 FROM ledger_accounts WHERE id = NEW.credit_id);
  SELECT RAISE(ABORT, 'LEDGER_NOT_IN_CHART')
  WHERE NOT EXISTS (
    SELECT 1 FROM ledger_kinds
    JOIN ledger_accounts debit ON debit.id = NEW.debit_id AND debit.kind = ledger_kinds.debit_kind
    JOIN ledger_accounts credit ON credit.id = NEW.credit_id AND credit.kind = ledger_kinds.credit_kind
    WHERE ledger_kinds.kind = NEW.kind AND debit.unit = credit.unit
      AND CASE ledger_kinds.unit WHEN 'money' THEN debit.unit NOT IN ('coin', 'diamond') ELSE debit.unit = ledger_kinds.unit END);
  SELECT RAISE(ABORT, 'LEDGER_OVERDRAFT')
  WHERE NEW.debit_balance < 0 AND (SELECT may_overdraw FROM ledger_kinds WHERE kind = NEW.kind) = 0;
END;

-- The balances that the transfer says are taken over; the accounts' own guard refuses them unless they are exact.
CREATE TRIGGER ledger_transfer_moves AFTER INSERT ON ledger_transfers
BEGIN
  SELECT RAISE(ABORT, 'LEDGER_TRANSFER_OUT_OF_ORDER')
  WHERE EXISTS (SELECT 1 FROM ledger_transfers WHERE id > NEW.id);
  UPDATE ledger_accounts SET balance = NEW.debit_balance, last_transfer_id = NEW.id WHERE id = NEW.debit_id;
  UPDATE ledger_accounts SET balance = NEW.credit_balance, last_transfer_id = NEW.id WHERE id = NEW.credit_id;
END;

CREATE TRIGGER ledger_transfer_is_never_changed BEFORE UPDATE ON ledger_transfers
BEGIN
  SELECT RAISE(ABORT, 'LEDGER_TRANSFER_IMMUTABLE');
END;
CREATE TRIGGER ledger_transfer_is_never_deleted BEFORE DELETE ON ledger_transfers
BEGIN
  SELECT RAISE(ABORT, 'LEDGER_TRANSFER_IMMUTABLE');
END;

CREATE TRIGGER ledger_account_is_born_empty_and_once BEFORE INSERT ON ledger_accounts
BEGIN
  SELECT RAISE(ABORT, 'LEDGER_ACCOUNT_BORN_RICH') WHERE NEW.balance <> 0 OR NEW.last_transfer_id IS NOT NULL;
  SELECT RAISE(ABORT, 'LEDGER_ACCOUNT_BORN_TWICE')
  WHERE EXISTS (SELECT 1 FROM ledger_accounts WHERE id = NEW.id)
    OR EXISTS (
      SELECT 1 FROM ledger_accounts
      WHERE owner = NEW.owner AND kind = NEW.kind AND unit = NEW.unit AND shard = NEW.shard);
END;

-- A balance follows one new transfer that begins where the account's history ends, by exactly its amount.
CREATE TRIGGER ledger_balance_follows_a_transfer BEFORE UPDATE ON ledger_accounts
BEGIN
  SELECT RAISE(ABORT, 'LEDGER_ACCOUNT_IMMUTABLE')
  WHERE NEW.id IS NOT OLD.id OR NEW.owner IS NOT OLD.owner OR NEW.kind IS NOT OLD.kind OR NEW.unit IS NOT OLD.unit
    OR NEW.shard IS NOT OLD.shard;
  SELECT RAISE(ABORT, 'LEDGER_BALANCE_WITHOUT_TRANSFER')
  WHERE NOT EXISTS (
    SELECT 1 FROM ledger_transfers transfer
    WHERE transfer.id = NEW.last_transfer_id AND (
      (transfer.debit_id = OLD.id AND transfer.debit_previous_id IS OLD.last_transfer_id
        AND transfer.debit_balance = NEW.balance AND NEW.balance = OLD.balance - transfer.amount)
      OR (transfer.credit_id = OLD.id AND transfer.credit_previous_id IS OLD.last_transfer_id
        AND transfer.credit_balance = NEW.balance AND NEW.balance = OLD.balance + transfer.amount)));
END;
CREATE TRIGGER ledger_account_is_never_deleted BEFORE DELETE ON ledger_accounts
BEGIN
  SELECT RAISE(ABORT, 'LEDGER_ACCOUNT_IMMUTABLE');
END;

CREATE TRIGGER ledger_kind_is_never_changed BEFORE UPDATE ON ledger_kinds
BEGIN
  SELECT RAISE(ABORT, 'LEDGER_KIND_IMMUTABLE');
END;
CREATE TRIGGER ledger_kind_is_never_deleted BEFORE DELETE ON ledger_kinds
BEGIN
  SELECT RAISE(ABORT, 'LEDGER_KIND_IMMUTABLE');
END;
CREATE TRIGGER ledger_kind_is_never_replaced BEFORE INSERT ON ledger_kinds
WHEN EXISTS (SELECT 1 FROM ledger_kinds WHERE kind = NEW.kind)
BEGIN
  SELECT RAISE(ABORT, 'LEDGER_KIND_IMMUTABLE');
END;

-- What the platform itself holds; accounts of users, providers and currencies are made at their first use.
INSERT INTO ledger_accounts (owner, kind, unit) VALUES
  ('platform', 'coins_issued', 'coin'),
  ('platform', 'coins_spent', 'coin'),
  ('platform', 'diamonds_issued', 'diamond'),
  ('platform', 'diamonds_held', 'diamond'),
  ('platform', 'diamonds_retired', 'diamond');

-- A proof goes over the books page by page; `stage` and `position` say where it is.
CREATE TABLE ledger_proofs (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('running', 'clean', 'off')),
  stage TEXT NOT NULL,
  position TEXT,
  -- Transfers up to it were proven before (0: the whole ledger is), and up to which it goes.
  from_id INTEGER NOT NULL,
  through_id INTEGER NOT NULL,
  transfers INTEGER NOT NULL DEFAULT 0,
  accounts INTEGER NOT NULL DEFAULT 0,
  findings TEXT NOT NULL DEFAULT '[]' CHECK (json_type(findings) = 'array'),
  findings_count INTEGER NOT NULL DEFAULT 0,
  started_by TEXT,
  started_at INTEGER NOT NULL,
  -- When it last came forward: one that stands still is taken up again by the sweep.
  advanced_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ledger_proofs_one_running ON ledger_proofs (state) WHERE state = 'running';
CREATE INDEX ledger_proofs_by_end ON ledger_proofs (finished_at) WHERE finished_at IS NOT NULL;

-- Each account's sum of transfers, as far as the newest proof has come.
CREATE TABLE ledger_checkpoints (
  account_id INTEGER PRIMARY KEY,
  balance INTEGER NOT NULL
) STRICT;
