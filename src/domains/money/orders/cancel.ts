/**
 * A buyer cancels. The checkout of an unpaid order ends at the provider, and only its word that nobody can pay returns
 * the stock. A paid order that was not fulfilled gets all of its money back.
 */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { requireThat } from '@/db/commit';
import { applyPaymentEvent } from '@/domains/money/payments/apply';
import { isOfOnePayment, type OnePaymentEvent } from '@/domains/money/payments/facts';
import { HeldForStaff } from '@/domains/money/payments/held';
import type { PaymentKinds } from '@/domains/money/payments/kinds';
import { paymentProviderError } from '@/providers/payment-errors';
import type { Actor } from '@/shared/actor';
import { en } from '@/texts/en';
import { orderError } from './errors';
import { orderPayments, settleOrder } from './order-payments';
import { getBoughtOrder } from './own-orders';
import { presentOrder } from './present';
import { keyOf, refundWhole } from './refund';
import type { Order } from './schemas';
import { paysOthersShipping } from './shipping-excess';
import type { OrderRow } from './tables';

/** An order that ends with this event was cancelled by its buyer. */
const CANCELLED: PaymentKinds = {
  orders: {
    ...orderPayments,
    settle: (ctx, order, settlement) => settleOrder(ctx, order as OrderRow, settlement, 'buyer'), // found by orderPayments
  },
};

/**
 * Answers the order as it is then; cancelling it again changes nothing. Throws ORDER_NOT_FOUND, ORDER_NOT_CANCELLABLE,
 * SHIPPING_SHARED, ORDER_BEING_PAID, CHECKOUT_STAYS_OPEN, PAYMENT_UNAVAILABLE, and as `refundWhole`.
 */
export async function cancelOrder(ctx: Context, buyer: Actor, id: string): Promise<z.input<typeof Order>> {
  const [found, { isShared }] = await Promise.all([
    getBoughtOrder(ctx, buyer, id),
    ctx.db.get<{ isShared: number }>(sql`SELECT ${paysOthersShipping(id)} AS isShared`),
  ]);
  const { order, reader } = found;
  if (order.state === 'cancelled') return presentOrder(ctx, found, reader);
  if (order.state === 'pending') await cancelUnpaid(ctx, order);
  else if (!isToBeFulfilled(order)) throw orderError('ORDER_NOT_CANCELLABLE');
  else if (isShared === 1) throw orderError('SHIPPING_SHARED');
  else await cancelPaid(ctx, order);
  const after = await getBoughtOrder(ctx, buyer, id);
  // The payment was faster. If the hold ended meanwhile, the order is over too.
  if (after.order.state !== 'cancelled' && after.order.state !== 'expired') throw orderError('ORDER_BEING_PAID');
  return presentOrder(ctx, after, reader);
}

/** Paid, and the seller has done nothing for it yet. */
function isToBeFulfilled({ state, fulfilledAt }: OrderRow): boolean {
  return (state === 'paid' || state === 'partially_refunded') && fulfilledAt === null;
}

/** Fails with ORDER_CHANGED if the order was shipped meanwhile, or another one began to share its shipping. */
function cancelPaid(ctx: Context, order: OrderRow) {
  const isShared = paysOthersShipping(order.id);
  return refundWhole(
    ctx,
    order,
    {
      ...{ by: 'buyer', requestedBy: order.userId, once: keyOf('cancel'), restock: true, cancels: true },
      reason: en.reasons.cancelledByBuyer,
    },
    () => [requireThat(ctx, sql`NOT ${isShared}`)],
  );
}

async function cancelUnpaid(ctx: Context, order: OrderRow): Promise<void> {
  if (order.status === 'processing') throw orderError('ORDER_BEING_PAID');
  const outcome = await endCheckout(ctx, order);
  if (!outcome || outcome.type === 'failed') throw orderError('CHECKOUT_STAYS_OPEN');
  try {
    await applyPaymentEvent(ctx, CANCELLED, order.provider, outcome);
  } catch (error) {
    if (!(error instanceof HeldForStaff)) throw error;
    // Its webhook leaves the same event to staff.
    ctx.log.event('payment.held', { paysFor: 'orders', purchaseId: order.id, because: error.message });
  }
}

/** Throws PAYMENT_UNAVAILABLE. Undefined if the provider cannot end the checkout, and it is still open. */
async function endCheckout(ctx: Context, { id, provider, checkoutId }: OrderRow): Promise<OnePaymentEvent | undefined> {
  // No buyer was ever sent to a checkout.
  if (checkoutId === null) return { type: 'expired', purchaseId: id, paymentId: null };
  const asked = ctx.payments.of(provider);
  if (!asked) throw paymentProviderError('PAYMENT_UNAVAILABLE');
  const outcome = await asked.endCheckout(id, checkoutId);
  return outcome && isOfOnePayment(outcome) ? outcome : undefined;
}
