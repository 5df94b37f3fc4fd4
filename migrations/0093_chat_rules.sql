-- A channel's further rules for its chat, and who has written in it.

-- Words that make a message wait for a moderator. Those that refuse it stay in blocked_words.
ALTER TABLE channels ADD COLUMN held_words TEXT NOT NULL DEFAULT '[]' CHECK (json_type(held_words) = 'array');
ALTER TABLE channels ADD COLUMN min_follow_minutes INTEGER NOT NULL DEFAULT 0 CHECK (min_follow_minutes >= 0);
ALTER TABLE channels ADD COLUMN min_account_hours INTEGER NOT NULL DEFAULT 0 CHECK (min_account_hours >= 0);
ALTER TABLE channels ADD COLUMN links TEXT NOT NULL DEFAULT 'allow' CHECK (links IN ('allow', 'hold', 'moderators'));
ALTER TABLE channels ADD COLUMN emotes_only INTEGER NOT NULL DEFAULT 0 CHECK (emotes_only IN (0, 1));
ALTER TABLE channels ADD COLUMN hold_first_messages INTEGER NOT NULL DEFAULT 0 CHECK (hold_first_messages IN (0, 1));

-- Users with a message that was shown in a stream of the creator. Written by rooms, some minutes later.
CREATE TABLE channel_writers (
  user_id TEXT NOT NULL REFERENCES users (id),
  creator_id TEXT NOT NULL REFERENCES users (id),
  PRIMARY KEY (user_id, creator_id)
) STRICT, WITHOUT ROWID;
