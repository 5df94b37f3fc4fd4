-- 1: the text is made of kind and data when it is read, in the reader's language and with the names of the moment.
-- 0: it is title and body, as the versions before this one wrote them.
ALTER TABLE notifications ADD COLUMN text_made INTEGER NOT NULL DEFAULT 0 CHECK (text_made IN (0, 1));

-- When each creator's members, or only the subscribers, were last notified that the creator is live. Beside the
-- broadcasts, because those are deleted with their streams, and going live again within an hour still notifies nobody.
CREATE TABLE announcements (
  creator_id TEXT NOT NULL REFERENCES users (id),
  audience TEXT NOT NULL CHECK (audience IN ('members', 'subscribers')),
  announced_at INTEGER NOT NULL,
  PRIMARY KEY (creator_id, audience)
) STRICT, WITHOUT ROWID;

INSERT INTO announcements (creator_id, audience, announced_at)
SELECT creator_id, audience, max(created_at) FROM broadcasts GROUP BY creator_id, audience;
