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

CREATE TRIGGER session_products_are_few AFTER INSERT ON session_products
BEGIN
  SELECT RAISE(ABORT, 'SESSION_PRODUCTS_MAX')
  WHERE (SELECT count(*) FROM session_products WHERE stream_id = NEW.stream_id) > 100;
END;

-- A live price is below every other price of the product: one that no longer is ends.
CREATE TRIGGER live_price_below_price AFTER UPDATE OF price_minor ON products
WHEN NEW.price_minor < OLD.price_minor
BEGIN
  UPDATE session_products SET live_price_minor = NULL
  WHERE product_id = NEW.id AND live_price_minor >= NEW.price_minor
    AND EXISTS (SELECT 1 FROM streams WHERE id = stream_id AND status IN ('live', 'scheduled'));
END;
CREATE TRIGGER live_price_below_new_variant AFTER INSERT ON product_variants WHEN NEW.price_minor IS NOT NULL
BEGIN
  UPDATE session_products SET live_price_minor = NULL
  WHERE product_id = NEW.product_id AND live_price_minor >= NEW.price_minor
    AND EXISTS (SELECT 1 FROM streams WHERE id = stream_id AND status IN ('live', 'scheduled'));
END;
CREATE TRIGGER live_price_below_variant AFTER UPDATE OF price_minor ON product_variants
WHEN NEW.price_minor IS NOT NULL AND NEW.price_minor < ifnull(OLD.price_minor, NEW.price_minor + 1)
BEGIN
  UPDATE session_products SET live_price_minor = NULL
  WHERE product_id = NEW.product_id AND live_price_minor >= NEW.price_minor
    AND EXISTS (SELECT 1 FROM streams WHERE id = stream_id AND status IN ('live', 'scheduled'));
END;
