-- 1: the text is made of kind and data when it is read, in the reader's language and with the names of the moment.
-- 0: it is title and body, as the versions before this one wrote them.
ALTER TABLE notifications ADD COLUMN text_made INTEGER NOT NULL DEFAULT 0 CHECK (text_made IN (0, 1));

-- When each creator's members were last notified that the creator is live. Beside the broadcasts, because those are
-- deleted with their streams, and going live again within an hour still notifies nobody.
CREATE TABLE announcements (
  creator_id TEXT PRIMARY KEY REFERENCES users (id),
  announced_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO announcements (creator_id, announced_at)
SELECT creator_id, max(created_at) FROM broadcasts GROUP BY creator_id;
