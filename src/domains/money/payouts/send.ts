/**
 * Sends what was approved, and never twice: the provider is asked with the payout's id as its idempotency key, and
 * its transfer is looked for before that.
 */

import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PayoutOutcome, PayoutProvider } from '@/contracts/payments';
import { commit } from '@/db/commit';
import { AppError } from '@/http/errors';
import { paymentProviderError } from '@/providers/payment-errors';
import { markPaid, returnPayout } from './finish';
import { maySend } from './sending-window';
import type { PayoutRow } from './tables';
import { payoutAccounts, payouts } from './tables';

/**
 * Safe to repeat, at any time and at the same time. Throws PAYOUT_UNAVAILABLE where the outcome is not known: it is to
 * be tried again.
 */
export async function sendPayout(ctx: Context, payoutId: string): Promise<void> {
  const payout = await findPayout(ctx, payoutId);
  if (payout?.method !== 'stripe') return;
  if (payout.status === 'approved') await claim(ctx, payout);
  else if (payout.status !== 'processing') return;
  // Read again: whoever was faster may have ended it.
  const claimed = payout.status === 'processing' ? payout : await findPayout(ctx, payoutId);
  if (claimed?.status === 'processing') return sendOnce(ctx, claimed);
}

/** Only from here on may it be at the provider: whoever finds it approved knows that nothing was sent. */
async function claim(ctx: Context, { id }: PayoutRow): Promise<void> {
  getProvider(ctx); // without one there is nobody who could have it
  const isUnclaimed = and(eq(payouts.id, id), eq(payouts.status, 'approved'));
  await commit(ctx, [ctx.db.update(payouts).set({ status: 'processing', processingAt: ctx.now() }).where(isUnclaimed)]);
}

/**
 * Looks for the transfer even at the first try: a database that was restored to an earlier time has forgotten what it
 * sent, and the provider's memory of keys is shorter than its memory of transfers.
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
  if (!account) return end(ctx, payout, { state: 'refused', reason: 'There is no payout account any more.' });
  const { accountId } = account;
  return end(ctx, payout, await provider.send({ payoutId, accountId, amountMinor, currency }));
}

/** Two calls with one key got the same answer from the provider, so the second finds the payout ended. */
async function end(ctx: Context, payout: PayoutRow, outcome: PayoutOutcome): Promise<void> {
  try {
    if (outcome.state === 'paid') await markPaid(ctx, payout, outcome.reference);
    else await returnPayout(ctx, payout, { reason: outcome.reason });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'PAYOUT_DECIDED') throw error;
    const ended = await findPayout(ctx, payout.id);
    const isSame = ended?.status === (outcome.state === 'paid' ? 'paid' : 'failed');
    if (!isSame) ctx.log.fault(`payout ${payout.id}`, new Error(`It is ${outcome.state}, and ended otherwise`));
  }
}

/** Out of the sweep: nothing is sent any more. */
async function leaveToStaff(ctx: Context, { id }: PayoutRow): Promise<void> {
  const isOpen = and(eq(payouts.id, id), eq(payouts.status, 'processing'));
  await commit(ctx, [ctx.db.update(payouts).set({ sendAt: null }).where(isOpen)]);
  ctx.log.event('payout.needs-decision', { payoutId: id });
}

function getProvider(ctx: Context): PayoutProvider {
  if (!ctx.payouts) throw paymentProviderError('PAYOUT_UNAVAILABLE');
  return ctx.payouts;
}

/** Not returned bare: Drizzle's builders are thenable. */
async function findPayout(ctx: Context, id: string): Promise<PayoutRow | undefined> {
  const row = await ctx.db.select().from(payouts).where(eq(payouts.id, id)).get();
  return row;
}
