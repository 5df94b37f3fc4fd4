/** The tables of a room's own SQLite. Steps are only ever added: a room is brought up to date when it wakes. */

/** The numbered steps from nothing to today's tables. */
export const SCHEMA = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- body: the event's JSON without its seq. The client's own id makes a message unique to its user.
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY, message_id TEXT UNIQUE, user_id TEXT, client_id TEXT, at INTEGER NOT NULL,
    body TEXT NOT NULL, UNIQUE (user_id, client_id)
  ) STRICT;
  -- Messages that wait; release_at is NULL once one was deleted before anybody saw it.
  CREATE TABLE pending (
    message_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, client_id TEXT NOT NULL, at INTEGER NOT NULL,
    body TEXT NOT NULL, release_at INTEGER, UNIQUE (user_id, client_id)
  ) STRICT;
  CREATE INDEX pending_by_release ON pending (release_at) WHERE release_at IS NOT NULL;
  -- id: the pass that opened it, so a pass is good once. viewer: 'user:<id>' or 'guest:<id>'.
  CREATE TABLE intervals (id TEXT PRIMARY KEY, viewer TEXT NOT NULL, joined_at INTEGER NOT NULL, left_at INTEGER) STRICT;
  CREATE INDEX intervals_open ON intervals (id) WHERE left_at IS NULL;
  -- The ids of the newest commands, since they come in any order: v7, so a later one is greater.
  CREATE TABLE sanctions (user_id TEXT PRIMARY KEY, banned_by TEXT, ban_command TEXT NOT NULL DEFAULT '',
    kicked_before TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
  CREATE TABLE time_outs (user_id TEXT PRIMARY KEY, username TEXT, until INTEGER NOT NULL, reason TEXT,
    by TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE commands (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  -- 'reaction:heart', 'click:<product>' -> how many.
  CREATE TABLE tallies (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  -- What the one alarm is for.
  CREATE TABLE due (what TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // Names are D1's: the column stays for the version before.
  'UPDATE time_outs SET username = NULL',
  `
  -- Why the user is banned.
  ALTER TABLE sanctions ADD COLUMN reason TEXT;
  -- Up to this seq the user's texts are shown to moderators alone.
  ALTER TABLE sanctions ADD COLUMN withheld_through INTEGER NOT NULL DEFAULT 0;
  -- Gifts whose words wait as chat does. They were paid, so they are shown whatever becomes of the words.
  CREATE TABLE held_gifts (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, release_at INTEGER NOT NULL
  ) STRICT;
  -- By the id that an event from outside has; costs messages nothing.
  CREATE INDEX events_by_outer_id ON events (body ->> '$.id') WHERE user_id IS NULL;
    `,
  // `tallies` stays for the version before. Until now every user's time was rewarded.
  `
  CREATE TABLE reactions (kind TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO reactions SELECT substr(name, 10), count FROM tallies WHERE name LIKE 'reaction:%';
  -- Whether it is a user with a verified address; for anybody else a keyed hash of where they came from.
  ALTER TABLE intervals ADD COLUMN is_verified INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE intervals ADD COLUMN address TEXT;
  UPDATE intervals SET is_verified = 1 WHERE viewer LIKE 'user:%';
  `,
  // How many tokens for the video a viewer was given.
  'CREATE TABLE video_turns (viewer TEXT PRIMARY KEY, turns INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  // When (ms) something about a user changed last: what a pass says of them from before is read again.
  'CREATE TABLE changes (user_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
] as const;
