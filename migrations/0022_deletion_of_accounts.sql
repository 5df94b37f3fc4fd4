-- When the account is deleted, for who has asked for it; with status 'deleted' it is being cleared away, and once that
-- is done it is null again.
ALTER TABLE users ADD COLUMN deletes_at INTEGER;
CREATE INDEX users_to_delete ON users (deletes_at) WHERE deletes_at IS NOT NULL;

-- To find what is a user's without reading what is others'.
CREATE INDEX moderators_of_user ON moderators (user_id);
CREATE INDEX channel_bans_of_user ON channel_bans (user_id);
CREATE INDEX subscription_tiers_by_creator ON subscription_tiers (creator_id, id);
-- Whose name stands in what somebody else was told.
CREATE INDEX notifications_about_user ON notifications (coalesce(
    json_extract(data, '$.userId'), json_extract(data, '$.senderId'),
    json_extract(data, '$.subscriberId'), json_extract(data, '$.creatorId')))
  WHERE coalesce(
    json_extract(data, '$.userId'), json_extract(data, '$.senderId'),
    json_extract(data, '$.subscriberId'), json_extract(data, '$.creatorId')) IS NOT NULL;
