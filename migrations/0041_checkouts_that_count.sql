-- When the purchase was counted among its buyer's checkouts of the day. Null: it is not counted, since the provider
-- refused to open its checkout, or it is older than the budget.

ALTER TABLE purchases ADD COLUMN counted_at INTEGER;
