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

-- What a seller sold on each day (UTC): orders that were paid, and their items before refunds, without shipping and tax.
-- A payment for which no piece was left sold nothing.
-- Only these triggers write it.
CREATE TABLE sales_days (
  seller_id TEXT NOT NULL,
  day TEXT NOT NULL,
  currency TEXT NOT NULL,
  orders INTEGER NOT NULL CHECK (orders > 0),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  PRIMARY KEY (seller_id, day, currency)
) STRICT, WITHOUT ROWID;

INSERT INTO sales_days (seller_id, day, currency, orders, amount_minor)
SELECT seller_id, strftime('%Y-%m-%d', paid_at / 1000, 'unixepoch'), currency, count(*), sum(items_minor)
FROM orders WHERE paid_at IS NOT NULL AND stock_state <> 'none' GROUP BY 1, 2, 3;

CREATE TRIGGER order_is_sold AFTER UPDATE OF paid_at ON orders WHEN NEW.paid_at IS NOT NULL AND OLD.paid_at IS NULL AND NEW.stock_state <> 'none'
BEGIN
  INSERT INTO sales_days (seller_id, day, currency, orders, amount_minor)
  VALUES (NEW.seller_id, strftime('%Y-%m-%d', NEW.paid_at / 1000, 'unixepoch'), NEW.currency, 1, NEW.items_minor)
  ON CONFLICT (seller_id, day, currency) DO UPDATE SET orders = orders + 1, amount_minor = amount_minor + excluded.amount_minor;
END;
CREATE TRIGGER order_begins_sold AFTER INSERT ON orders WHEN NEW.paid_at IS NOT NULL AND NEW.stock_state <> 'none'
BEGIN
  INSERT INTO sales_days (seller_id, day, currency, orders, amount_minor)
  VALUES (NEW.seller_id, strftime('%Y-%m-%d', NEW.paid_at / 1000, 'unixepoch'), NEW.currency, 1, NEW.items_minor)
  ON CONFLICT (seller_id, day, currency) DO UPDATE SET orders = orders + 1, amount_minor = amount_minor + excluded.amount_minor;
END;
