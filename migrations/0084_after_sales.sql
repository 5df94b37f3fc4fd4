-- What happens to orders after the payment: indexes for its sweeps and lists, and when staff were asked about a problem.

ALTER TABLE order_problems ADD COLUMN staff_asked_at INTEGER;
CREATE INDEX order_problems_unanswered ON order_problems (opened_at) WHERE status = 'open' AND staff_asked_at IS NULL;

CREATE INDEX orders_of_user_by_state ON orders (user_id, state, id);
CREATE INDEX orders_to_remind ON orders (paid_at)
WHERE paid_at IS NOT NULL AND fulfilled_at IS NULL AND cancelled_at IS NULL AND confirmed_at IS NULL AND reminded_at IS NULL;

-- The address of an order that was never shipped ends with the order.
DROP INDEX orders_with_address;
CREATE INDEX orders_with_address ON orders (coalesce(fulfilled_at, cancelled_at)) WHERE address IS NOT NULL;
CREATE INDEX orders_by_encryption_key ON orders (substr(address, 1, 8)) WHERE address IS NOT NULL;
