-- The shop: products with their stock, what a stream shows, orders as a kind of payment, refunds, and the sellers' money.

CREATE TABLE products (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL REFERENCES users (id),
  title TEXT NOT NULL CHECK (title <> ''),
  description TEXT NOT NULL,
  category TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('physical', 'digital')),
  price_minor INTEGER NOT NULL CHECK (price_minor > 0),
  currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  -- review: staff must approve it before it is on sale.
  status TEXT NOT NULL CHECK (status IN ('draft', 'review', 'active', 'archived')),
  -- A JSON list of keys, the first is the cover.
  image_keys TEXT NOT NULL CHECK (json_type(image_keys) = 'array'),
  -- What the buyer of a digital product downloads.
  file_key TEXT,
  file_name TEXT,
  weight_grams INTEGER CHECK (weight_grams > 0),
  -- A JSON list of countries. NULL: anywhere.
  ships_to TEXT CHECK (ships_to IS NULL OR json_type(ships_to) = 'array'),
  shipping_minor INTEGER NOT NULL DEFAULT 0 CHECK (shipping_minor >= 0),
  -- A drop: it cannot be bought before this time.
  available_at INTEGER,
  -- Pieces that one buyer can buy in one stream.
  per_buyer_max INTEGER CHECK (per_buyer_max > 0),
  -- When staff last approved it, and why they last refused it.
  approved_at INTEGER,
  review_reason TEXT,
  -- When it began to wait for review.
  submitted_at INTEGER CHECK ((status = 'review') <= (submitted_at IS NOT NULL)),
  -- Nobody but its seller and staff sees it: because of reports, or until kept_until because staff removed it.
  hidden_at INTEGER,
  kept_until INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  audience TEXT GENERATED ALWAYS AS (
    replace(CASE WHEN status = 'active' AND hidden_at IS NULL THEN '~staff ~everybody' ELSE '~nobody' END, '~', char(0xE000))
  ) VIRTUAL,
  CONSTRAINT product_of_its_kind CHECK (
    (kind = 'digital' OR file_key IS NULL)
    AND (kind = 'physical' OR (weight_grams IS NULL AND ships_to IS NULL AND shipping_minor = 0)))
) STRICT;
CREATE INDEX products_of_seller ON products (seller_id, id);
CREATE INDEX products_on_sale_by_price ON products (currency, price_minor, id) WHERE status = 'active' AND hidden_at IS NULL;
CREATE INDEX products_on_sale ON products (id) WHERE status = 'active' AND hidden_at IS NULL;
CREATE INDEX products_on_sale_by_category ON products (category, id) WHERE status = 'active' AND hidden_at IS NULL;
CREATE INDEX products_in_review ON products (submitted_at, id) WHERE status = 'review';
CREATE INDEX products_kept ON products (kept_until) WHERE kept_until IS NOT NULL;

