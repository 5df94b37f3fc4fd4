/**
 * Several orders of a buyer, a seller and a show pay shipping once. Two that were open at the same time may both have
 * paid it: the batch that makes the later one paid also asks for a refund of what was too much.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { NOTHING, type Plan } from '@/db/commit';
import { int } from '@/db/sql';
import { newId } from '@/shared/ids';
import { shareInSql } from './money-in-sql';
import { FIRST_SEND_MS, keyOf } from './refund';
import { type OrderRow, orderRefunds, orders } from './tables';

/**
 * The largest full shipping among the buyer's other paid orders of the show in the same currency, which count towards
 * each other.
 */
export function largestPaidShipping(show: {
  readonly streamId: SQL | string;
  readonly userId: SQL | string;
  readonly sellerId: SQL | string;
  readonly currency: SQL | string;
  readonly exceptId?: SQL | string;
}): SQL<number> {
  return sql<number>`(SELECT coalesce(max(paid.shipping_full_minor), 0) FROM ${orders} paid
    WHERE paid.stream_id = ${show.streamId} AND paid.user_id = ${show.userId} AND paid.seller_id = ${show.sellerId}
      AND paid.currency = ${show.currency} AND paid.id <> ${show.exceptId ?? ''}
      AND paid.paid_at IS NOT NULL AND paid.state NOT IN ('cancelled', 'refunded'))`;
}

/**
 * Whether the order paid shipping, and another of the buyer's orders of the show pays less than its own because of that.
 * Without this order, the other one would be shipped for less than it costs. The plus makes SQLite find the other orders
 * by their buyer, who has few, and not by their show.
 */
export function paysOthersShipping(orderId: string): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${orders} o CROSS JOIN ${orders} other ON other.user_id = o.user_id
      AND +other.stream_id = o.stream_id AND +other.seller_id = o.seller_id AND other.currency = o.currency
    WHERE o.id = ${orderId} AND o.shipping_minor > 0 AND other.id <> o.id
      AND other.shipping_minor - other.refunded_shipping_minor < other.shipping_full_minor
      AND other.state NOT IN ('cancelled', 'expired', 'refunded'))`;
}

/** For the batch that makes the order paid, after the order's own change. */
export function refundShippingExcess(ctx: Context, { id, streamId, shippingMinor }: OrderRow): Plan {
  if (streamId === null || shippingMinor === 0) return NOTHING;
  const refundId = newId();
  const now = ctx.now();
  const { idempotencyKey, bodyHash } = keyOf('shipping');
  const others = largestPaidShipping({
    ...{ streamId: sql`o.stream_id`, userId: sql`o.user_id`, sellerId: sql`o.seller_id`, currency: sql`o.currency` },
    exceptId: sql`o.id`,
  });
  const gross = sql`excess + ${shareInSql(sql`tax_minor`, sql`excess`, sql`(items_minor + shipping_minor)`)}`;
  return {
    statements: [
      ctx.db.run(sql`
        INSERT INTO ${orderRefunds} (id, order_id, quantity, shipping_minor, amount_minor, restock, reason, by, state,
          idempotency_key, body_hash, created_at, send_at)
        SELECT ${refundId}, id, 0, excess, min(amount_minor - reversed_minor, ${gross}), 0,
          'Shipping was paid with another order of this show.', 'system', 'requested', ${idempotencyKey}, ${bodyHash}, ${int(now)},
          ${int(now + FIRST_SEND_MS)}
        FROM (SELECT o.id, o.tax_minor, o.items_minor, o.shipping_minor, o.amount_minor, o.reversed_minor,
            o.shipping_minor - max(0, o.shipping_full_minor - ${others}) AS excess
          FROM ${orders} o WHERE o.id = ${id})
        WHERE excess > 0 AND amount_minor > reversed_minor`),
      ctx.db.run(sql`
        UPDATE ${orders} SET refunding_minor = refunding_minor + refund.amount_minor,
          refunded_shipping_minor = refunded_shipping_minor + refund.shipping_minor
        FROM ${orderRefunds} refund WHERE refund.id = ${refundId} AND orders.id = refund.order_id`),
    ],
    // If there is no such refund, nothing is left to do.
    events: [{ kind: 'task', task: { type: 'refund-order', refundId } }],
  };
}
