-- Where users are reached: in the app or outside of it alone, by browsers whose session stands, in every room they are in.

-- 0: told while its kind was off in the app. Kept all the same, so that the same is told once and what gathers gathers.
ALTER TABLE notifications ADD COLUMN in_app INTEGER NOT NULL DEFAULT 1 CHECK (in_app IN (0, 1));
DROP INDEX notifications_of_user_by_time;
CREATE INDEX notifications_of_user_by_time ON notifications (user_id, in_app, created_at, id);
DROP INDEX notifications_unread;
CREATE INDEX notifications_unread ON notifications (user_id, in_app, created_at)
  WHERE read_at IS NULL AND in_app = 1 AND (group_key IS NULL OR actor_count > 0);

-- A browser is reached as long as the session that subscribed it stands. Of those of before nobody knows which that was:
-- they subscribe again.
DELETE FROM push_subscriptions;
ALTER TABLE push_subscriptions ADD COLUMN session_id TEXT REFERENCES auth_sessions (id) ON DELETE CASCADE;
CREATE INDEX push_subscriptions_of_session ON push_subscriptions (session_id);

-- The rooms that a user entered last, as many as they may have sockets, so that a notification finds each open one.
CREATE TABLE entered_rooms (
  user_id TEXT NOT NULL REFERENCES users (id),
  room_id TEXT NOT NULL,
  entered_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, room_id)
) STRICT, WITHOUT ROWID;
INSERT INTO entered_rooms (user_id, room_id, entered_at) SELECT user_id, room_id, 0 FROM last_rooms;
DROP TABLE last_rooms;
ALTER TABLE entered_rooms RENAME TO last_rooms;
CREATE TRIGGER last_rooms_newest_five AFTER INSERT ON last_rooms
BEGIN
  DELETE FROM last_rooms WHERE user_id = NEW.user_id AND room_id NOT IN (
    SELECT room_id FROM last_rooms WHERE user_id = NEW.user_id ORDER BY entered_at DESC, room_id DESC LIMIT 5);
END;
