-- What users are told: gathered where many do the same, once for all where a creator goes live, and to their browsers.

-- Of a gathered row the title is what follows the names, `actor_count` how many did it and `last_actors` (ids, newest
-- first) who last; `woken_by` is the event that made it unread, whose delivery, repeated or not, is the one to push.
ALTER TABLE notifications ADD COLUMN group_key TEXT;
ALTER TABLE notifications ADD COLUMN actor_count INTEGER NOT NULL DEFAULT 0 CHECK (actor_count >= 0);
ALTER TABLE notifications ADD COLUMN last_actors TEXT NOT NULL DEFAULT '[]' CHECK (json_type(last_actors) = 'array');
ALTER TABLE notifications ADD COLUMN woken_by TEXT;
CREATE UNIQUE INDEX notifications_one_of_group ON notifications (user_id, group_key) WHERE group_key IS NOT NULL;
-- A gathered row moves up when somebody new comes: what is listed is in the order of what was last told.
CREATE INDEX notifications_of_user_by_time ON notifications (user_id, created_at, id);
CREATE INDEX notifications_unread ON notifications (user_id, created_at) WHERE read_at IS NULL;
DROP INDEX notifications_of_user;

-- So that who likes, unlikes and likes again is told once.
CREATE TABLE notification_actors (
  notification_id TEXT NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
  actor_id TEXT NOT NULL,
  PRIMARY KEY (notification_id, actor_id)
) STRICT, WITHOUT ROWID;

-- One row for all followers, merged into the list of each as it is read. The id is that of what it tells of: a stream
-- that goes live twice is told once.
CREATE TABLE broadcasts (
  id TEXT PRIMARY KEY,
  creator_id TEXT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data)),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX broadcasts_of_creator ON broadcasts (creator_id, created_at, id);

CREATE TABLE broadcast_reads (
  user_id TEXT NOT NULL REFERENCES users (id),
  -- Without a reference: a broadcast that goes must not take a hundred thousand rows with it.
  broadcast_id TEXT NOT NULL,
  read_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, broadcast_id)
) STRICT, WITHOUT ROWID;

-- All that was told until then is read: one row, however much it was.
CREATE TABLE notification_marks (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  read_through INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where a user was last let in, so that a notification finds their open socket.
CREATE TABLE last_rooms (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  room_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE push_subscriptions (
  id TEXT PRIMARY KEY,
  endpoint TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id),
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_ok_at INTEGER
) STRICT;
CREATE INDEX push_subscriptions_of_user ON push_subscriptions (user_id, created_at);
