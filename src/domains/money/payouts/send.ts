/**
 * Sends approved payouts, never twice: the payout's id is the provider's idempotency key, and an existing transfer is
 * looked for first.
 */

import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PayoutOutcome, PayoutProvider } from '@/contracts/payments';
import { commit } from '@/db/commit';
import { AppError } from '@/http/errors';
import { paymentProviderError } from '@/providers/payment-errors';
import { markPaid, returnPayout } from './finish';
import { maySend } from './sending-window';
import { type PayoutRow, payoutAccounts, payouts } from './tables';

/**
 * Safe to repeat, at any time and concurrently. Throws PAYOUT_UNAVAILABLE if the outcome is unknown and it must be
 * tried again.
 */
export async function sendPayout(ctx: Context, payoutId: string): Promise<void> {
  const payout = await findPayout(ctx, payoutId);
  if (payout?.method !== 'stripe') return;
  if (payout.status === 'approved') await claim(ctx, payout);
  else if (payout.status !== 'processing') return;
  // Read again: someone faster may have ended it.
  const claimed = payout.status === 'processing' ? payout : await findPayout(ctx, payoutId);
  if (claimed?.status === 'processing') return sendOnce(ctx, claimed);
}

/** Only from here on can the provider have it: a payout that is still `approved` was certainly not sent. */
async function claim(ctx: Context, { id }: PayoutRow): Promise<void> {
  getProvider(ctx); // throws first: without a provider, nobody can have it
  const isUnclaimed = and(eq(payouts.id, id), eq(payouts.status, 'approved'));
  await commit(ctx, [ctx.db.update(payouts).set({ status: 'processing', processingAt: ctx.now() }).where(isUnclaimed)]);
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
  if (maySend(payout, ctx.now())) return send(ctx, provider, payout);
}

async function send(ctx: Context, provider: PayoutProvider, payout: PayoutRow): Promise<void> {
  const { id: payoutId, userId, amountMinor, currency } = payout;
  const account = await ctx.db
    .select({ accountId: payoutAccounts.accountId })
    .from(payoutAccounts)
    .where(eq(payoutAccounts.userId, userId))
    .get();
  if (!account) return end(ctx, payout, { state: 'refused', reason: 'The payout account no longer exists.' });
  const { accountId } = account;
  return end(ctx, payout, await provider.send({ payoutId, accountId, amountMinor, currency }));
}

/** Two calls with the same key get the same answer from the provider, so the second finds the payout ended. */
async function end(ctx: Context, payout: PayoutRow, outcome: PayoutOutcome): Promise<void> {
  try {
    if (outcome.state === 'paid') await markPaid(ctx, payout, outcome.reference);
    else await returnPayout(ctx, payout, { reason: outcome.reason });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'PAYOUT_DECIDED') throw error;
    const ended = await findPayout(ctx, payout.id);
    const isSame = ended?.status === (outcome.state === 'paid' ? 'paid' : 'failed');
    if (!isSame)
      ctx.log.fault(
        `payout ${payout.id}`,
        new Error(`The provider reports ${outcome.state}, but the payout ended differently`),
      );
  }
}

/** Takes it out of the sweep: nothing more is sent. */
async function leaveToStaff(ctx: Context, { id }: PayoutRow): Promise<void> {
  const isOpen = and(eq(payouts.id, id), eq(payouts.status, 'processing'));
  await commit(ctx, [ctx.db.update(payouts).set({ sendAt: null }).where(isOpen)]);
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
