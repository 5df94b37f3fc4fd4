-- A broadcast is for all members of a creator, who follow or subscribe, or for subscribers alone.
ALTER TABLE broadcasts ADD COLUMN audience TEXT NOT NULL DEFAULT 'members' CHECK (audience IN ('members', 'subscribers'));

-- Subscribers of a creator in the order of time, as followers are, so that both are gone over in one order.
CREATE INDEX subscriptions_open_of_creator ON subscriptions (creator_id, started_at, subscriber_id) WHERE status <> 'ended';
