/**
 * Follows a reversal beyond the creators' balances: to rewards that were not deserved without it, and to exchanges that
 * spent the diamonds. An undone exchange reverses its own lot, so the reversal goes on to whoever earned by those coins.
 *
 * Runs in the `tasks` queue, a page of creators at a time. Each step marks in its own batch what it has done, so a
 * repeated message continues where the last one stopped.
 */

import { and, asc, eq, gt } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { noticeTo } from '@/contracts/notification-data';
import { commitIfMet, requireChange } from '@/db/commit';
import { followExchanges } from './follow-exchanges';
import { reviewRewards } from './review-rewards';
import { type EarningReversalRow, earningReversals } from './tables';

const CREATORS_AT_ONCE = 20;

export async function followReversal(
  ctx: Context,
  { changeId, after }: { readonly changeId: string; readonly after: number },
): Promise<void> {
  const rows = await ctx.db
    .select()
    .from(earningReversals)
    .where(and(eq(earningReversals.changeId, changeId), gt(earningReversals.leg, after)))
    .orderBy(asc(earningReversals.leg))
    .limit(CREATORS_AT_ONCE);
  for (const row of rows) {
    await notifyCreator(ctx, row);
    const rewards = await reviewRewards(ctx, row.userId, row.createdAt);
    await followExchanges(ctx, {
      ...row,
      diamonds: row.diamonds + rewards,
      mark: (from, to) => markFollowed(ctx, row, from, to),
    });
  }
  const last = rows[CREATORS_AT_ONCE - 1];
  if (last) await ctx.queues.tasks.send({ type: 'follow-reversal', changeId, after: last.leg });
}

function markFollowed(ctx: Context, { changeId, leg }: EarningReversalRow, from: number, to: number): Statement {
  return ctx.db
    .update(earningReversals)
    .set({ followed: to })
    .where(
      and(eq(earningReversals.changeId, changeId), eq(earningReversals.leg, leg), eq(earningReversals.followed, from)),
    );
}

async function notifyCreator(ctx: Context, { changeId, leg, userId, diamonds, restored }: EarningReversalRow) {
  const isUnnotified = and(
    eq(earningReversals.changeId, changeId),
    eq(earningReversals.leg, leg),
    eq(earningReversals.notified, false),
  );
  const kind = restored ? 'earnings-restored' : 'earnings-reversed';
  await commitIfMet(
    ctx,
    [ctx.db.update(earningReversals).set({ notified: true }).where(isUnnotified), requireChange(ctx)],
    { events: [noticeTo(userId, kind, { reversalId: changeId, diamonds })] },
  );
}
