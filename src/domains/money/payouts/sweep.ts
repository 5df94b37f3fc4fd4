/** Run by the cron every minute: queues approved payouts again that have not ended. */
import { and, asc, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';
import { payouts } from './tables';

/** After this long, a message without effect is lost, or its consumer died. */
const FIRST_DELAY_MS = 2 * MINUTE_MS;
const DELAY_MS_MAX = HOUR_MS;
/** The most messages that a queue accepts at once. */
const REQUEUED_MAX = 100;

/** @param decidedAt milliseconds */
export function firstSendAt(decidedAt: number): number {
  return decidedAt + FIRST_DELAY_MS;
}

export async function requeuePayouts(ctx: Context): Promise<void> {
  const now = ctx.now();
  const due = ctx.db
    .select({ id: payouts.id })
    .from(payouts)
    .where(and(isNotNull(payouts.sendAt), lte(payouts.sendAt, now)))
    .orderBy(asc(payouts.sendAt))
    .limit(REQUEUED_MAX);
  // Waits as long again as it has already waited, so each delay is about twice the previous one.
  const delayMs = sql`min(${DELAY_MS_MAX}, max(${FIRST_DELAY_MS}, ${now} - ${payouts.decidedAt}))`;
  // Claimed and read in one statement, so that two concurrent sweeps never queue the same payout.
  const claimed = await ctx.db
    .update(payouts)
    .set({ sendAt: int(sql`${now} + ${delayMs}`) })
    .where(inArray(payouts.id, due))
    .returning({ id: payouts.id });
  if (claimed.length === 0) return;
  await ctx.queues.payouts.sendBatch(claimed.map(({ id }) => ({ body: { payoutId: id } })));
  ctx.log.event('payouts.requeued', { count: claimed.length });
}
