-- Buying coins, and codes that add to what is bought.

CREATE TABLE discount_codes (
  id TEXT PRIMARY KEY,
  -- As it is compared: upper case.
  code TEXT NOT NULL UNIQUE CHECK (code = upper(code)),
  kind TEXT NOT NULL CHECK (kind IN ('promotional', 'reward')),
  -- Codes of one promotion share the limit of a user.
  promotion TEXT NOT NULL,
  -- Of a reward code: who may use it, and the purchase that earned it.
  owner_id TEXT,
  earned_by TEXT UNIQUE,
  bonus_percent INTEGER CHECK (bonus_percent BETWEEN 1 AND 1000),
  bonus_coins INTEGER CHECK (bonus_coins > 0),
  starts_at INTEGER,
  ends_at INTEGER,
  package_coins_min INTEGER NOT NULL DEFAULT 0,
  -- Packages that it is good for; null: all.
  package_ids TEXT CHECK (package_ids IS NULL OR json_type(package_ids) = 'array'),
  uses_max INTEGER CHECK (uses_max > 0),
  uses_per_user_max INTEGER CHECK (uses_per_user_max > 0),
  uses INTEGER NOT NULL DEFAULT 0,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_by TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CONSTRAINT discount_is_percent_or_coins CHECK ((bonus_percent IS NULL) <> (bonus_coins IS NULL)),
  CONSTRAINT discount_used_up CHECK (uses >= 0 AND (uses_max IS NULL OR uses <= uses_max))
) STRICT, WITHOUT ROWID;
CREATE INDEX discount_codes_of_owner ON discount_codes (owner_id, id) WHERE owner_id IS NOT NULL;

CREATE TABLE purchases (
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
    'pending', 'paid', 'refunded', 'partially_refunded', 'disputed', 'expired', 'failed')),
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
  -- Coins and money that were taken back so far; the legs of its transfers; and what two events at once are told apart by.
  reversed_coins INTEGER NOT NULL DEFAULT 0,
  reversed_minor INTEGER NOT NULL DEFAULT 0,
  legs INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- When the sweep asks the provider about it again; null once nothing more is to come.
  ask_at INTEGER,
  paid_at INTEGER,
  UNIQUE (user_id, idempotency_key),
  CONSTRAINT purchase_reversed_at_most_whole CHECK (
    reversed_coins BETWEEN 0 AND coins + bonus_coins AND reversed_minor BETWEEN 0 AND amount_minor)
) STRICT, WITHOUT ROWID;
CREATE INDEX purchases_of_user ON purchases (user_id, id);
CREATE UNIQUE INDEX purchases_by_checkout ON purchases (provider, checkout_id) WHERE checkout_id IS NOT NULL;
CREATE UNIQUE INDEX purchases_by_payment ON purchases (provider, payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX purchases_to_ask ON purchases (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX purchases_by_payday ON purchases (paid_at) WHERE paid_at IS NOT NULL;

-- Refunds and disputes of a purchase, as facts: what is taken back follows from all of them, in whatever order they come.
CREATE TABLE purchase_claims (
  purchase_id TEXT NOT NULL REFERENCES purchases (id),
  claim_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('refund', 'dispute')),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  -- Of a dispute; a refund stands as it is.
  state TEXT NOT NULL CHECK (state IN ('stands', 'open', 'won', 'lost')),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (purchase_id, claim_id)
) STRICT, WITHOUT ROWID;

-- Each use of a code: reserved at checkout, redeemed when paid, released when the checkout expires.
CREATE TABLE discount_redemptions (
  purchase_id TEXT PRIMARY KEY,
  code_id TEXT NOT NULL REFERENCES discount_codes (id),
  promotion TEXT NOT NULL,
  user_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('reserved', 'redeemed', 'released')),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX discount_redemptions_of_user ON discount_redemptions (promotion, user_id) WHERE state <> 'released';
CREATE INDEX discount_redemptions_of_code ON discount_redemptions (code_id, state);

CREATE TRIGGER discount_redemption_counts BEFORE INSERT ON discount_redemptions WHEN NEW.state <> 'released'
BEGIN
  SELECT RAISE(ABORT, 'DISCOUNT_USED_BY_USER')
  WHERE (SELECT count(*) FROM discount_redemptions
      WHERE promotion = NEW.promotion AND user_id = NEW.user_id AND state <> 'released')
    >= (SELECT uses_per_user_max FROM discount_codes WHERE id = NEW.code_id);
  UPDATE discount_codes SET uses = uses + 1 WHERE id = NEW.code_id;
END;
CREATE TRIGGER discount_redemption_released AFTER UPDATE OF state ON discount_redemptions
WHEN NEW.state = 'released' AND OLD.state <> 'released'
BEGIN
  UPDATE discount_codes SET uses = uses - 1 WHERE id = NEW.code_id;
END;
CREATE TRIGGER discount_redemption_taken_again BEFORE UPDATE OF state ON discount_redemptions
WHEN NEW.state <> 'released' AND OLD.state = 'released'
BEGIN
  SELECT RAISE(ABORT, 'DISCOUNT_USED_BY_USER')
  WHERE (SELECT count(*) FROM discount_redemptions
      WHERE promotion = NEW.promotion AND user_id = NEW.user_id AND state <> 'released')
    >= (SELECT uses_per_user_max FROM discount_codes WHERE id = NEW.code_id);
  UPDATE discount_codes SET uses = uses + 1 WHERE id = NEW.code_id;
END;
