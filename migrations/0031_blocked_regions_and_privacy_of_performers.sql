-- Where a creator does not want to be shown, and what else of their privacy a performer has chosen.

CREATE TABLE blocked_regions (
  creator_id TEXT NOT NULL REFERENCES users (id),
  -- ISO 3166: a country ('DE'), or a region of one ('US-CA').
  region TEXT NOT NULL CHECK (region GLOB '[A-Z][A-Z]*' AND length(region) BETWEEN 2 AND 6),
  PRIMARY KEY (creator_id, region)
) STRICT, WITHOUT ROWID;

-- A row once a performer has chosen something.
CREATE TABLE performer_privacy (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  allow_recording INTEGER NOT NULL DEFAULT 1 CHECK (allow_recording IN (0, 1)),
  show_viewer_list INTEGER NOT NULL DEFAULT 1 CHECK (show_viewer_list IN (0, 1)),
  anonymous_mode INTEGER NOT NULL DEFAULT 0 CHECK (anonymous_mode IN (0, 1)),
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
