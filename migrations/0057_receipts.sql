-- Receipts: one for each purchase and each cash-out that was paid, numbered without gaps by kind and year (UTC).

CREATE TABLE receipts (
  kind TEXT NOT NULL CHECK (kind IN ('purchase', 'payout')),
  ref_id TEXT NOT NULL,
  year INTEGER NOT NULL,
  number INTEGER NOT NULL CHECK (number > 0),
  issued_at INTEGER NOT NULL,
  PRIMARY KEY (kind, ref_id),
  UNIQUE (kind, year, number)
) STRICT, WITHOUT ROWID;

-- What was paid before receipts had numbers, in the order of payment.
INSERT INTO receipts (kind, ref_id, year, number, issued_at)
SELECT kind, id, year, row_number() OVER (PARTITION BY kind, year ORDER BY paid_at, id), paid_at
FROM (
  SELECT 'purchase' AS kind, id, CAST(strftime('%Y', paid_at / 1000, 'unixepoch') AS INTEGER) AS year, paid_at
  FROM purchases WHERE paid_at IS NOT NULL
  UNION ALL
  SELECT 'payout', id, CAST(strftime('%Y', paid_at / 1000, 'unixepoch') AS INTEGER), paid_at
  FROM payouts WHERE paid_at IS NOT NULL);

-- The next number is given in the batch that makes the row paid. D1 runs one batch after another, so the highest number
-- is always known, and a batch that fails gives its number back.
CREATE TRIGGER purchase_paid_gets_a_receipt AFTER UPDATE OF paid_at ON purchases
WHEN NEW.paid_at IS NOT NULL AND OLD.paid_at IS NULL
BEGIN
  INSERT INTO receipts (kind, ref_id, year, number, issued_at)
  SELECT 'purchase', NEW.id, of_year.year, coalesce(
    (SELECT max(number) FROM receipts WHERE kind = 'purchase' AND year = of_year.year), 0) + 1, NEW.paid_at
  FROM (SELECT CAST(strftime('%Y', NEW.paid_at / 1000, 'unixepoch') AS INTEGER) AS year) of_year;
END;
CREATE TRIGGER payout_paid_gets_a_receipt AFTER UPDATE OF paid_at ON payouts
WHEN NEW.paid_at IS NOT NULL AND OLD.paid_at IS NULL
BEGIN
  INSERT INTO receipts (kind, ref_id, year, number, issued_at)
  SELECT 'payout', NEW.id, of_year.year, coalesce(
    (SELECT max(number) FROM receipts WHERE kind = 'payout' AND year = of_year.year), 0) + 1, NEW.paid_at
  FROM (SELECT CAST(strftime('%Y', NEW.paid_at / 1000, 'unixepoch') AS INTEGER) AS year) of_year;
END;

-- A number is given once, and for ever.
CREATE TRIGGER receipt_stays_as_issued BEFORE UPDATE ON receipts
BEGIN
  SELECT RAISE(ABORT, 'RECEIPT_IS_FINAL');
END;
CREATE TRIGGER receipt_stays BEFORE DELETE ON receipts
BEGIN
  SELECT RAISE(ABORT, 'RECEIPT_IS_FINAL');
END;
