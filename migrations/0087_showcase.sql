-- What a stream's room counted of its products, and when what it shows last changed.

-- The row stays when nothing is shown, so that each change is later than the one before.
CREATE TABLE session_showcases (
  stream_id TEXT PRIMARY KEY REFERENCES streams (id) ON DELETE CASCADE,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Written once, at the end of the stream. Also of products that were taken out before.
CREATE TABLE session_product_clicks (
  stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
  product_id TEXT NOT NULL,
  clicks INTEGER NOT NULL CHECK (clicks > 0),
  clickers INTEGER NOT NULL CHECK (clickers BETWEEN 1 AND clicks),
  PRIMARY KEY (stream_id, product_id)
) STRICT, WITHOUT ROWID;
