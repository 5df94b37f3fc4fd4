/** Staff decide on a buyer's problem, with or without a refund. */
import type { z } from '@hono/zod-openapi';
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireChange } from '@/db/commit';
import { requireStaff } from '@/domains/base/permissions/rank';
import type { Once } from '@/http/idempotency';
import type { Actor } from '@/shared/actor';
import { getDecidable, logOrder, readAtDesk } from './desk';
import { requestRefund, resolveProblem } from './refund';
import { inputOf } from './refund-order';
import { soldError } from './sold-errors';
import { resolvedNotices } from './sold-notices';
import type { ProblemDecision } from './sold-schemas';
import { orders } from './tables';

/**
 * A repeat changes nothing. Throws ORDER_NOT_FOUND, OWN_ORDER, ORDER_OUT_OF_REACH, PROBLEM_NOT_FOUND, PROBLEM_RESOLVED
 * and as `requestRefund`.
 */
export async function decideProblem(
  ctx: Context,
  actor: Actor,
  id: string,
  { resolution, refund }: z.output<typeof ProblemDecision>,
  once: Once,
) {
  const { order, problem } = await getDecidable(ctx, actor, id);
  if (!problem) throw soldError('PROBLEM_NOT_FOUND');
  const { userId } = actor;
  const logged = { action: 'order.problem', reason: resolution };
  if (refund) {
    const { restock } = refund;
    const asked = { by: 'staff', requestedBy: userId, once, restock, reason: resolution, resolution } as const;
    await requestRefund(ctx, order, inputOf(order, refund), asked, (now, parts) => [
      requireStaff(ctx, actor),
      logOrder(ctx, actor, now, { ...logged, after: parts }),
    ]);
    return readAtDesk(ctx, id);
  }
  if (problem.status === 'resolved') {
    if (problem.resolvedBy !== userId || problem.resolution !== resolution) throw soldError('PROBLEM_RESOLVED');
    return readAtDesk(ctx, id);
  }
  const isOpen = and(eq(orders.id, id), eq(orders.hasOpenProblem, true));
  const isDecided = await commitIfMet(
    ctx,
    [
      requireStaff(ctx, actor),
      ctx.db.update(orders).set({ hasOpenProblem: false }).where(isOpen),
      requireChange(ctx),
      ...resolveProblem(ctx, id, { resolution, resolvedBy: userId }),
      logOrder(ctx, actor, order, logged),
    ],
    { events: resolvedNotices(order, 'staff', resolution) },
  );
  if (!isDecided) throw soldError('PROBLEM_RESOLVED');
  ctx.log.event('order.problem-resolved', { orderId: id });
  return readAtDesk(ctx, id);
}