CREATE VIRTUAL TABLE products_fts USING fts5 (
  title, description, category, audience,
  content = 'products', content_rowid = 'rowid',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER products_fts_insert AFTER INSERT ON products
BEGIN
  INSERT INTO products_fts (rowid, title, description, category, audience)
  VALUES (NEW.rowid, NEW.title, NEW.description, NEW.category, NEW.audience);
END;
CREATE TRIGGER products_fts_delete AFTER DELETE ON products
BEGIN
  INSERT INTO products_fts (products_fts, rowid, title, description, category, audience)
  VALUES ('delete', OLD.rowid, OLD.title, OLD.description, OLD.category, OLD.audience);
END;
CREATE TRIGGER products_fts_update AFTER UPDATE OF title, description, category, status, hidden_at ON products
WHEN (OLD.title, OLD.description, OLD.category, OLD.audience) IS NOT (NEW.title, NEW.description, NEW.category, NEW.audience)
BEGIN
  INSERT INTO products_fts (products_fts, rowid, title, description, category, audience)
  VALUES ('delete', OLD.rowid, OLD.title, OLD.description, OLD.category, OLD.audience);
  INSERT INTO products_fts (rowid, title, description, category, audience)
  VALUES (NEW.rowid, NEW.title, NEW.description, NEW.category, NEW.audience);
END;

-- A product without options has one variant too, so that stock is always here.
CREATE TABLE product_variants (
  id TEXT PRIMARY KEY,
  product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  -- JSON: {"size": "M", "colour": "red"}; {} for the one variant of a product without options.
  options TEXT NOT NULL CHECK (json_type(options) = 'object'),
  -- NULL: the product's price.
  price_minor INTEGER CHECK (price_minor > 0),
  -- Pieces that can be bought now. NULL: unlimited.
  stock INTEGER,
  -- Pieces in open checkouts, and pieces that are offered to people on the waiting list.
  held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
  offered INTEGER NOT NULL DEFAULT 0 CHECK (offered >= 0),
  sold INTEGER NOT NULL DEFAULT 0 CHECK (sold >= 0),
  -- Set when its seller removes it. Orders still name it.
  retired_at INTEGER,
  CONSTRAINT product_in_stock CHECK (stock IS NULL OR stock >= 0)
) STRICT;
CREATE INDEX product_variants_of_product ON product_variants (product_id, position, id);
CREATE UNIQUE INDEX product_variants_by_options ON product_variants (product_id, options) WHERE retired_at IS NULL;

-- People who wait for a piece, first come first served. An offer lasts two minutes.
CREATE TABLE product_waits (
  variant_id TEXT NOT NULL REFERENCES product_variants (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id),
  id TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  offered_until INTEGER,
  -- Whether the user was notified of the offer.
  notified INTEGER NOT NULL DEFAULT 0 CHECK (notified IN (0, 1)),
  PRIMARY KEY (variant_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX product_waits_in_turn ON product_waits (variant_id, id) WHERE offered_until IS NULL;
CREATE INDEX product_waits_offered ON product_waits (offered_until) WHERE offered_until IS NOT NULL;
CREATE INDEX product_waits_of_user ON product_waits (user_id, id);

-- The products of a stream, in their order. A live price ends with the stream.
CREATE TABLE session_products (
  stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
  product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  live_price_minor INTEGER CHECK (live_price_minor > 0),
  -- When it was put into the showcase; one of a stream at most.
  showcased_at INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (stream_id, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_products_in_order ON session_products (stream_id, position, product_id);
CREATE INDEX session_products_of_product ON session_products (product_id, stream_id);
CREATE UNIQUE INDEX session_showcase ON session_products (stream_id) WHERE showcased_at IS NOT NULL;

-- An order is a payment for one product: its line is on its row.
CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  -- The buyer.
  user_id TEXT NOT NULL,
  seller_id TEXT NOT NULL,
  stream_id TEXT,
  product_id TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  -- The product as it was bought.
  title TEXT NOT NULL,
  image_key TEXT,
  options TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('physical', 'digital')),
  unit_minor INTEGER NOT NULL CHECK (unit_minor > 0),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  items_minor INTEGER NOT NULL,
  shipping_minor INTEGER NOT NULL CHECK (shipping_minor >= 0),
  -- What shipping would cost without other orders of the show.
  shipping_full_minor INTEGER NOT NULL,
  -- Known once it is paid.
  tax_minor INTEGER NOT NULL DEFAULT 0 CHECK (tax_minor >= 0),
  commission_minor INTEGER NOT NULL CHECK (commission_minor BETWEEN 0 AND items_minor),
  economy_version INTEGER NOT NULL REFERENCES economy_versions (version),
  -- Whether the room is told who bought.
  show_name INTEGER NOT NULL DEFAULT 0 CHECK (show_name IN (0, 1)),

  -- Items and shipping; with the tax once it is paid.
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  status TEXT NOT NULL CHECK (status IN (
    'pending', 'processing', 'paid', 'refunded', 'partially_refunded', 'disputed', 'charged_back', 'expired', 'failed')),
  provider TEXT NOT NULL CHECK (provider IN ('stripe', 'dodo', 'sandbox')),
  checkout_id TEXT,
  checkout_url TEXT,
  payment_id TEXT,
  success_url TEXT NOT NULL,
  cancel_url TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  reversed_minor INTEGER NOT NULL DEFAULT 0 CHECK (reversed_minor BETWEEN 0 AND amount_minor),
  -- The parts of reversed_minor by refunds, of tax, and the commission that came back with it.
  refunded_minor INTEGER NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND reversed_minor),
  reversed_tax_minor INTEGER NOT NULL DEFAULT 0 CHECK (reversed_tax_minor BETWEEN 0 AND tax_minor),
  reversed_commission_minor INTEGER NOT NULL DEFAULT 0 CHECK (reversed_commission_minor BETWEEN 0 AND commission_minor),
  legs INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ask_at INTEGER,
  paid_at INTEGER,
  processing_at INTEGER,
  counted_at INTEGER,
  fraud_warned_at INTEGER,

  -- Until when the stock is held for an unpaid order.
  hold_until INTEGER NOT NULL,
  -- none: nothing was left for a payment that came late.
  stock_state TEXT NOT NULL CHECK (stock_state IN ('held', 'sold', 'returned', 'none')),
  -- Encrypted JSON. Erased with the buyer, and 90 days after fulfilment.
  address TEXT,
  fulfilled_at INTEGER,
  carrier TEXT,
  tracking TEXT,
  reminded_at INTEGER,
  confirmed_at INTEGER,
  cancelled_at INTEGER,
  cancelled_by TEXT CHECK (cancelled_by IN ('buyer', 'seller', 'staff', 'system'))
    CHECK ((cancelled_at IS NULL) = (cancelled_by IS NULL)),
  -- When the seller's money matures, and since when it has.
  matures_at INTEGER,
  matured_at INTEGER,
  has_open_problem INTEGER NOT NULL DEFAULT 0 CHECK (has_open_problem IN (0, 1)),
  -- Pieces that refunds were asked for, shipping too, and what is asked of the provider and not yet booked.
  refunded_quantity INTEGER NOT NULL DEFAULT 0,
  refunded_shipping_minor INTEGER NOT NULL DEFAULT 0,
  refunding_minor INTEGER NOT NULL DEFAULT 0 CHECK (refunding_minor >= 0),

  -- The one word that everybody sees.
  state TEXT GENERATED ALWAYS AS (CASE
    WHEN paid_at IS NULL THEN CASE
      WHEN cancelled_at IS NOT NULL THEN 'cancelled'
      WHEN status = 'expired' OR (status = 'failed' AND (processing_at IS NOT NULL OR checkout_id IS NULL)) THEN 'expired'
      ELSE 'pending' END
    WHEN status = 'disputed' THEN 'disputed'
    WHEN cancelled_at IS NOT NULL THEN 'cancelled'
    WHEN status IN ('refunded', 'charged_back') THEN 'refunded'
    WHEN status = 'partially_refunded' THEN 'partially_refunded'
    WHEN confirmed_at IS NOT NULL OR matured_at IS NOT NULL THEN 'completed'
    WHEN fulfilled_at IS NOT NULL THEN 'fulfilled'
    ELSE 'paid' END) VIRTUAL,
  -- What the seller has of it: items and shipping, less commission and what was taken back.
  proceeds_minor INTEGER GENERATED ALWAYS AS (CASE WHEN paid_at IS NULL THEN 0
    ELSE items_minor + shipping_minor - commission_minor - (reversed_minor - reversed_tax_minor) + reversed_commission_minor
    END) VIRTUAL,
  -- What of that cannot be cashed out: it matures, has a problem, or is being refunded.
  held_minor INTEGER GENERATED ALWAYS AS (CASE WHEN paid_at IS NULL THEN 0
    ELSE max(0, iif(matured_at IS NOT NULL AND has_open_problem = 0,
      min(refunding_minor, items_minor + shipping_minor - commission_minor - (reversed_minor - reversed_tax_minor)
        + reversed_commission_minor),
      items_minor + shipping_minor - commission_minor - (reversed_minor - reversed_tax_minor) + reversed_commission_minor))
    END) VIRTUAL,
  UNIQUE (user_id, idempotency_key),
  CONSTRAINT order_adds_up CHECK (items_minor = unit_minor * quantity AND amount_minor = items_minor + shipping_minor + tax_minor),
  CONSTRAINT order_refunded_at_most_whole CHECK (
    refunded_quantity BETWEEN 0 AND quantity AND refunded_shipping_minor BETWEEN 0 AND shipping_minor)
) STRICT;
CREATE INDEX orders_of_user ON orders (user_id, id);
CREATE INDEX orders_of_seller ON orders (seller_id, id);
CREATE INDEX orders_of_seller_by_state ON orders (seller_id, state, id);
CREATE INDEX orders_by_state ON orders (state, id);
CREATE UNIQUE INDEX orders_by_checkout ON orders (provider, checkout_id) WHERE checkout_id IS NOT NULL;
CREATE UNIQUE INDEX orders_by_payment ON orders (provider, payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX orders_to_ask ON orders (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX orders_open ON orders (user_id, expires_at)
WHERE status IN ('pending', 'failed') AND processing_at IS NULL AND counted_at IS NOT NULL;
CREATE INDEX orders_of_show ON orders (stream_id, product_id, user_id) WHERE stream_id IS NOT NULL;
CREATE INDEX orders_of_buyer_and_product ON orders (user_id, product_id, id);
CREATE INDEX orders_of_variant ON orders (variant_id, id);
CREATE INDEX orders_by_payday ON orders (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX orders_of_seller_by_payday ON orders (seller_id, paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX orders_to_fulfil ON orders (paid_at)
WHERE paid_at IS NOT NULL AND fulfilled_at IS NULL AND cancelled_at IS NULL AND confirmed_at IS NULL;
CREATE INDEX orders_to_mature ON orders (matures_at)
WHERE matures_at IS NOT NULL AND matured_at IS NULL AND has_open_problem = 0;
CREATE INDEX orders_with_address ON orders (fulfilled_at) WHERE address IS NOT NULL;

-- Rules that a checkout could only race past.
CREATE TRIGGER order_opens AFTER INSERT ON orders WHEN NEW.status = 'pending' AND NEW.counted_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'CHECKOUTS_OPEN')
  FROM (SELECT count(*) AS open, sum(product_id = NEW.product_id) AS of_product FROM orders
    WHERE user_id = NEW.user_id AND status IN ('pending', 'failed') AND processing_at IS NULL AND counted_at IS NOT NULL
      AND expires_at > NEW.counted_at)
  WHERE open > 10 OR of_product > 2;
  SELECT RAISE(ABORT, 'PRODUCT_NOT_ON_SALE') WHERE NOT EXISTS (
    SELECT 1 FROM products p JOIN product_variants v ON v.product_id = p.id
    WHERE p.id = NEW.product_id AND v.id = NEW.variant_id AND v.retired_at IS NULL
      AND p.status = 'active' AND p.hidden_at IS NULL AND coalesce(p.available_at, 0) <= NEW.created_at);
  SELECT RAISE(ABORT, 'PER_BUYER_MAX')
  FROM products p WHERE p.id = NEW.product_id AND p.per_buyer_max < (
    SELECT sum(quantity - refunded_quantity) FROM orders
    WHERE user_id = NEW.user_id AND product_id = NEW.product_id AND stream_id IS NEW.stream_id
      AND state NOT IN ('expired', 'cancelled', 'refunded'));
END;
CREATE TRIGGER order_opens_again AFTER UPDATE OF counted_at ON orders
WHEN NEW.status = 'pending' AND NEW.counted_at IS NOT NULL AND OLD.counted_at IS NULL
BEGIN
  SELECT RAISE(ABORT, 'CHECKOUTS_OPEN')
  FROM (SELECT count(*) AS open, sum(product_id = NEW.product_id) AS of_product FROM orders
    WHERE user_id = NEW.user_id AND status IN ('pending', 'failed') AND processing_at IS NULL AND counted_at IS NOT NULL
      AND expires_at > NEW.counted_at)
  WHERE open > 10 OR of_product > 2;
END;

-- What of each seller's sales cannot be cashed out yet: the sum of the orders' held_minor.
CREATE TABLE sales_held (
  seller_id TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  PRIMARY KEY (seller_id, currency)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER order_holds_sales AFTER UPDATE ON orders WHEN NEW.held_minor <> OLD.held_minor
BEGIN
  INSERT INTO sales_held (seller_id, currency, amount_minor) VALUES (NEW.seller_id, NEW.currency, 0)
  ON CONFLICT DO NOTHING;
  UPDATE sales_held SET amount_minor = amount_minor + NEW.held_minor - OLD.held_minor
  WHERE seller_id = NEW.seller_id AND currency = NEW.currency;
END;

-- Each refund that somebody asked for; the provider's own report of it is a claim on the payment.
CREATE TABLE order_refunds (
  id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id),
  quantity INTEGER NOT NULL CHECK (quantity >= 0),
  shipping_minor INTEGER NOT NULL CHECK (shipping_minor >= 0),
  -- What the provider is asked for, tax included.
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  restock INTEGER NOT NULL CHECK (restock IN (0, 1)),
  reason TEXT NOT NULL,
  by TEXT NOT NULL CHECK (by IN ('buyer', 'seller', 'staff', 'system')),
  -- NULL: the platform.
  requested_by TEXT,
  state TEXT NOT NULL CHECK (state IN ('requested', 'done', 'failed')),
  -- The provider's id of the refund.
  claim_id TEXT,
  idempotency_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  done_at INTEGER,
  -- When the sweep sends it again.
  send_at INTEGER,
  UNIQUE (order_id, idempotency_key),
  CHECK ((state = 'requested') = (send_at IS NOT NULL)),
  CHECK ((state = 'requested') = (done_at IS NULL))
) STRICT;
CREATE INDEX order_refunds_to_send ON order_refunds (send_at) WHERE send_at IS NOT NULL;

-- At most one problem an order.
CREATE TABLE order_problems (
  order_id TEXT PRIMARY KEY REFERENCES orders (id),
  kind TEXT NOT NULL CHECK (kind IN ('not_received', 'damaged', 'not_as_described', 'other')),
  text TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'answered', 'resolved')),
  answer TEXT,
  answered_at INTEGER,
  resolution TEXT,
  -- NULL: its buyer confirmed the order.
  resolved_by TEXT,
  resolved_at INTEGER,
  opened_at INTEGER NOT NULL,
  CHECK ((status = 'resolved') = (resolved_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX order_problems_open ON order_problems (opened_at, order_id) WHERE status <> 'resolved';

INSERT INTO ledger_kinds (kind, unit, debit_kind, credit_kind, may_overdraw) VALUES
  ('sale_shipping',       'money', 'clearing', 'sales',    1),
  ('sale_tax',            'money', 'clearing', 'tax',      1),
  ('commission',          'money', 'sales',    'revenue',  1),
  ('sale_refund',         'money', 'sales',    'clearing', 1),
  ('sale_refund_failed',  'money', 'clearing', 'sales',    1),
  ('sale_reversal',       'money', 'sales',    'clearing', 1),
  ('sale_restored',       'money', 'clearing', 'sales',    1),
  ('tax_reversal',        'money', 'tax',      'clearing', 1),
  ('tax_restored',        'money', 'clearing', 'tax',      1),
  ('commission_reversal', 'money', 'revenue',  'sales',    1),
  ('commission_restored', 'money', 'sales',    'revenue',  1);

-- Receipts of orders: the buyer's, numbered as the others are.
CREATE TABLE receipts_2 (
  kind TEXT NOT NULL CHECK (kind IN ('purchase', 'payout', 'order')),
  ref_id TEXT NOT NULL,
  year INTEGER NOT NULL,
  number INTEGER NOT NULL CHECK (number > 0),
  issued_at INTEGER NOT NULL,
  PRIMARY KEY (kind, ref_id),
  UNIQUE (kind, year, number)
) STRICT, WITHOUT ROWID;
INSERT INTO receipts_2 SELECT kind, ref_id, year, number, issued_at FROM receipts;
DROP TRIGGER purchase_paid_gets_a_receipt;
DROP TRIGGER payout_paid_gets_a_receipt;
DROP TABLE receipts;
ALTER TABLE receipts_2 RENAME TO receipts;
CREATE TRIGGER receipt_stays_as_issued BEFORE UPDATE ON receipts
BEGIN
  SELECT RAISE(ABORT, 'RECEIPT_IS_FINAL');
END;
CREATE TRIGGER receipt_stays BEFORE DELETE ON receipts
BEGIN
  SELECT RAISE(ABORT, 'RECEIPT_IS_FINAL');
END;
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
CREATE TRIGGER order_paid_gets_a_receipt AFTER UPDATE OF paid_at ON orders
WHEN NEW.paid_at IS NOT NULL AND OLD.paid_at IS NULL
BEGIN
  INSERT INTO receipts (kind, ref_id, year, number, issued_at)
  SELECT 'order', NEW.id, of_year.year, coalesce(
    (SELECT max(number) FROM receipts WHERE kind = 'order' AND year = of_year.year), 0) + 1, NEW.paid_at
  FROM (SELECT CAST(strftime('%Y', NEW.paid_at / 1000, 'unixepoch') AS INTEGER) AS year) of_year;
END;

-- The rules of the shop. Versions from before have them too, though nothing was sold under them.
DROP TRIGGER economy_version_is_never_changed;
UPDATE economy_versions SET config = json_insert(config, '$.limits.shop', json('{
  "commissionBasisPoints": 1000, "maturingDays": 14, "confirmedDays": 3, "currencies": []
}'));
CREATE TRIGGER economy_version_is_never_changed BEFORE UPDATE ON economy_versions
BEGIN
  SELECT RAISE(ABORT, 'ECONOMY_VERSION_IMMUTABLE');
END;
