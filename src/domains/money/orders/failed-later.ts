/**
 * Refunds that the provider made, and that came back days later. Their pieces can be refunded again, except those that
 * are in stock again: for them only the amount is still owed.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { paymentClaims } from '@/domains/money/payments/tables';
import { orderRefunds, orders } from './tables';

/**
 * For the batch that stores an order's claims, after them: what these refunds gave back can be refunded again. Changes
 * nothing a second time.
 */
export function giveBackFailed(ctx: Context, orderId: string): Statement[] {
  const failed = sql`order_refunds.order_id = ${orderId} AND order_refunds.state = 'done' AND EXISTS (
    SELECT 1 FROM ${paymentClaims} claim
    WHERE claim.purchase_id = ${orderId} AND claim.claim_id = order_refunds.claim_id AND claim.state = 'failed')`;
  const sumOf = (what: SQL) => sql`(SELECT coalesce(sum(${what}), 0) FROM ${orderRefunds} WHERE ${failed})`;
  return [
    ctx.db.run(sql`
      UPDATE ${orders} SET refunded_quantity = refunded_quantity - ${sumOf(sql`iif(restock = 1, 0, quantity)`)},
        refunded_shipping_minor = refunded_shipping_minor - ${sumOf(sql`shipping_minor`)}
      WHERE id = ${orderId}`),
    ctx.db.run(sql`UPDATE ${orderRefunds} SET state = 'failed' WHERE ${failed}`),
  ];
}
