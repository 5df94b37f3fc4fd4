-- Who was put out of a show's video, a viewer's or a guest's id. A token from before may bring them back for a while, so
-- joins are checked against it and the sweep looks again. Rows go after a quarter of an hour.
CREATE TABLE video_denials (
  room TEXT NOT NULL,
  viewer_id TEXT NOT NULL,
  denied_at INTEGER NOT NULL,
  PRIMARY KEY (room, viewer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX video_denials_by_time ON video_denials (denied_at);
