-- Payments whose money takes days, a limit on open checkouts, and staff's decisions on providers' events.

-- When (ms) the provider first said that the money is on its way; null if it never did.
ALTER TABLE purchases ADD COLUMN processing_at INTEGER;

-- Three open checkouts a user: those that can still be paid and were never settled. `counted_at` is null where the
-- provider opened nothing. The limit is also named in the refusal.
CREATE INDEX purchases_open ON purchases (user_id, expires_at) WHERE status = 'pending' AND counted_at IS NOT NULL;
CREATE TRIGGER purchase_opens AFTER INSERT ON purchases WHEN NEW.status = 'pending' AND NEW.counted_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'CHECKOUTS_OPEN')
  WHERE (SELECT count(*) FROM purchases WHERE user_id = NEW.user_id AND status = 'pending'
    AND counted_at IS NOT NULL AND expires_at > NEW.counted_at) > 3;
END;
CREATE TRIGGER purchase_opens_again AFTER UPDATE OF counted_at ON purchases
WHEN NEW.status = 'pending' AND NEW.counted_at IS NOT NULL AND OLD.counted_at IS NULL
BEGIN
  SELECT RAISE(ABORT, 'CHECKOUTS_OPEN')
  WHERE (SELECT count(*) FROM purchases WHERE user_id = NEW.user_id AND status = 'pending'
    AND counted_at IS NOT NULL AND expires_at > NEW.counted_at) > 3;
END;

-- A user has one open reservation of a code. The limit of uses comes first: it does not end with the open purchase.
CREATE INDEX discount_redemptions_reserved ON discount_redemptions (code_id, user_id) WHERE state = 'reserved';
DROP TRIGGER discount_redemption_counts;
CREATE TRIGGER discount_redemption_counts BEFORE INSERT ON discount_redemptions WHEN NEW.state <> 'released'
BEGIN
  SELECT RAISE(ABORT, 'DISCOUNT_USED_BY_USER')
  WHERE (SELECT count(*) FROM discount_redemptions
      WHERE promotion = NEW.promotion AND user_id = NEW.user_id AND state <> 'released')
    >= (SELECT uses_per_user_max FROM discount_codes WHERE id = NEW.code_id);
  SELECT RAISE(ABORT, 'DISCOUNT_RESERVED_BY_USER')
  WHERE NEW.state = 'reserved' AND EXISTS (
    SELECT 1 FROM discount_redemptions
    WHERE code_id = NEW.code_id AND user_id = NEW.user_id AND state = 'reserved');
  UPDATE discount_codes SET uses = uses + 1 WHERE id = NEW.code_id;
END;
-- A use never becomes reserved again: it is redeemed or released.
CREATE TRIGGER discount_redemption_is_reserved_once BEFORE UPDATE OF state ON discount_redemptions
WHEN NEW.state = 'reserved' AND OLD.state <> 'reserved'
BEGIN
  SELECT RAISE(ABORT, 'DISCOUNT_RESERVED_BY_USER');
END;

-- Staff decide on an event that could not be applied. `closed`: nothing will be done about it.
CREATE TABLE webhook_events_2 (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  -- In our words, as it is applied; and as it came, without secrets and card data. Null 30 days after the event was
  -- processed or closed.
  payload TEXT,
  received TEXT,
  -- The whole original, encrypted, of an event that we could not read; it goes with the payload.
  sealed TEXT,
  state TEXT NOT NULL CHECK (state IN ('stored', 'processed', 'held', 'failed', 'closed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  received_at INTEGER NOT NULL,
  queued_at INTEGER,
  processed_at INTEGER,
  decision TEXT CHECK (decision IN ('accept', 'credit', 'close')),
  decision_reason TEXT,
  decided_by TEXT,
  decided_at INTEGER,
  UNIQUE (provider, event_id),
  CONSTRAINT webhook_event_decided CHECK (
    (decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decision_reason IS NULL)
    AND (decision IS NULL) = (decided_at IS NULL)
    AND (decision IS NULL OR state = CASE decision WHEN 'close' THEN 'closed' ELSE 'processed' END)
    AND (state <> 'closed' OR decision IS NOT NULL))
) STRICT;
INSERT INTO webhook_events_2 (
  id, provider, event_id, type, payload, received, state, attempts, error, received_at, queued_at, processed_at)
SELECT id, provider, event_id, type, payload, received, state, attempts, error, received_at, queued_at, processed_at
FROM webhook_events;
DROP TABLE webhook_events;
ALTER TABLE webhook_events_2 RENAME TO webhook_events;

CREATE INDEX webhook_events_by_state ON webhook_events (state, received_at);
CREATE INDEX webhook_events_by_state_and_id ON webhook_events (state, id);
CREATE INDEX webhook_events_by_provider ON webhook_events (provider, id);
-- Payloads go by when their event was processed: one that waits for staff has no such time, and keeps its own.
CREATE INDEX webhook_events_to_forget ON webhook_events (processed_at)
WHERE payload IS NOT NULL AND processed_at IS NOT NULL;
-- An encrypted text begins with the id of its key: for the sweep that encrypts again while keys rotate.
CREATE INDEX webhook_events_sealed ON webhook_events (sealed) WHERE sealed IS NOT NULL;

-- A decision stands.
CREATE TRIGGER webhook_event_is_decided_once BEFORE UPDATE ON webhook_events WHEN OLD.decision IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'WEBHOOK_EVENT_DECIDED')
  WHERE NEW.decision IS NOT OLD.decision OR NEW.state IS NOT OLD.state OR NEW.decided_by IS NOT OLD.decided_by
    OR NEW.decided_at IS NOT OLD.decided_at OR NEW.decision_reason IS NOT OLD.decision_reason;
END;
