-- Rooms that users open for voice and cinema, and who is who in them.
CREATE TABLE user_rooms (
  id TEXT PRIMARY KEY,
  creator_id TEXT NOT NULL REFERENCES users (id),
  -- Who runs the room now. The creator, until the room is handed over.
  host_id TEXT NOT NULL REFERENCES users (id),
  title TEXT NOT NULL,
  topic TEXT,
  -- Who wrote title and topic, and answers for them.
  titled_by TEXT NOT NULL REFERENCES users (id),
  -- ISO 639.
  language TEXT,
  is_private INTEGER NOT NULL DEFAULT 0 CHECK (is_private IN (0, 1)),
  max_members INTEGER NOT NULL CHECK (max_members BETWEEN 2 AND 5000),
  -- A locked stage takes no requests.
  stage_locked INTEGER NOT NULL DEFAULT 0 CHECK (stage_locked IN (0, 1)),
  -- Who controls a screening, and whether it waits for viewers who are buffering.
  control TEXT NOT NULL DEFAULT 'host' CHECK (control IN ('host', 'speakers', 'everyone')),
  wait_for_all INTEGER NOT NULL DEFAULT 0 CHECK (wait_for_all IN (0, 1)),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
  close_reason TEXT CHECK (close_reason IN ('host', 'empty', 'staff', 'account')),
  -- Hidden by reports, or removed by staff: only its creator and staff see it.
  hidden_at INTEGER,
  -- Removed by staff: until when an appeal may bring it back.
  kept_until INTEGER,
  created_at INTEGER NOT NULL,
  -- Every change raises it, so that it orders what the room is told.
  updated_at INTEGER NOT NULL,
  closed_at INTEGER,
  CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
  CHECK ((status = 'closed') = (close_reason IS NOT NULL))
) STRICT;
-- UUIDv7: the newest come last.
CREATE INDEX user_rooms_listed ON user_rooms (id) WHERE status = 'open' AND is_private = 0 AND hidden_at IS NULL;
CREATE INDEX user_rooms_of_creator ON user_rooms (creator_id, id);
CREATE INDEX user_rooms_of_host ON user_rooms (host_id, id);
CREATE INDEX user_rooms_titled_by ON user_rooms (titled_by) WHERE title <> '';
CREATE TRIGGER user_rooms_three_open BEFORE INSERT ON user_rooms
BEGIN
  SELECT RAISE(ABORT, 'TOO_MANY_ROOMS')
  WHERE (SELECT count(*) FROM user_rooms WHERE creator_id = NEW.creator_id AND status = 'open') >= 3;
END;
CREATE TRIGGER user_rooms_close_for_good BEFORE UPDATE OF status ON user_rooms
WHEN OLD.status = 'closed' AND NEW.status <> 'closed'
BEGIN
  SELECT RAISE(ABORT, 'ROOM_CLOSED');
END;

-- The people that a private room lets in.
CREATE TABLE room_members (
  room_id TEXT NOT NULL REFERENCES user_rooms (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  added_by TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_members_of_user ON room_members (user_id, room_id);

-- They moderate. The one who has been co-host the longest takes over when the host is gone.
CREATE TABLE room_co_hosts (
  room_id TEXT NOT NULL REFERENCES user_rooms (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_co_hosts_of_user ON room_co_hosts (user_id);

-- The stage: who may publish audio. The host is on it without a row.
CREATE TABLE room_speakers (
  room_id TEXT NOT NULL REFERENCES user_rooms (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  muted INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1)),
  since INTEGER NOT NULL,
  PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_speakers_of_user ON room_speakers (user_id);

-- The first of two consents: a listener raised a hand, or a host invited one. Hands are queued by time.
CREATE TABLE stage_requests (
  room_id TEXT NOT NULL REFERENCES user_rooms (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL CHECK (kind IN ('hand', 'invite')),
  -- The user, or the host who invited them.
  by_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX stage_requests_in_order ON stage_requests (room_id, kind, created_at, user_id);
CREATE INDEX stage_requests_of_user ON stage_requests (user_id);
CREATE INDEX stage_requests_by ON stage_requests (by_id);

CREATE TABLE room_bans (
  room_id TEXT NOT NULL REFERENCES user_rooms (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  banned_by TEXT NOT NULL REFERENCES users (id),
  reason TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_bans_by_time ON room_bans (room_id, created_at, user_id);
CREATE INDEX room_bans_of_user ON room_bans (user_id);
CREATE INDEX room_bans_by ON room_bans (banned_by);
-- A ban takes away all that the user was in the room.
CREATE TRIGGER room_bans_end_roles AFTER INSERT ON room_bans
BEGIN
  DELETE FROM room_members WHERE room_id = NEW.room_id AND user_id = NEW.user_id;
  DELETE FROM room_co_hosts WHERE room_id = NEW.room_id AND user_id = NEW.user_id;
  DELETE FROM room_speakers WHERE room_id = NEW.room_id AND user_id = NEW.user_id;
  DELETE FROM stage_requests WHERE room_id = NEW.room_id AND user_id = NEW.user_id;
END;

-- Who is in each open room: small, hot and without an index, as `stream_live` is.
CREATE TABLE user_room_live (
  room_id TEXT PRIMARY KEY REFERENCES user_rooms (id),
  viewer_count INTEGER NOT NULL DEFAULT 0 CHECK (viewer_count >= 0),
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
