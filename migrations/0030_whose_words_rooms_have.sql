-- Which rooms have words or the name of a user, so that they are found when the account ends and for its export. Rooms
-- tell it in pages; it goes with their storage.
CREATE TABLE room_traces (
  user_id TEXT NOT NULL REFERENCES users (id),
  room_id TEXT NOT NULL REFERENCES streams (id),
  PRIMARY KEY (user_id, room_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_traces_by_room ON room_traces (room_id);

-- The rooms that stand have not told it yet; those of streams that ended 30 days ago are gone. They are asked over a day,
-- so that nothing else has to wait behind them: until an account ends it has two weeks.
INSERT INTO outbox (id, event, created_at, next_attempt_at)
SELECT lower(hex(randomblob(16))),
  json_object('kind', 'room', 'roomId', id, 'command', json_object('type', 'tell-traces')),
  unixepoch() * 1000, unixepoch() * 1000 + abs(random()) % 86400000
FROM streams WHERE status IN ('scheduled', 'live') OR updated_at > (unixepoch() - 31 * 86400) * 1000;
