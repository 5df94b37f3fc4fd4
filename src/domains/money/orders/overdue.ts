/** Orders that are not shipped: after a week their seller is reminded, after two the money goes back. */
import { and, asc, eq, inArray, isNull, lte, notInArray, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { AppError } from '@/http/errors';
import { DAY_MS } from '@/shared/time';
import { en } from '@/texts/en';
import { leftOf } from './judge-refund';
import { keyOf, refundWhole } from './refund';
import { cancelledNotices, reminderNotice } from './sold-notices';
import { type OrderRow, orders } from './tables';

const REMINDED_AFTER_MS = 7 * DAY_MS;
const RETURNED_AFTER_MS = 14 * DAY_MS;
const REMINDED_AT_ONCE = 50;
/** Each takes some ten statements. */
const RETURNED_AT_ONCE = 10;

/** As in the indexes `orders_to_fulfil` and `orders_to_remind`. */
const isUnshipped = sql`${orders.paidAt} IS NOT NULL AND ${orders.fulfilledAt} IS NULL AND ${orders.cancelledAt} IS NULL
  AND ${orders.confirmedAt} IS NULL`;

/** Run by the cron every minute. Each seller is reminded of an order once. @returns whether there may be more */
export async function remindSellers(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  const isDue = and(isUnshipped, isNull(orders.remindedAt), lte(orders.paidAt, now - REMINDED_AFTER_MS));
  const due = await ctx.db.select().from(orders).where(isDue).orderBy(asc(orders.paidAt)).limit(REMINDED_AT_ONCE);
  if (due.length === 0) return false;
  const those = inArray(
    orders.id,
    due.map(({ id }) => id),
  );
  await commit(ctx, [ctx.db.update(orders).set({ remindedAt: now }).where(and(those, isDue))], {
    events: due.filter(({ status }) => status === 'paid' || status === 'partially_refunded').map(reminderNotice),
  });
  return due.length === REMINDED_AT_ONCE;
}

/** Run by the cron every minute. Disputed orders wait for the bank. @returns whether there may be more */
export async function returnUnshipped(ctx: Context): Promise<boolean> {
  const due = await ctx.db
    .select()
    .from(orders)
    .where(and(isUnshipped, lte(orders.paidAt, ctx.now() - RETURNED_AFTER_MS), notInArray(orders.status, ['disputed'])))
    .orderBy(asc(orders.paidAt))
    .limit(RETURNED_AT_ONCE);
  let returned = 0;
  for (const order of due)
    try {
      await giveBack(ctx, order);
      returned += 1;
    } catch (error) {
      // It was shipped, refunded or disputed meanwhile: the next run looks again.
      if (error instanceof AppError) ctx.log.warning(`order ${order.id}`, error.code);
      else ctx.log.fault(`order ${order.id}`, error);
    }
  return returned === RETURNED_AT_ONCE;
}

async function giveBack(ctx: Context, order: OrderRow): Promise<void> {
  if (leftOf(order).amountMinor === 0) return cancelRefunded(ctx, order);
  await refundWhole(ctx, order, {
    ...{ by: 'system', requestedBy: null, once: keyOf('unshipped'), restock: true, cancels: true },
    reason: en.reasons.unshipped,
  });
}

/** All of it was given back already, such as by the provider's own site. */
async function cancelRefunded(ctx: Context, order: OrderRow): Promise<void> {
  const isOpen = and(eq(orders.id, order.id), isNull(orders.cancelledAt), isNull(orders.fulfilledAt));
  const cancelled = { cancelledAt: ctx.now(), cancelledBy: 'system' } as const;
  await commit(ctx, [ctx.db.update(orders).set(cancelled).where(isOpen)], {
    events: cancelledNotices(order, 'system'),
  });
}
