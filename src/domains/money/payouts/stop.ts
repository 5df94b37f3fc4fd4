/**
 * Stops payouts of a creator who must not be paid, such as after a ban. A payout that the provider may have is looked up
 * first: what was sent is paid, and only what certainly was not sent is given back.
 */
import { and, eq, inArray, isNotNull, isNull, not } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { AppError } from '@/http/errors';
import { isStillCreator } from './eligible';
import { returnPayout } from './finish';
import { LAST_CALL_MS } from './sending-window';
import { type PayoutRow, type PayoutStatus, payouts } from './tables';

/** More than the daily limits let anyone open. */
const PAYOUTS_MAX = 1_000;

const APPROVED: PayoutStatus[] = ['approved', 'processing'];

/**
 * Gives back what was approved and not sent. What is only requested stays: nobody can approve it before the creator can
 * be paid again. An approved bank transfer stays too, marked as stopped: staff may have sent it already, so only they
 * know whether to mark it as paid or to reject it. Safe to repeat and to run at the same time as a decision. Payouts at
 * the provider follow within minutes, from the queue.
 * @param because a sentence for the creator
 */
export async function stopPayouts(ctx: Context, userId: string, because: string): Promise<void> {
  const isApproved = and(eq(payouts.userId, userId), inArray(payouts.status, APPROVED));
  for (const payout of await ctx.db.select().from(payouts).where(isApproved).limit(PAYOUTS_MAX))
    if (payout.method === 'stripe') await stopPayout(ctx, payout, because);
  const isRunning = and(isTransferOf(userId), isNull(payouts.stoppedAt), not(isStillCreator(userId)));
  await commit(ctx, [ctx.db.update(payouts).set({ stoppedAt: ctx.now() }).where(isRunning)]);
}

/** Staff may send bank transfers again that were stopped. Safe to repeat: does nothing unless the creator can be paid. */
export async function resumePayouts(ctx: Context, userId: string): Promise<void> {
  const isStopped = and(isTransferOf(userId), isNotNull(payouts.stoppedAt), isStillCreator(userId));
  await commit(ctx, [ctx.db.update(payouts).set({ stoppedAt: null }).where(isStopped)]);
}

function isTransferOf(userId: string) {
  return and(eq(payouts.userId, userId), eq(payouts.method, 'bank'), eq(payouts.status, 'approved'));
}

/** Does nothing to a payout that moved on meanwhile: the sender and the approval check the creator again. */
export async function stopPayout(ctx: Context, payout: PayoutRow, because: string): Promise<void> {
  if (payout.status === 'processing') return stopSending(ctx, payout, because);
  const decidedAt = payout.decidedAt ?? ctx.now();
  await ignoringDecided(returnPayout(ctx, payout, { decidedAt, reason: because }));
}

/** A call to the provider may be in progress: nothing is given back until it must have ended. */
async function stopSending(ctx: Context, { id }: PayoutRow, because: string): Promise<void> {
  const now = ctx.now();
  const isRunning = and(eq(payouts.id, id), eq(payouts.status, 'processing'), isNull(payouts.stoppedAt));
  await commit(ctx, [
    ctx.db
      .update(payouts)
      .set({ stoppedAt: now, sendAt: now + LAST_CALL_MS, reason: because })
      .where(isRunning),
  ]);
  ctx.log.event('payout.stopped', { payoutId: id });
}

/** For a stopped payout that the provider does not know. Call it only after the look-up. */
export async function giveBackStopped(ctx: Context, payout: PayoutRow): Promise<void> {
  if (payout.stoppedAt === null || ctx.now() - payout.stoppedAt < LAST_CALL_MS) return;
  await ignoringDecided(returnPayout(ctx, payout, { reason: payout.reason ?? '' }));
}

async function ignoringDecided(decision: Promise<unknown>): Promise<void> {
  try {
    await decision;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'PAYOUT_DECIDED') throw error;
  }
}
