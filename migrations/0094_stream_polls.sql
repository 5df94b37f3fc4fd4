-- Polls of streams with their results. The stream's room writes each once it has ended.
CREATE TABLE stream_polls (
  id TEXT PRIMARY KEY,
  stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
  created_by TEXT NOT NULL REFERENCES users (id),
  question TEXT NOT NULL,
  -- [{ "text", "votes" }, …], in their order.
  options TEXT NOT NULL CHECK (json_type(options) = 'array'),
  started_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL CHECK (ends_at > started_at),
  ended_at INTEGER NOT NULL CHECK (ended_at >= started_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX stream_polls_by_stream ON stream_polls (stream_id, started_at);
CREATE INDEX stream_polls_by_author ON stream_polls (created_by);
