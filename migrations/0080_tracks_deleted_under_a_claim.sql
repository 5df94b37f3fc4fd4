-- What a claim says of a track outlives its deletion, set lists can be moderated, and genres are compared as DJs' are.

-- Its DJ deleted it while it was muted. The row and its hash stay until the case ends.
ALTER TABLE tracks ADD COLUMN deleted_at INTEGER CHECK (deleted_at IS NULL OR muted_at IS NOT NULL);

-- The genre, folded: what the library is searched by.
ALTER TABLE tracks ADD COLUMN genre_key TEXT;
UPDATE tracks SET genre_key = lower(genre) WHERE genre IS NOT NULL;

-- Staff hid it. Only staff show it again.
ALTER TABLE set_list ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0 CHECK (withheld IN (0, 1));
