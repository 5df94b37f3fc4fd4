-- What was told is withdrawn when it is so no more: by what it is about, by who did it, and by both of a block.

-- The ids of what it is about, from the outside in: `post`, `post/comment`, `post/comment/reply`. So all that hangs on a
-- thing lies together in the index.
ALTER TABLE notifications ADD COLUMN about TEXT;
CREATE INDEX notifications_by_thing ON notifications (about) WHERE about IS NOT NULL;

-- Who took it back, or is out of the reader's sight, is not counted, and stays as one who is no news if they come back.
ALTER TABLE notification_actors ADD COLUMN user_id TEXT NOT NULL DEFAULT '';
ALTER TABLE notification_actors ADD COLUMN state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'withdrawn', 'back'));
UPDATE notification_actors SET user_id = (SELECT user_id FROM notifications WHERE id = notification_id);
CREATE INDEX notification_actors_of_actor ON notification_actors (actor_id, user_id, state);

-- A gathered row of which nobody is left is not shown, until somebody comes (back).
DROP INDEX notifications_unread;
CREATE INDEX notifications_unread ON notifications (user_id, created_at)
  WHERE read_at IS NULL AND (group_key IS NULL OR actor_count > 0);

-- Who is named, and to whom.
DROP INDEX notifications_about_user;
CREATE INDEX notifications_naming_user ON notifications (coalesce(
    json_extract(data, '$.userId'), json_extract(data, '$.senderId'),
    json_extract(data, '$.subscriberId'), json_extract(data, '$.creatorId')), user_id)
  WHERE coalesce(
    json_extract(data, '$.userId'), json_extract(data, '$.senderId'),
    json_extract(data, '$.subscriberId'), json_extract(data, '$.creatorId')) IS NOT NULL;

-- What was told before: what is so no more goes, the rest learns what it is about.
UPDATE notifications SET about = (SELECT id FROM posts WHERE id = json_extract(data, '$.postId') AND removed_at IS NULL)
WHERE kind = 'like' AND json_extract(data, '$.commentId') IS NULL;
UPDATE notifications SET about = (
  SELECT c.post_id || '/' || coalesce(c.parent_id || '/', '') || c.id
  FROM comments AS c JOIN posts ON posts.id = c.post_id AND posts.removed_at IS NULL
  WHERE c.id = json_extract(data, '$.commentId') AND c.removed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM comments AS parent WHERE parent.id = c.parent_id AND parent.removed_at IS NOT NULL))
WHERE kind IN ('comment', 'like') AND json_extract(data, '$.commentId') IS NOT NULL;
DELETE FROM notifications
WHERE kind IN ('comment', 'like') AND about IS NULL AND json_extract(data, '$.postId') IS NOT NULL;
DELETE FROM notifications WHERE kind = 'follower' AND NOT EXISTS (
  SELECT 1 FROM follows WHERE follower_id = json_extract(data, '$.userId') AND creator_id = notifications.user_id);
DELETE FROM notifications WHERE group_key IS NULL AND json_extract(data, '$.creatorId') IS NULL AND (
  EXISTS (SELECT 1 FROM blocks WHERE blocker_id = notifications.user_id AND blocked_id = coalesce(
    json_extract(data, '$.userId'), json_extract(data, '$.senderId'), json_extract(data, '$.subscriberId')))
  OR EXISTS (SELECT 1 FROM blocks WHERE blocked_id = notifications.user_id AND blocker_id = coalesce(
    json_extract(data, '$.userId'), json_extract(data, '$.senderId'), json_extract(data, '$.subscriberId'))));

-- Of a gathered row the actors say who did it.
UPDATE notifications SET data = json_remove(data, '$.senderId') WHERE group_key IS NOT NULL AND kind = 'gift';
UPDATE notification_actors SET state = 'withdrawn'
WHERE EXISTS (SELECT 1 FROM blocks WHERE blocker_id = user_id AND blocked_id = actor_id)
  OR EXISTS (SELECT 1 FROM blocks WHERE blocker_id = actor_id AND blocked_id = user_id)
  OR EXISTS (SELECT 1 FROM notifications AS n
    WHERE n.id = notification_id AND n.kind = 'like'
      AND NOT EXISTS (
        SELECT 1 FROM post_likes WHERE 'like:post:' || post_id = n.group_key
          AND post_id = substr(n.group_key, 11) AND post_likes.user_id = actor_id)
      AND NOT EXISTS (
        SELECT 1 FROM comment_likes WHERE 'like:comment:' || comment_id = n.group_key
          AND comment_id = substr(n.group_key, 14) AND comment_likes.user_id = actor_id));
UPDATE notifications SET
  actor_count = (SELECT count(*) FROM notification_actors WHERE notification_id = notifications.id AND state <> 'withdrawn'),
  last_actors = (
    SELECT json_group_array(actor_id) FROM (
      SELECT actor_id FROM notification_actors LEFT JOIN json_each(notifications.last_actors) AS last ON last.value = actor_id
      WHERE notification_id = notifications.id AND state <> 'withdrawn'
      ORDER BY last.key IS NULL, last.key, actor_id LIMIT 3))
WHERE group_key IS NOT NULL
  AND EXISTS (SELECT 1 FROM notification_actors WHERE notification_id = notifications.id AND state = 'withdrawn');
