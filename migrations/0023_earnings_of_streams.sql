-- What a stream has earned so far, written with each gift: its creator sees it grow.

CREATE TABLE stream_earnings (
  stream_id TEXT PRIMARY KEY,
  diamonds INTEGER NOT NULL CHECK (diamonds > 0),
  gifts INTEGER NOT NULL CHECK (gifts > 0)
) STRICT, WITHOUT ROWID;
INSERT INTO stream_earnings (stream_id, diamonds, gifts)
SELECT stream_id, sum(diamonds), count(*) FROM gifts_sent WHERE stream_id IS NOT NULL GROUP BY stream_id;
