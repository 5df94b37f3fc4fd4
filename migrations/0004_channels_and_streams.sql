-- A creator's channel, its broadcasts, and the few figures that change while one is live.

CREATE TABLE channels (
  id TEXT PRIMARY KEY,
  creator_id TEXT NOT NULL UNIQUE REFERENCES users (id),
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  category TEXT,
  thumbnail TEXT,
  ingress_id TEXT UNIQUE,
  ingress_type TEXT CHECK (ingress_type IN ('RTMP', 'WHIP')),
  ingress_url TEXT,
  -- Encrypted, bound to the channel's id.
  stream_key TEXT,
  -- When somebody began to make an ingress: two at once would leave one orphaned at LiveKit.
  ingress_claimed_at INTEGER,
  -- Of the newest event of the creator's own picture that was applied (the provider's time): an older one changes
  -- nothing, even where no stream was live to be changed.
  media_event_at INTEGER NOT NULL DEFAULT 0,
  chat_enabled INTEGER NOT NULL DEFAULT 1 CHECK (chat_enabled IN (0, 1)),
  chat_delay_seconds INTEGER NOT NULL DEFAULT 0 CHECK (chat_delay_seconds BETWEEN 0 AND 300),
  chat_followers_only INTEGER NOT NULL DEFAULT 0 CHECK (chat_followers_only IN (0, 1)),
  chat_subscribers_only INTEGER NOT NULL DEFAULT 0 CHECK (chat_subscribers_only IN (0, 1)),
  slow_mode_seconds INTEGER NOT NULL DEFAULT 0 CHECK (slow_mode_seconds BETWEEN 0 AND 3600),
  blocked_words TEXT NOT NULL DEFAULT '[]' CHECK (json_type(blocked_words) = 'array'),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE streams (
  id TEXT PRIMARY KEY,
  channel_id TEXT NOT NULL REFERENCES channels (id),
  creator_id TEXT NOT NULL REFERENCES users (id),
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  category TEXT,
  thumbnail_url TEXT,
  -- Who may enter; the channel's chat policy says who may write.
  visibility TEXT NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'followers', 'subscribers', 'private')),
  show_viewers INTEGER NOT NULL DEFAULT 1 CHECK (show_viewers IN (0, 1)),
  status TEXT NOT NULL CHECK (status IN ('scheduled', 'live', 'ended', 'cancelled')),
  scheduled_for INTEGER,
  started_at INTEGER,
  ended_at INTEGER,
  -- The ingress that feeds it; null while the creator publishes from a browser.
  ingress_id TEXT,
  -- Set while the encoder is lost and the grace runs.
  ingress_lost_at INTEGER,
  peak_viewers INTEGER NOT NULL DEFAULT 0,
  recording_url TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX streams_one_live_per_channel ON streams (channel_id) WHERE status = 'live';
CREATE INDEX streams_of_creator ON streams (creator_id, id);
CREATE INDEX streams_by_status ON streams (status, id);
CREATE INDEX streams_with_lost_ingress ON streams (ingress_lost_at) WHERE ingress_lost_at IS NOT NULL;

-- Viewer counts of live streams alone: small, hot and without an index, so that a count costs one written row.
CREATE TABLE stream_live (
  stream_id TEXT PRIMARY KEY REFERENCES streams (id),
  viewer_count INTEGER NOT NULL DEFAULT 0 CHECK (viewer_count >= 0),
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the room counted, written once when the stream ends.
CREATE TABLE stream_analytics (
  stream_id TEXT PRIMARY KEY REFERENCES streams (id),
  unique_viewers INTEGER NOT NULL,
  peak_viewers INTEGER NOT NULL,
  watch_seconds INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  -- { heart: 12, … }
  reactions TEXT NOT NULL CHECK (json_type(reactions) = 'object'),
  -- [[minute's start in ms, viewers], …]
  viewer_curve TEXT NOT NULL CHECK (json_type(viewer_curve) = 'array'),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE moderators (
  channel_id TEXT NOT NULL REFERENCES channels (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (channel_id, user_id)
) STRICT, WITHOUT ROWID;

-- A ban holds for the channel, so for this stream and the next.
CREATE TABLE channel_bans (
  channel_id TEXT NOT NULL REFERENCES channels (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  banned_by TEXT NOT NULL REFERENCES users (id),
  reason TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (channel_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE streams_fts USING fts5 (
  title, description, category,
  content = 'streams', content_rowid = 'rowid',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER streams_fts_insert AFTER INSERT ON streams
BEGIN
  INSERT INTO streams_fts (rowid, title, description, category)
  VALUES (NEW.rowid, NEW.title, NEW.description, NEW.category);
END;
CREATE TRIGGER streams_fts_delete AFTER DELETE ON streams
BEGIN
  INSERT INTO streams_fts (streams_fts, rowid, title, description, category)
  VALUES ('delete', OLD.rowid, OLD.title, OLD.description, OLD.category);
END;
CREATE TRIGGER streams_fts_update AFTER UPDATE OF title, description, category ON streams
BEGIN
  INSERT INTO streams_fts (streams_fts, rowid, title, description, category)
  VALUES ('delete', OLD.rowid, OLD.title, OLD.description, OLD.category);
  INSERT INTO streams_fts (rowid, title, description, category)
  VALUES (NEW.rowid, NEW.title, NEW.description, NEW.category);
END;
