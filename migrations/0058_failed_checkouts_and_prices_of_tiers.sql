-- A checkout that failed can be paid until it expires, so it counts among the three open ones. It cannot once its money
-- was on its way: then it is over.
DROP TRIGGER purchase_opens;
DROP TRIGGER purchase_opens_again;
DROP INDEX purchases_open;
CREATE INDEX purchases_open ON purchases (user_id, expires_at)
WHERE status IN ('pending', 'failed') AND processing_at IS NULL AND counted_at IS NOT NULL;
CREATE TRIGGER purchase_opens AFTER INSERT ON purchases WHEN NEW.status = 'pending' AND NEW.counted_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'CHECKOUTS_OPEN')
  WHERE (SELECT count(*) FROM purchases WHERE user_id = NEW.user_id AND status IN ('pending', 'failed')
    AND processing_at IS NULL AND counted_at IS NOT NULL AND expires_at > NEW.counted_at) > 3;
END;
CREATE TRIGGER purchase_opens_again AFTER UPDATE OF counted_at ON purchases
WHEN NEW.status = 'pending' AND NEW.counted_at IS NOT NULL AND OLD.counted_at IS NULL
BEGIN
  SELECT RAISE(ABORT, 'CHECKOUTS_OPEN')
  WHERE (SELECT count(*) FROM purchases WHERE user_id = NEW.user_id AND status IN ('pending', 'failed')
    AND processing_at IS NULL AND counted_at IS NOT NULL AND expires_at > NEW.counted_at) > 3;
END;

-- Every price that a tier has had: the proof finds a month that cost anything else.
CREATE TABLE subscription_tier_prices (
  tier_id TEXT NOT NULL REFERENCES subscription_tiers (id),
  coins_per_month INTEGER NOT NULL CHECK (coins_per_month > 0),
  PRIMARY KEY (tier_id, coins_per_month)
) STRICT, WITHOUT ROWID;
-- Before this release every month cost what its subscription began with.
INSERT INTO subscription_tier_prices (tier_id, coins_per_month)
SELECT id, coins_per_month FROM subscription_tiers
UNION SELECT tier_id, coins_per_month FROM subscriptions;
CREATE TRIGGER subscription_tier_has_a_price AFTER INSERT ON subscription_tiers
BEGIN
  INSERT INTO subscription_tier_prices (tier_id, coins_per_month) VALUES (NEW.id, NEW.coins_per_month);
END;
CREATE TRIGGER subscription_tier_gets_a_price AFTER UPDATE OF coins_per_month ON subscription_tiers
WHEN NEW.coins_per_month <> OLD.coins_per_month
BEGIN
  INSERT INTO subscription_tier_prices (tier_id, coins_per_month) VALUES (NEW.id, NEW.coins_per_month)
  ON CONFLICT DO NOTHING;
END;
