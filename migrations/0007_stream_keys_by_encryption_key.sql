-- A sealed key begins with the id of the key that sealed it: what still has to be sealed again lies together.
CREATE INDEX channels_by_stream_key ON channels (stream_key) WHERE stream_key IS NOT NULL;
