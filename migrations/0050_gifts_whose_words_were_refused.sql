-- A gift is never refused for its words: they are left out, and the sender is told why.
ALTER TABLE gifts_sent ADD COLUMN message_refused TEXT CHECK (message_refused IS NULL OR message IS NULL);
