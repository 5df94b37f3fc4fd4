-- What viewers give creators: gifts and tips, and subscriptions by the month.

-- A tip is a gift without a kind. No foreign keys out of the money: it can have a database to itself one day.
CREATE TABLE gifts_sent (
  id TEXT PRIMARY KEY,
  -- Null: a tip.
  gift_id TEXT,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  coins INTEGER NOT NULL CHECK (coins > 0),
  diamonds INTEGER NOT NULL CHECK (diamonds > 0),
  sender_id TEXT NOT NULL,
  recipient_id TEXT NOT NULL,
  stream_id TEXT,
  message TEXT,
  economy_version INTEGER NOT NULL,
  idempotency_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (sender_id, idempotency_key),
  CONSTRAINT gift_not_to_oneself CHECK (sender_id <> recipient_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX gifts_sent_of_sender ON gifts_sent (sender_id, id);
CREATE INDEX gifts_sent_of_recipient ON gifts_sent (recipient_id, id);

CREATE TABLE subscription_tiers (
  id TEXT PRIMARY KEY,
  creator_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  coins_per_month INTEGER NOT NULL CHECK (coins_per_month > 0),
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_tiers_of_creator ON subscription_tiers (creator_id, coins_per_month, id) WHERE active = 1;

CREATE TABLE subscriptions (
  id TEXT PRIMARY KEY,
  subscriber_id TEXT NOT NULL,
  creator_id TEXT NOT NULL,
  tier_id TEXT NOT NULL REFERENCES subscription_tiers (id),
  -- As it was when the subscription began; a dearer tier does not make it dearer.
  coins_per_month INTEGER NOT NULL CHECK (coins_per_month > 0),
  status TEXT NOT NULL CHECK (status IN ('active', 'grace', 'ended')),
  -- Ends with the period instead of being renewed.
  cancelled_at INTEGER,
  -- Months paid so far; each is counted from the beginning, so that the 31st comes back after a February.
  months INTEGER NOT NULL CHECK (months > 0),
  started_at INTEGER NOT NULL,
  period_ends_at INTEGER NOT NULL,
  grace_until INTEGER,
  -- When the sweep looks at it next; null once it has ended.
  due_at INTEGER,
  ended_at INTEGER,
  ended_because TEXT,
  idempotency_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  -- Of the request that took a cancelled one up again.
  resumed_key TEXT,
  resumed_hash TEXT,
  created_at INTEGER NOT NULL,
  UNIQUE (subscriber_id, idempotency_key),
  CONSTRAINT subscription_not_to_oneself CHECK (subscriber_id <> creator_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX subscriptions_one_a_pair ON subscriptions (subscriber_id, creator_id) WHERE status <> 'ended';
CREATE UNIQUE INDEX subscriptions_by_resumed_key ON subscriptions (subscriber_id, resumed_key)
  WHERE resumed_key IS NOT NULL;
CREATE INDEX subscriptions_of_subscriber ON subscriptions (subscriber_id, id);
CREATE INDEX subscriptions_of_creator ON subscriptions (creator_id, id) WHERE status <> 'ended';
CREATE INDEX subscriptions_due ON subscriptions (due_at) WHERE due_at IS NOT NULL;

-- One month, paid: the row that its transfers name.
CREATE TABLE subscription_charges (
  id TEXT PRIMARY KEY,
  subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
  month INTEGER NOT NULL CHECK (month > 0),
  subscriber_id TEXT NOT NULL,
  creator_id TEXT NOT NULL,
  coins INTEGER NOT NULL CHECK (coins > 0),
  diamonds INTEGER NOT NULL CHECK (diamonds > 0),
  economy_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (subscription_id, month)
) STRICT, WITHOUT ROWID;
