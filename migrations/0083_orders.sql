-- What a buyer paid in a show, for shipping that is paid once.

CREATE INDEX orders_paid_of_show ON orders (stream_id, user_id, seller_id) WHERE stream_id IS NOT NULL AND paid_at IS NOT NULL;
