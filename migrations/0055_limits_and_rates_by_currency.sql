-- Each currency has its own limits and rate. Versions from before have none; their figures stay as they are.
DROP TRIGGER economy_version_is_never_changed;
UPDATE economy_versions SET config =
  json_insert(config, '$.conversions.currencyRates', json('[]'), '$.limits.currencies', json('[]'));
CREATE TRIGGER economy_version_is_never_changed BEFORE UPDATE ON economy_versions
BEGIN
  SELECT RAISE(ABORT, 'ECONOMY_VERSION_IMMUTABLE');
END;

-- Counts the changes to what coins cost and what they are worth: a change is judged against one revision, and requires
-- it in its batch. A use of a code changes nothing here, nor does a reward code, whose bonus the economy sets.
CREATE TABLE offer_revisions (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  revision INTEGER NOT NULL
) STRICT;
INSERT INTO offer_revisions (id, revision) VALUES (1, 0);

CREATE TRIGGER economy_revises_offers AFTER INSERT ON economy_versions
BEGIN
  UPDATE offer_revisions SET revision = revision + 1;
END;
CREATE TRIGGER new_package_revises_offers AFTER INSERT ON coin_packages
BEGIN
  UPDATE offer_revisions SET revision = revision + 1;
END;
CREATE TRIGGER package_revises_offers AFTER UPDATE ON coin_packages
BEGIN
  UPDATE offer_revisions SET revision = revision + 1;
END;
CREATE TRIGGER new_code_revises_offers AFTER INSERT ON discount_codes WHEN NEW.kind = 'promotional'
BEGIN
  UPDATE offer_revisions SET revision = revision + 1;
END;
CREATE TRIGGER code_revises_offers
AFTER UPDATE OF bonus_percent, bonus_coins, ends_at, package_coins_min, package_ids, active ON discount_codes
WHEN NEW.active = 1
BEGIN
  UPDATE offer_revisions SET revision = revision + 1;
END;

-- The bonuses that reward codes still have, without reading each code.
CREATE INDEX discount_rewards_by_bonus ON discount_codes (bonus_percent, ends_at) WHERE kind = 'reward' AND active = 1;
