-- When (ms) the owner was last mailed that somebody tried to register with their address.
ALTER TABLE users ADD COLUMN taken_mailed_at INTEGER;
