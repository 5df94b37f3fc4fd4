-- A banned user asks the host and the moderators to be let back. place_id: the channel, or a room that a user opened.
-- closed: the ban was lifted without a decision about the request.
CREATE TABLE unban_requests (
  id TEXT PRIMARY KEY,
  place_id TEXT NOT NULL,
  room_id TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 500),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'accepted', 'refused', 'closed')),
  answer TEXT,
  decided_by TEXT REFERENCES users (id),
  created_at INTEGER NOT NULL,
  decided_at INTEGER,
  CHECK ((status = 'open') = (decided_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX unban_requests_one_open ON unban_requests (place_id, user_id) WHERE status = 'open';
CREATE INDEX unban_requests_of_place ON unban_requests (place_id, id);
CREATE INDEX unban_requests_of_place_by_status ON unban_requests (place_id, status, id);
CREATE INDEX unban_requests_of_user ON unban_requests (user_id, place_id, id);

CREATE TRIGGER channel_bans_close_requests AFTER DELETE ON channel_bans
BEGIN
  UPDATE unban_requests SET status = 'closed', decided_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE place_id = OLD.channel_id AND user_id = OLD.user_id AND status = 'open';
END;
CREATE TRIGGER room_bans_close_requests AFTER DELETE ON room_bans
BEGIN
  UPDATE unban_requests SET status = 'closed', decided_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
  WHERE place_id = OLD.room_id AND user_id = OLD.user_id AND status = 'open';
END;
