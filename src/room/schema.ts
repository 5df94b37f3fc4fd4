/** The tables of a room's own SQLite. Steps are only ever added; a room runs the new ones when it wakes. */

/** The numbered steps from an empty database to the current tables. */
export const SCHEMA = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- body: the event's JSON without its seq. The client's own id makes a message unique per user.
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY, message_id TEXT UNIQUE, user_id TEXT, client_id TEXT, at INTEGER NOT NULL,
    body TEXT NOT NULL, UNIQUE (user_id, client_id)
  ) STRICT;
  -- Messages that wait; release_at is NULL if the message was deleted before anyone saw it.
  CREATE TABLE pending (
    message_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, client_id TEXT NOT NULL, at INTEGER NOT NULL,
    body TEXT NOT NULL, release_at INTEGER, UNIQUE (user_id, client_id)
  ) STRICT;
  CREATE INDEX pending_by_release ON pending (release_at) WHERE release_at IS NOT NULL;
  -- id: the pass that opened it, so a pass works once. viewer: 'user:<id>' or 'guest:<id>'.
  CREATE TABLE intervals (id TEXT PRIMARY KEY, viewer TEXT NOT NULL, joined_at INTEGER NOT NULL, left_at INTEGER) STRICT;
  CREATE INDEX intervals_open ON intervals (id) WHERE left_at IS NULL;
  -- The ids of the newest commands, since they arrive in any order. UUIDv7: a later id is greater.
  CREATE TABLE sanctions (user_id TEXT PRIMARY KEY, banned_by TEXT, ban_command TEXT NOT NULL DEFAULT '',
    kicked_before TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
  CREATE TABLE time_outs (user_id TEXT PRIMARY KEY, username TEXT, until INTEGER NOT NULL, reason TEXT,
    by TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE commands (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  -- 'reaction:heart', 'click:<product>' -> count.
  CREATE TABLE tallies (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  -- The tasks of the one alarm.
  CREATE TABLE due (what TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // D1 has the names. The column stays for the previous version.
  'UPDATE time_outs SET username = NULL',
  `
  -- Why the user is banned.
  ALTER TABLE sanctions ADD COLUMN reason TEXT;
  -- Up to this seq, only moderators see the user's texts.
  ALTER TABLE sanctions ADD COLUMN withheld_through INTEGER NOT NULL DEFAULT 0;
  -- Gifts whose text is delayed like chat. They were paid for, so they are shown whatever happens to the text.
  CREATE TABLE held_gifts (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, release_at INTEGER NOT NULL
  ) STRICT;
  -- By the id of an event from outside; costs nothing for messages.
  CREATE INDEX events_by_outer_id ON events (body ->> '$.id') WHERE user_id IS NULL;
    `,
  // `tallies` stays for the previous version. Until this step every user's time was rewarded.
  `
  CREATE TABLE reactions (kind TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO reactions SELECT substr(name, 10), count FROM tallies WHERE name LIKE 'reaction:%';
  -- Whether this is a user with a verified address; for anyone else, a keyed hash of their address.
  ALTER TABLE intervals ADD COLUMN is_verified INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE intervals ADD COLUMN address TEXT;
  UPDATE intervals SET is_verified = 1 WHERE viewer LIKE 'user:%';
  `,
  // How many video tokens a viewer was given.
  'CREATE TABLE video_turns (viewer TEXT PRIMARY KEY, turns INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  // When (ms) something about a user last changed. Older facts in a pass are read again.
  'CREATE TABLE changes (user_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  // Messages and gifts whose text staff withhold, by id; command: the id of the last command.
  `CREATE TABLE withheld (id TEXT PRIMARY KEY, is_withheld INTEGER NOT NULL, command TEXT NOT NULL)
   STRICT, WITHOUT ROWID`,
  `
  -- Banned accounts, whose guests are kept out: until when, from which addresses (as keyed hashes, a JSON array), and the
  -- id of the last command. No addresses: the account is active again.
  CREATE TABLE account_bans (
    user_id TEXT PRIMARY KEY, addresses TEXT NOT NULL, until INTEGER NOT NULL, command TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- Decisions of staff that withhold a user's texts up to a seq. 0: the decision was reversed, for good.
  CREATE TABLE withheld_by_staff (decision_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, through_seq INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
  `,
  // Who clicked on which product, how often, and in which minute (since 1970) last.
  `CREATE TABLE product_clicks (
    id INTEGER PRIMARY KEY, product_id TEXT NOT NULL, viewer TEXT NOT NULL, minute INTEGER NOT NULL,
    clicks INTEGER NOT NULL, UNIQUE (product_id, viewer)
  ) STRICT`,
  `
  -- What happened in each minute (since 1970) of the stream, and which users wrote. Messages and gifts are counted in the
  -- log up to the seq in meta \`counted\`; reactions are in no log.
  CREATE TABLE minutes (
    minute INTEGER PRIMARY KEY, messages INTEGER NOT NULL DEFAULT 0, reactions INTEGER NOT NULL DEFAULT 0,
    gifts INTEGER NOT NULL DEFAULT 0, coins INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE chatters (user_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  -- How the viewer came: what they were then, and how they found the stream.
  ALTER TABLE intervals ADD COLUMN is_follower INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE intervals ADD COLUMN is_returning INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE intervals ADD COLUMN source TEXT NOT NULL DEFAULT 'link';
  `,
  `
  -- Who did what to whom. text: what a deleted message said.
  CREATE TABLE moderation (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, action TEXT NOT NULL, "by" TEXT, user_id TEXT, guest_id TEXT,
    message_id TEXT, text TEXT, reason TEXT, until INTEGER
  ) STRICT;
  CREATE INDEX moderation_by_message ON moderation (message_id) WHERE message_id IS NOT NULL;
  -- Viewers no longer see who deleted a message.
  UPDATE events SET body = json_remove(body, '$.deletedBy') WHERE body LIKE '{"type":"message-deleted"%';
  `,
  `
  -- Why a message waits. If it waits for a moderator, release_at is NULL. An erased one waits for nothing.
  ALTER TABLE pending ADD COLUMN reason TEXT NOT NULL DEFAULT 'delay';
  CREATE INDEX pending_waiting ON pending (at, message_id) WHERE NOT body ->> '$.deleted';
  -- What moderators decided on messages that waited: the first decision stands.
  CREATE TABLE held_decisions (
    message_id TEXT PRIMARY KEY, action TEXT NOT NULL, by_id TEXT NOT NULL, at INTEGER NOT NULL, user_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- seq: of the event with which it began. votes: the counts, once it has ended. is_reported: D1 has it, or must not have it.
  CREATE TABLE polls (
    id TEXT PRIMARY KEY, seq INTEGER NOT NULL, created_by TEXT NOT NULL, question TEXT NOT NULL,
    options TEXT NOT NULL, started_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, ended_at INTEGER,
    votes TEXT, is_reported INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX polls_open ON polls (ended_at IS NULL) WHERE ended_at IS NULL;
  -- Of the poll that runs.
  CREATE TABLE poll_votes (poll_id TEXT NOT NULL, user_id TEXT NOT NULL, option INTEGER NOT NULL,
    PRIMARY KEY (poll_id, user_id)) STRICT, WITHOUT ROWID;
  `,
  // An entry keeps the mentions of the message, so that a new name changes its text too.
  `
  ALTER TABLE moderation ADD COLUMN mentions TEXT;
  UPDATE moderation SET mentions = (
    SELECT body -> '$.mentions' FROM events
    WHERE events.message_id = moderation.message_id AND body ->> '$.text' = moderation.text);
  `,
] as const;
