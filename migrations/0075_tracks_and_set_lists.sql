-- The tracks of DJs: their files, what was read from them, what the virus scanner said, and what was played in a stream.

CREATE TABLE tracks (
  id TEXT PRIMARY KEY,
  dj_id TEXT NOT NULL REFERENCES users (id),
  -- NULL: the track was rejected, and its file was deleted.
  key TEXT UNIQUE REFERENCES media_files (key),
  content_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT,
  title TEXT NOT NULL CHECK (title <> ''),
  artist TEXT CHECK (artist <> ''),
  album TEXT CHECK (album <> ''),
  genre TEXT CHECK (genre <> ''),
  bpm REAL CHECK (bpm > 0),
  music_key TEXT CHECK (music_key <> ''),
  duration_ms INTEGER CHECK (duration_ms > 0),
  cover_key TEXT REFERENCES media_files (key),
  -- A JSON list of the fields that the DJ has set. They win over the file's tags.
  edited TEXT NOT NULL DEFAULT '[]',
  -- JSON: what the file says about its sound.
  metadata TEXT,
  -- uploading: it is about to be read. scanning: it waits for the virus scanner.
  status TEXT NOT NULL CHECK (status IN ('uploading', 'scanning', 'ready', 'rejected')),
  reason TEXT CHECK ((reason IS NOT NULL) = (status = 'rejected')),
  duplicate_of TEXT CHECK (duplicate_of IS NULL OR status = 'rejected'),
  scan TEXT CHECK (scan IN ('none', 'clean', 'infected', 'too-large')),
  scanned_at INTEGER CHECK ((scanned_at IS NULL) = (scan IS NULL)),
  -- When its processing was last queued.
  queued_at INTEGER NOT NULL,
  plays INTEGER NOT NULL DEFAULT 0,
  -- Nobody hears it: because of reports, or until kept_until because staff removed it.
  muted_at INTEGER,
  kept_until INTEGER CHECK (kept_until IS NULL OR muted_at IS NOT NULL),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  audience TEXT GENERATED ALWAYS AS (char(0xE000) || 'd' || replace(dj_id, '-', '')) VIRTUAL,
  -- What is not rejected has its file, and only a file that was read and judged is ready.
  CHECK ((key IS NULL) = (status = 'rejected')),
  CHECK (status <> 'ready' OR (scan IN ('none', 'clean') AND sha256 IS NOT NULL AND duration_ms IS NOT NULL))
) STRICT;
-- A DJ has a file once.
CREATE UNIQUE INDEX tracks_one_of_a_file ON tracks (dj_id, sha256) WHERE sha256 IS NOT NULL AND status <> 'rejected';
-- The sorts of a library.
CREATE INDEX tracks_of_dj ON tracks (dj_id, id);
CREATE INDEX tracks_by_title ON tracks (dj_id, title COLLATE NOCASE, id);
CREATE INDEX tracks_by_artist ON tracks (dj_id, artist IS NULL, artist COLLATE NOCASE, id);
CREATE INDEX tracks_by_duration ON tracks (dj_id, duration_ms IS NULL, duration_ms, id);
CREATE INDEX tracks_by_plays ON tracks (dj_id, plays DESC, id DESC);
CREATE INDEX tracks_in_process ON tracks (queued_at) WHERE status IN ('uploading', 'scanning');
CREATE INDEX tracks_rejected ON tracks (updated_at) WHERE status = 'rejected';
CREATE INDEX tracks_kept ON tracks (kept_until) WHERE kept_until IS NOT NULL;
CREATE INDEX tracks_of_cover ON tracks (cover_key) WHERE cover_key IS NOT NULL;

CREATE VIRTUAL TABLE tracks_fts USING fts5 (
  title, artist, album, audience,
  content = 'tracks', content_rowid = 'rowid',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER tracks_fts_insert AFTER INSERT ON tracks
BEGIN
  INSERT INTO tracks_fts (rowid, title, artist, album, audience)
  VALUES (NEW.rowid, NEW.title, NEW.artist, NEW.album, NEW.audience);
END;
CREATE TRIGGER tracks_fts_update AFTER UPDATE OF title, artist, album ON tracks
WHEN (OLD.title, OLD.artist, OLD.album) IS NOT (NEW.title, NEW.artist, NEW.album)
BEGIN
  INSERT INTO tracks_fts (tracks_fts, rowid, title, artist, album, audience)
  VALUES ('delete', OLD.rowid, OLD.title, OLD.artist, OLD.album, OLD.audience);
  INSERT INTO tracks_fts (rowid, title, artist, album, audience)
  VALUES (NEW.rowid, NEW.title, NEW.artist, NEW.album, NEW.audience);
END;
CREATE TRIGGER tracks_fts_delete AFTER DELETE ON tracks
BEGIN
  INSERT INTO tracks_fts (tracks_fts, rowid, title, artist, album, audience)
  VALUES ('delete', OLD.rowid, OLD.title, OLD.artist, OLD.album, OLD.audience);
END;

CREATE TABLE set_list (
  id TEXT PRIMARY KEY,
  stream_id TEXT NOT NULL REFERENCES streams (id),
  -- Its place in the set, from 1.
  position INTEGER NOT NULL CHECK (position >= 1),
  -- NULL: its title was typed, or the track was deleted.
  track_id TEXT REFERENCES tracks (id) ON DELETE SET NULL,
  title TEXT NOT NULL,
  artist TEXT,
  started_at INTEGER NOT NULL,
  -- NULL while it plays.
  ended_at INTEGER CHECK (ended_at >= started_at),
  -- Only the DJ sees it.
  hidden INTEGER NOT NULL CHECK (hidden IN (0, 1)),
  -- When what the room shows of it last changed. It only rises within a stream, so that the room knows the newest.
  changed_at INTEGER NOT NULL,
  UNIQUE (stream_id, position)
) STRICT;
CREATE UNIQUE INDEX set_list_one_plays ON set_list (stream_id) WHERE ended_at IS NULL;
CREATE INDEX set_list_of_track ON set_list (track_id, stream_id) WHERE track_id IS NOT NULL;

CREATE TRIGGER set_list_counts_plays AFTER INSERT ON set_list WHEN NEW.track_id IS NOT NULL
BEGIN
  UPDATE tracks SET plays = plays + 1 WHERE id = NEW.track_id;
END;
-- Nothing plays in a stream that is over, however it ended.
CREATE TRIGGER streams_end_their_set AFTER UPDATE OF status ON streams WHEN OLD.status = 'live' AND NEW.status <> 'live'
BEGIN
  UPDATE set_list SET ended_at = max(started_at, coalesce(NEW.ended_at, NEW.updated_at))
  WHERE stream_id = NEW.id AND ended_at IS NULL;
END;
