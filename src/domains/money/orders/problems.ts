/**
 * A buyer reports a problem with an order, which holds the seller's money until it is resolved. The seller answers, and
 * then staff decide; they are also asked if the seller does not answer.
 */
import { and, eq, inArray, isNull, lte, ne, notInArray, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import type { Actor } from '@/shared/actor';
import { DAY_MS } from '@/shared/time';
import { getBoughtOrder, getSoldOrder, readOrderAs, requireGoingOn } from './own-orders';
import { soldError } from './sold-errors';
import { answeredNotice, problemNotice } from './sold-notices';
import { orderProblems, orders, type ProblemRow } from './tables';

const REPORTED_WITHIN_MS = 30 * DAY_MS;
const ANSWERED_WITHIN_MS = 3 * DAY_MS;
const ASKED_AT_ONCE = 50;

/**
 * Throws ORDER_NOT_FOUND, ORDER_NOT_PAID, ORDER_ENDED, ORDER_DISPUTED, PROBLEM_EXISTS, PROBLEM_TOO_LATE, ORDER_CHANGED.
 */
export async function openProblem(ctx: Context, actor: Actor, id: string, input: Pick<ProblemRow, 'kind' | 'text'>) {
  const { order, problem } = await getBoughtOrder(ctx, actor, id);
  if (problem) throw soldError('PROBLEM_EXISTS');
  requireGoingOn(order);
  if (order.status === 'disputed') throw soldError('ORDER_DISPUTED');
  const now = ctx.now();
  if (now > (order.fulfilledAt ?? order.paidAt ?? now) + REPORTED_WITHIN_MS) throw soldError('PROBLEM_TOO_LATE');
  const goesOn = and(
    ...[eq(orders.id, id), isNull(orders.cancelledAt), eq(orders.hasOpenProblem, false)],
    notInArray(orders.status, ['disputed', 'refunded', 'charged_back']),
  );
  await commit(
    ctx,
    [
      ctx.db.update(orders).set({ hasOpenProblem: true }).where(goesOn),
      requireChange(ctx),
      ctx.db.insert(orderProblems).values({ ...input, orderId: id, status: 'open', openedAt: now }),
    ],
    {
      events: [problemNotice(order)],
      refusals: {
        'order_problems.order_id': () => soldError('PROBLEM_EXISTS'),
        DEMAND_NOT_MET: () => soldError('ORDER_CHANGED'),
      },
    },
  );
  ctx.log.event('order.problem', { orderId: id, kind: input.kind });
  return readOrderAs(ctx, actor, id, 'buyer');
}

/** A repeat replaces the answer. Throws ORDER_NOT_FOUND, PROBLEM_NOT_FOUND, PROBLEM_RESOLVED. */
export async function answerProblem(ctx: Context, actor: Actor, id: string, answer: string) {
  const { order, problem } = await getSoldOrder(ctx, actor, id);
  if (!problem) throw soldError('PROBLEM_NOT_FOUND');
  if (problem.status === 'resolved') throw soldError('PROBLEM_RESOLVED');
  const now = ctx.now();
  const isNews = and(
    eq(orderProblems.orderId, id),
    ne(orderProblems.status, 'resolved'),
    sql`${orderProblems.answer} IS NOT ${answer}`,
  );
  await commit(
    ctx,
    [
      ctx.db
        .update(orderProblems)
        .set({ status: 'answered', answer, answeredAt: now, staffAskedAt: now })
        .where(isNews),
    ],
    {
      events: [answeredNotice(order), staffEvent('order-problem', { id, subjectId: order.sellerId })],
    },
  );
  return readOrderAs(ctx, actor, id, 'seller');
}

/** Run by the cron every minute: staff decide where the seller has not answered in time. */
export async function askStaffAboutProblems(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  // As in the index `order_problems_unanswered`.
  const waits = and(
    sql`${orderProblems.status} = 'open'`,
    isNull(orderProblems.staffAskedAt),
    lte(orderProblems.openedAt, now - ANSWERED_WITHIN_MS),
  );
  const due = await ctx.db
    .select({ orderId: orderProblems.orderId, sellerId: orders.sellerId })
    .from(orderProblems)
    .innerJoin(orders, eq(orders.id, orderProblems.orderId))
    .where(waits)
    .limit(ASKED_AT_ONCE);
  if (due.length === 0) return false;
  const those = inArray(
    orderProblems.orderId,
    due.map(({ orderId }) => orderId),
  );
  await commit(ctx, [ctx.db.update(orderProblems).set({ staffAskedAt: now }).where(and(those, waits))], {
    events: due.map(({ orderId, sellerId }) =>
      staffEvent('order-problem', { id: orderId, subjectId: sellerId, note: 'unanswered' }),
    ),
  });
  return due.length === ASKED_AT_ONCE;
}
