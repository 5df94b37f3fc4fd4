-- A user's own blocks, newest first.
CREATE INDEX blocks_of_blocker ON blocks (blocker_id, created_at);
