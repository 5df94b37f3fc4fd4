-- What things cost and what they are worth. A version of the economy never changes: what was earned under it says so.

CREATE TABLE economy_versions (
  version INTEGER PRIMARY KEY,
  config TEXT NOT NULL CHECK (json_type(config) = 'object'),
  changed_by TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER economy_version_is_never_changed BEFORE UPDATE ON economy_versions
BEGIN
  SELECT RAISE(ABORT, 'ECONOMY_VERSION_IMMUTABLE');
END;
CREATE TRIGGER economy_version_is_never_deleted BEFORE DELETE ON economy_versions
BEGIN
  SELECT RAISE(ABORT, 'ECONOMY_VERSION_IMMUTABLE');
END;
CREATE TRIGGER economy_version_is_never_replaced BEFORE INSERT ON economy_versions
WHEN EXISTS (SELECT 1 FROM economy_versions WHERE version = NEW.version)
BEGIN
  SELECT RAISE(ABORT, 'ECONOMY_VERSION_TAKEN');
END;

INSERT INTO economy_versions (version, config, changed_by, created_at) VALUES (1, '{
  "conversions": {
    "diamondsPerCoin": { "numerator": 1, "denominator": 2 },
    "coinsPerDiamond": { "numerator": 1, "denominator": 1 },
    "minorPerDiamond": { "numerator": 1, "denominator": 1 },
    "payoutCurrency": "USD"
  },
  "limits": {
    "giftQuantityMax": 1000,
    "tipCoinsMin": 10,
    "tipCoinsMax": 100000,
    "exchangeDiamondsMin": 10,
    "payoutDiamondsMin": 1000,
    "payoutDiamondsMax": 1000000,
    "payoutDiamondsPerDayMax": 2000000,
    "payoutMinorMin": 1000,
    "payoutMinorMax": 1000000,
    "payoutMinorPerDayMax": 2000000,
    "payoutsPerDayMax": 3,
    "maturingDays": 14,
    "payoutFeeMinor": 25,
    "payoutFeeBasisPoints": 100,
    "rewardCodeFromMinor": 1999,
    "rewardCodePercent": 10,
    "rewardCodeDays": 30
  },
  "targets": [
    { "id": "first-diamonds", "tier": 1, "metric": "diamonds", "threshold": 1000, "period": "month", "reward": { "diamonds": 50 } },
    { "id": "steady-diamonds", "tier": 2, "metric": "diamonds", "threshold": 10000, "period": "month", "reward": { "diamonds": 750 } },
    { "id": "star-diamonds", "tier": 3, "metric": "diamonds", "threshold": 100000, "period": "month", "reward": { "diamonds": 10000 } },
    { "id": "on-air", "tier": 1, "metric": "minutesStreamed", "threshold": 600, "period": "week", "reward": { "diamonds": 100 } }
  ]
}', NULL, 0);

CREATE TABLE coin_packages (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  coins INTEGER NOT NULL CHECK (coins > 0),
  bonus_coins INTEGER NOT NULL DEFAULT 0 CHECK (bonus_coins >= 0),
  price_minor INTEGER NOT NULL CHECK (price_minor > 0),
  currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX coin_packages_on_offer ON coin_packages (coins, id) WHERE active = 1;

INSERT INTO coin_packages (id, name, coins, bonus_coins, price_minor, currency, created_at, updated_at) VALUES
  ('01900000-0000-7000-9000-000000000001', 'Handful', 100, 0, 99, 'USD', 0, 0),
  ('01900000-0000-7000-9000-000000000002', 'Pouch', 500, 25, 499, 'USD', 0, 0),
  ('01900000-0000-7000-9000-000000000003', 'Chest', 2000, 200, 1999, 'USD', 0, 0),
  ('01900000-0000-7000-9000-000000000004', 'Vault', 10000, 1500, 9999, 'USD', 0, 0);

-- The gift catalogue. `icon` is an emoji, or a picture of the platform's own media.
CREATE TABLE gifts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  icon TEXT NOT NULL,
  animation_url TEXT,
  coins INTEGER NOT NULL CHECK (coins > 0),
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gifts_on_offer ON gifts (coins, id) WHERE active = 1;

INSERT INTO gifts (id, name, icon, coins, created_at, updated_at) VALUES
  ('01900000-0000-7000-9001-000000000001', 'Rose', '🌹', 10, 0, 0),
  ('01900000-0000-7000-9001-000000000002', 'Coffee', '☕', 25, 0, 0),
  ('01900000-0000-7000-9001-000000000003', 'Bouquet', '💐', 100, 0, 0),
  ('01900000-0000-7000-9001-000000000004', 'Fireworks', '🎆', 500, 0, 0),
  ('01900000-0000-7000-9001-000000000005', 'Castle', '🏰', 5000, 0, 0);
