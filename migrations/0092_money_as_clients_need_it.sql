-- Since when a package or a gift is no longer sold. Of those retired before, the last change is the best that is known.
ALTER TABLE coin_packages ADD COLUMN retired_at INTEGER;
ALTER TABLE gifts ADD COLUMN retired_at INTEGER;
UPDATE coin_packages SET retired_at = updated_at WHERE active = 0;
UPDATE gifts SET retired_at = updated_at WHERE active = 0;

-- What staff list: all of them, or the retired ones.
CREATE INDEX coin_packages_by_price ON coin_packages (coins, id);
CREATE INDEX coin_packages_retired ON coin_packages (coins, id) WHERE active = 0;
CREATE INDEX gifts_by_price ON gifts (coins, id);
CREATE INDEX gifts_retired ON gifts (coins, id) WHERE active = 0;

-- A creator's subscribers, ended ones too.
CREATE INDEX subscriptions_ever_of_creator ON subscriptions (creator_id, id);
-- Made again: of two indexes that serve alike, SQLite takes the newer one, and this one is smaller.
DROP INDEX subscriptions_of_creator;
CREATE INDEX subscriptions_of_creator ON subscriptions (creator_id, id) WHERE status <> 'ended';
CREATE INDEX subscriptions_ended_of_creator ON subscriptions (creator_id, id) WHERE status = 'ended';

-- When a seller's money matures.
CREATE INDEX orders_maturing_of_seller ON orders (seller_id, currency, matures_at)
WHERE matures_at IS NOT NULL AND matured_at IS NULL AND has_open_problem = 0;
