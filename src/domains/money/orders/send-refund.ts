/**
 * Sends refunds to the provider and books what it answers. It may run twice and at once: the provider knows a refund by
 * our id of it, its report is one claim, and the row ends once.
 */
import { and, asc, eq, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import type { RefundReport } from '@/contracts/payments';
import { commitIfMet, NOTHING, requireChange } from '@/db/commit';
import { int } from '@/db/sql';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { applyPaymentEvent } from '@/domains/money/payments/apply';
import { HeldForStaff } from '@/domains/money/payments/held';
import { restock } from '@/domains/money/products/stock';
import { AppError } from '@/http/errors';
import { paymentProviderError } from '@/providers/payment-errors';
import { HOUR_MS } from '@/shared/time';
import { giveBackFailed } from './failed-later';
import { orderPayments } from './order-payments';
import { FIRST_SEND_MS } from './refund';
import { failedNotices, refundedNotice } from './sold-notices';
import { type OrderRow, orderRefunds, orders, type RefundRow } from './tables';

const DELAY_MS_MAX = HOUR_MS;
/** The most messages that a queue accepts at once. */
const QUEUED_MAX = 100;

/** Throws PAYMENT_UNAVAILABLE if the outcome is unknown and it must be tried again. */
export async function sendRefund(
  ctx: Context,
  { refundId }: Extract<TaskMessage, { type: 'refund-order' }>,
): Promise<void> {
  const [row] = await ctx.db
    .select({ refund: orderRefunds, order: orders })
    .from(orderRefunds)
    .innerJoin(orders, eq(orders.id, orderRefunds.orderId))
    .where(and(eq(orderRefunds.id, refundId), eq(orderRefunds.state, 'requested')));
  // While a bank disputes the payment, the provider refuses refunds: the sweep asks again later.
  if (!row || row.order.status === 'disputed') return;
  const { refund, order } = row;
  const report = await askProvider(ctx, refund, order);
  if (report === undefined) return fail(ctx, refund, order);
  try {
    await applyPaymentEvent(ctx, { orders: orderPayments }, order.provider, report);
  } catch (error) {
    if (!(error instanceof HeldForStaff)) throw error;
    ctx.log.fault(`refund ${refund.id}`, error);
    return;
  }
  return report.state === 'failed' ? fail(ctx, refund, order) : finish(ctx, refund, order, report.claimId);
}

/** Undefined if the provider will never make this refund. */
async function askProvider(
  ctx: Context,
  { id: refundId, amountMinor }: RefundRow,
  { id: purchaseId, provider, paymentId, currency }: OrderRow,
): Promise<RefundReport | undefined> {
  const asked = ctx.payments.of(provider);
  if (!asked || paymentId === null) throw paymentProviderError('PAYMENT_UNAVAILABLE');
  try {
    return await asked.refund({ refundId, purchaseId, paymentId, amountMinor, currency });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'PAYMENT_REFUSED') throw error;
    ctx.log.fault(`refund ${refundId}`, error);
    return undefined;
  }
}

const isRequested = ({ id }: RefundRow) => and(eq(orderRefunds.id, id), eq(orderRefunds.state, 'requested'));

/** The pieces of refunds that were made. Others are only asked for, and may fail. */
const piecesBack = sql`(SELECT sum(r.quantity) FROM ${orderRefunds} r WHERE r.order_id = orders.id AND r.state = 'done')`;

async function finish(ctx: Context, refund: RefundRow, order: OrderRow, claimId: string): Promise<void> {
  const { productId, variantId } = order;
  // For a payment that came too late, no piece was taken.
  const returns = refund.restock && refund.quantity > 0 && order.stockState !== 'none';
  const stock = returns ? restock(ctx, { productId, variantId, quantity: refund.quantity }) : NOTHING;
  const done = { state: 'done', claimId, doneAt: ctx.now(), sendAt: null } as const;
  const isDone = await commitIfMet(
    ctx,
    [
      ctx.db.update(orderRefunds).set(done).where(isRequested(refund)),
      requireChange(ctx),
      ctx.db
        .update(orders)
        .set({
          refundingMinor: sql`refunding_minor - ${int(refund.amountMinor)}`,
          version: sql`version + 1`,
          ...(returns ? { stockState: sql`iif(${piecesBack} = quantity, 'returned', stock_state)` } : {}),
        })
        .where(eq(orders.id, order.id)),
      ...stock.statements,
      // The report that it failed after all may have come before the answer.
      ...giveBackFailed(ctx, order.id),
    ],
    { events: [refundedNotice(order, refund), ...stock.events] },
  );
  if (isDone) ctx.log.event('order.refunded', { orderId: order.id, refundId: refund.id });
}

/** The pieces and the shipping can be refunded again. */
async function fail(ctx: Context, refund: RefundRow, order: OrderRow): Promise<void> {
  const failed = { state: 'failed', doneAt: ctx.now(), sendAt: null } as const;
  const hasFailed = await commitIfMet(
    ctx,
    [
      ctx.db.update(orderRefunds).set(failed).where(isRequested(refund)),
      requireChange(ctx),
      ctx.db
        .update(orders)
        .set({
          refundedQuantity: sql`refunded_quantity - ${int(refund.quantity)}`,
          refundedShippingMinor: sql`refunded_shipping_minor - ${int(refund.shippingMinor)}`,
          refundingMinor: sql`refunding_minor - ${int(refund.amountMinor)}`,
          version: sql`version + 1`,
        })
        .where(eq(orders.id, order.id)),
    ],
    { events: [...failedNotices(order, refund), ...(order.cancelledAt === null ? [] : [waitsForStaff(order)])] },
  );
  if (hasFailed) ctx.log.event('order.refund-failed', { orderId: order.id, refundId: refund.id });
}

/** Nobody else may look at a cancelled order again, and its buyer waits for the money. */
function waitsForStaff({ id, sellerId }: OrderRow) {
  return staffEvent('order-refund', { id, subjectId: sellerId });
}

/** Run by the cron every minute: queues refunds again that have not ended. */
export async function sendRefunds(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  const due = ctx.db
    .select({ id: orderRefunds.id })
    .from(orderRefunds)
    .where(and(isNotNull(orderRefunds.sendAt), lte(orderRefunds.sendAt, now)))
    .orderBy(asc(orderRefunds.sendAt))
    .limit(QUEUED_MAX);
  // Waits as long again as it has already waited, so each delay is about twice the previous one.
  const delayMs = sql`min(${int(DELAY_MS_MAX)}, max(${int(FIRST_SEND_MS)}, ${int(now)} - ${orderRefunds.createdAt}))`;
  // Claimed and read in one statement, so that two concurrent sweeps never queue the same refund.
  const claimed = await ctx.db
    .update(orderRefunds)
    .set({ sendAt: sql`${int(now)} + ${delayMs}` })
    .where(inArray(orderRefunds.id, due))
    .returning({ id: orderRefunds.id });
  if (claimed.length === 0) return false;
  await ctx.queues.tasks.sendBatch(claimed.map(({ id }) => ({ body: { type: 'refund-order', refundId: id } })));
  ctx.log.event('refunds.requeued', { count: claimed.length });
  return claimed.length === QUEUED_MAX;
}
