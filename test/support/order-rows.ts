/** Orders for tests of figures, put straight into the database. */
import { env } from 'cloudflare:workers';
import { newId } from '@/shared/ids';

interface Given {
  readonly productId?: string;
  readonly streamId?: string | null;
  readonly buyerId?: string;
  readonly unitMinor?: number;
  readonly quantity?: number;
  readonly shippingMinor?: number;
  readonly currency?: string;
  /** Null: its checkout has expired. */
  readonly paidAt?: number | null;
}

/** An order that nobody paid through the API. Its transfers are missing, so a proof of the ledger would find it. */
export async function anOrder(sellerId: string, given: Given = {}): Promise<string> {
  const { productId = newId(), streamId = null, buyerId = newId(), unitMinor = 1_000, quantity = 1 } = given;
  const { shippingMinor = 0, currency = 'USD', paidAt = null } = given;
  const id = newId();
  const itemsMinor = unitMinor * quantity;
  await env.DB.prepare(
    `INSERT INTO orders (id, number, user_id, seller_id, stream_id, product_id, variant_id, title, options, kind, unit_minor,
       quantity, items_minor, shipping_minor, shipping_full_minor, commission_minor, economy_version, amount_minor, currency,
       status, provider, success_url, cancel_url, idempotency_key, body_hash, created_at, expires_at, paid_at, hold_until,
       stock_state)
     SELECT ?1, ?1, ?2, ?3, ?4, ?5, ?5, 'A mug', '{}', 'physical', ?6, ?7, ?8, ?9, ?9, 0, max(version), ?10, ?11, ?12,
       'sandbox', '', '', ?1, '', 0, 0, ?13, 0, ?14 FROM economy_versions`,
  )
    .bind(
      ...[id, buyerId, sellerId, streamId, productId, unitMinor, quantity, itemsMinor, shippingMinor],
      ...[itemsMinor + shippingMinor, currency, paidAt === null ? 'expired' : 'paid', paidAt],
      paidAt === null ? 'returned' : 'sold',
    )
    .run();
  return id;
}
