-- What gathers in the app and what gathers outside of it alone are two rows, and how much is told outside has an end.

DROP INDEX notifications_one_of_group;
CREATE UNIQUE INDEX notifications_one_of_group ON notifications (user_id, group_key, in_app) WHERE group_key IS NOT NULL;

-- The events that a user was mailed or pushed of within the hour until the last of them: as many as they may be.
CREATE TABLE told_outside (
  user_id TEXT NOT NULL REFERENCES users (id),
  event_id TEXT NOT NULL,
  told_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER told_outside_within_an_hour AFTER INSERT ON told_outside
BEGIN
  DELETE FROM told_outside WHERE user_id = NEW.user_id AND told_at <= NEW.told_at - 3600000;
END;
