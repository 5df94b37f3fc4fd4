-- What a session's analytics show beyond `stream_analytics`: written with it, once the stream is over.
CREATE TABLE session_analytics (
  stream_id TEXT PRIMARY KEY REFERENCES streams (id),
  -- Unique viewers: with an account and without, and what they were when they first entered.
  users INTEGER NOT NULL CHECK (users >= 0),
  guests INTEGER NOT NULL CHECK (guests >= 0),
  followers INTEGER NOT NULL CHECK (followers BETWEEN 0 AND users),
  new_users INTEGER NOT NULL CHECK (new_users >= 0),
  returning_users INTEGER NOT NULL CHECK (returning_users >= 0 AND new_users + returning_users = users),
  -- Unique viewers by how they found the stream.
  from_following INTEGER NOT NULL CHECK (from_following >= 0),
  from_search INTEGER NOT NULL CHECK (from_search >= 0),
  from_recommended INTEGER NOT NULL CHECK (from_recommended >= 0),
  from_link INTEGER NOT NULL CHECK (from_link >= 0),
  peak_at INTEGER,
  chatters INTEGER NOT NULL,
  gifts INTEGER NOT NULL,
  coins INTEGER NOT NULL,
  diamonds INTEGER NOT NULL,
  new_followers INTEGER NOT NULL,
  new_subscribers INTEGER NOT NULL,
  step_minutes INTEGER NOT NULL CHECK (step_minutes > 0),
  -- How many viewers stayed at least 0, 1, 2, … steps.
  retained TEXT NOT NULL CHECK (json_type(retained) = 'array'),
  -- [[step's start in ms, messages, reactions, gifts, coins, new followers], …]
  engagement TEXT NOT NULL CHECK (json_type(engagement) = 'array'),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
