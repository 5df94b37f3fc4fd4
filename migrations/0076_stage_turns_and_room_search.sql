-- Who was on the stage of a user's room, and when. The host's own time counts too. An open turn has no end.
CREATE TABLE stage_turns (
  room_id TEXT NOT NULL REFERENCES user_rooms (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  started_at INTEGER NOT NULL,
  ended_at INTEGER CHECK (ended_at >= started_at),
  PRIMARY KEY (room_id, user_id, started_at)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX stage_turns_open ON stage_turns (room_id, user_id) WHERE ended_at IS NULL;
CREATE INDEX stage_turns_of_user ON stage_turns (user_id, started_at);

-- Lists sort by it: 0, 1, 2, 3 … for 0, 1, 2–3, 4–7 … people. It changes far less often than the count, so that the
-- index is seldom written.
ALTER TABLE user_room_live ADD COLUMN crowd INTEGER NOT NULL DEFAULT 0;
CREATE INDEX user_room_live_by_crowd ON user_room_live (crowd, room_id);

-- Only rooms that everybody may see are found by their words. See 0033 for the mark before an audience.
ALTER TABLE user_rooms ADD COLUMN audience TEXT GENERATED ALWAYS AS (
  replace(CASE WHEN status = 'open' AND is_private = 0 AND hidden_at IS NULL THEN '~everybody' ELSE '~nobody' END,
    '~', char(0xE000))
) VIRTUAL;
CREATE VIRTUAL TABLE user_rooms_fts USING fts5 (
  title, topic, audience,
  content = 'user_rooms', content_rowid = 'rowid',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
INSERT INTO user_rooms_fts (user_rooms_fts) VALUES ('rebuild');
CREATE TRIGGER user_rooms_fts_insert AFTER INSERT ON user_rooms
BEGIN
  INSERT INTO user_rooms_fts (rowid, title, topic, audience) VALUES (NEW.rowid, NEW.title, NEW.topic, NEW.audience);
END;
CREATE TRIGGER user_rooms_fts_delete AFTER DELETE ON user_rooms
BEGIN
  INSERT INTO user_rooms_fts (user_rooms_fts, rowid, title, topic, audience)
  VALUES ('delete', OLD.rowid, OLD.title, OLD.topic, OLD.audience);
END;
CREATE TRIGGER user_rooms_fts_update AFTER UPDATE OF title, topic, status, is_private, hidden_at ON user_rooms
WHEN (OLD.title, OLD.topic, OLD.audience) IS NOT (NEW.title, NEW.topic, NEW.audience)
BEGIN
  INSERT INTO user_rooms_fts (user_rooms_fts, rowid, title, topic, audience)
  VALUES ('delete', OLD.rowid, OLD.title, OLD.topic, OLD.audience);
  INSERT INTO user_rooms_fts (rowid, title, topic, audience) VALUES (NEW.rowid, NEW.title, NEW.topic, NEW.audience);
END;

CREATE INDEX user_rooms_open_of_host ON user_rooms (host_id) WHERE status = 'open';

-- Users' rooms report whose words they have, too. The table is made anew, since it referred to streams alone.
CREATE TABLE room_traces_of_any (
  user_id TEXT NOT NULL REFERENCES users (id),
  room_id TEXT NOT NULL,
  PRIMARY KEY (user_id, room_id)
) STRICT, WITHOUT ROWID;
INSERT INTO room_traces_of_any SELECT user_id, room_id FROM room_traces;
DROP TABLE room_traces;
ALTER TABLE room_traces_of_any RENAME TO room_traces;
CREATE INDEX room_traces_by_room ON room_traces (room_id);
