-- The platform's figures, rolled up once a day, and what they need.

-- Days on which a user signed in, refreshed their tokens or used their session. Kept until they are counted, and a week.
CREATE TABLE active_days (
  day TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (day, user_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER session_begins_active_day AFTER INSERT ON auth_sessions
BEGIN
  INSERT INTO active_days (day, user_id)
  VALUES (strftime('%Y-%m-%d', NEW.last_seen_at / 1000, 'unixepoch'), NEW.user_id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER session_use_is_active_day AFTER UPDATE OF last_seen_at ON auth_sessions
WHEN NEW.last_seen_at / 86400000 <> OLD.last_seen_at / 86400000
BEGIN
  INSERT INTO active_days (day, user_id)
  VALUES (strftime('%Y-%m-%d', NEW.last_seen_at / 1000, 'unixepoch'), NEW.user_id) ON CONFLICT DO NOTHING;
END;

-- One amount for each day, country, figure and unit (a currency, or empty). Country ZZ: unknown. Country *: a peak over
-- all countries, which is no sum of theirs.
CREATE TABLE platform_days (
  day TEXT NOT NULL,
  country TEXT NOT NULL,
  figure TEXT NOT NULL,
  unit TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  PRIMARY KEY (day, country, figure, unit)
) STRICT, WITHOUT ROWID;

-- One row: the first day that is not rolled up yet. Begins with the first user.
CREATE TABLE platform_roll_up (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  next_day TEXT NOT NULL
) STRICT;
INSERT INTO platform_roll_up (id, next_day)
SELECT 1, coalesce(
  (SELECT strftime('%Y-%m-%d', min(created_at) / 1000, 'unixepoch') FROM users), strftime('%Y-%m-%d', 'now'));

-- Each source by its day.
CREATE INDEX streams_by_start ON streams (started_at) WHERE started_at IS NOT NULL;
CREATE INDEX stream_analytics_by_time ON stream_analytics (created_at);
CREATE INDEX payouts_by_payday ON payouts (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX report_voices_by_time ON report_voices (created_at);
