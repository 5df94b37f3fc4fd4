/**
 * Sends approved payouts, never twice: the payout's id is the provider's idempotency key, and an existing transfer is
 * looked for first.
 */

import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PayoutOutcome, PayoutProvider } from '@/contracts/payments';
import { commit } from '@/db/commit';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { AppError } from '@/http/errors';
import { paymentProviderError } from '@/providers/payment-errors';
import { en } from '@/texts/en';
import { IN_DEBT, isStillCreator, NO_LONGER_CREATOR, owesNothing } from './eligible';
import { decidedMeanwhile, markPaid, movePayout, returnPayout } from './finish';
import { maySend } from './sending-window';
import { giveBackStopped, stopPayout } from './stop';
import { firstSendAt } from './sweep';
import { type PayoutRow, payoutAccounts, payouts } from './tables';

/** The provider's own words are for staff. */
const NOT_ACCEPTED = en.reasons.notAccepted;

/**
 * Safe to repeat, at any time and concurrently. Throws PAYOUT_UNAVAILABLE if the outcome is unknown and it must be
 * tried again.
 */
export async function sendPayout(ctx: Context, payoutId: string): Promise<void> {
  const payout = await findPayout(ctx, payoutId);
  if (payout?.method !== 'stripe') return;
  const claimed = payout.status === 'approved' ? await claim(ctx, payout) : payout;
  if (claimed?.status === 'processing') return sendOnce(ctx, claimed);
}

/**
 * Only from here on can the provider have it: a payout that is still `approved` was certainly not sent. Returns nothing
 * if someone faster claimed or decided it.
 */
async function claim(ctx: Context, payout: PayoutRow): Promise<PayoutRow | undefined> {
  getProvider(ctx); // throws first: without a provider, nobody can have it
  const { id, userId, refusals, currency } = payout;
  const creator = await findCreator(ctx, payout);
  if (creator.stopsBecause !== undefined) {
    await stopPayout(ctx, payout, creator.stopsBecause);
    return undefined;
  }
  if (creator.accountId === null) {
    await end(ctx, payout, { state: 'refused', words: 'There is no payout account.' });
    return undefined;
  }
  const isUnclaimed = and(
    eq(payouts.id, id),
    eq(payouts.status, 'approved'),
    eq(payouts.refusals, refusals),
    isStillCreator(userId),
    owesNothing(userId, currency),
  );
  const claimed = { status: 'processing', processingAt: ctx.now(), accountId: creator.accountId } as const;
  const [rows] = await commit(ctx, [ctx.db.update(payouts).set(claimed).where(isUnclaimed).returning()]);
  const [row] = rows as PayoutRow[]; // returned by the update
  return row ?? findPayout(ctx, id);
}

async function findCreator(ctx: Context, { userId, currency }: PayoutRow) {
  const row = await ctx.db.get<{ isCreator: number; owesNothing: number; accountId: string | null }>(sql`
    SELECT ${isStillCreator(userId)} AS isCreator, ${owesNothing(userId, currency)} AS owesNothing,
      (SELECT account_id FROM ${payoutAccounts} WHERE user_id = ${userId}) AS accountId`);
  const inDebt = row.owesNothing === 1 ? undefined : IN_DEBT;
  return { accountId: row.accountId, stopsBecause: row.isCreator === 1 ? inDebt : NO_LONGER_CREATOR };
}

/**
 * Looks for the transfer even on the first attempt: a database that was restored to an earlier time has forgotten what
 * it sent, and the provider remembers transfers longer than keys.
 */
async function sendOnce(ctx: Context, payout: PayoutRow): Promise<void> {
  if (!maySend(payout, ctx.now())) await leaveToStaff(ctx, payout);
  const provider = getProvider(ctx);
  const reference = await provider.findTransfer(payout.id);
  if (reference !== undefined) return end(ctx, payout, { state: 'paid', reference });
  if (payout.stoppedAt !== null) return giveBackStopped(ctx, payout);
  const creator = await findCreator(ctx, payout);
  if (creator.stopsBecause !== undefined) return stopPayout(ctx, payout, creator.stopsBecause);
  // The version before this column did not store it.
  const accountId = payout.accountId ?? creator.accountId;
  if (accountId !== null && maySend(payout, ctx.now())) return send(ctx, provider, payout, accountId);
}

async function send(ctx: Context, provider: PayoutProvider, payout: PayoutRow, accountId: string): Promise<void> {
  const { id: payoutId, refusals: attempt, amountMinor, currency } = payout;
  return end(ctx, payout, await provider.send({ payoutId, attempt, accountId, amountMinor, currency }));
}

/** Two calls with the same key get the same answer from the provider, so the second finds the payout ended. */
async function end(ctx: Context, payout: PayoutRow, outcome: PayoutOutcome): Promise<void> {
  try {
    if (outcome.state === 'paid') await markPaid(ctx, payout, outcome.reference);
    else if (outcome.state === 'refused')
      await returnPayout(ctx, payout, { reason: NOT_ACCEPTED, providerReason: outcome.words });
    else await tryAgainLater(ctx, payout, outcome.words);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'PAYOUT_DECIDED') throw error;
    const ended = await findPayout(ctx, payout.id);
    const isPaid = ended?.status === 'paid' || ended?.status === 'returned';
    if (isPaid !== (outcome.state === 'paid'))
      ctx.log.fault(
        `payout ${payout.id}`,
        new Error(`The provider reports ${outcome.state}, but the payout ended differently`),
      );
  }
}

/**
 * The platform's own account is short or restricted, which the creator need not know: the payout stays approved, and the
 * sweep tries again under the next key. Staff are notified.
 */
async function tryAgainLater(ctx: Context, payout: PayoutRow, words: string): Promise<void> {
  const { id: payoutId, userId, refusals } = payout;
  const now = ctx.now();
  const changes = {
    status: 'approved',
    refusals: refusals + 1,
    providerReason: words,
    processingAt: null,
    accountId: null,
    sendAt: payout.sendAt ?? firstSendAt(now),
  } as const;
  const events = [
    staffEvent('payout', {
      id: payoutId,
      subjectId: userId,
      note: 'refused',
      words,
    }),
  ];
  await commit(ctx, movePayout(ctx, payout, changes), { events, refusals: { DEMAND_NOT_MET: decidedMeanwhile } });
  ctx.log.event('payout.stuck', { payoutId, refusals: refusals + 1 });
}

/** Takes it out of the sweep: nothing more is sent. */
async function leaveToStaff(ctx: Context, { id, userId }: PayoutRow): Promise<void> {
  const isOpen = and(eq(payouts.id, id), eq(payouts.status, 'processing'), isNull(payouts.stoppedAt));
  await commit(ctx, [ctx.db.update(payouts).set({ sendAt: null }).where(isOpen)], {
    events: [staffEvent('payout', { id, subjectId: userId, note: 'unknown' })],
  });
  ctx.log.event('payout.needs-decision', { payoutId: id });
}

function getProvider(ctx: Context): PayoutProvider {
  if (!ctx.payouts) throw paymentProviderError('PAYOUT_UNAVAILABLE');
  return ctx.payouts;
}

/** Not returned directly, because Drizzle's builders are thenable. */
async function findPayout(ctx: Context, id: string): Promise<PayoutRow | undefined> {
  const row = await ctx.db.select().from(payouts).where(eq(payouts.id, id)).get();
  return row;
}
