/**
 * Sends what was approved, and never twice: the provider is asked with the payout's id as its idempotency key, and
 * whoever comes back to one that was asked for already first looks for its transfer.
 */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit } from '@/db/commit';
import { AppError } from '@/http/errors';
import { paymentProviderError } from '@/providers/payment-errors';
import type { PayoutOutcome, PayoutProvider } from '@/providers/payments';
import { giveBack, markPaid } from './finish';
import type { PayoutRow } from './present';
import { maySendAgain } from './sending-window';
import { payoutAccounts, payouts } from './tables';

/**
 * Safe to repeat, at any time and at the same time. Throws PAYOUT_UNAVAILABLE where the outcome is not known: it is to
 * be tried again.
 */
export async function sendPayout(ctx: Context, payoutId: string): Promise<void> {
  const payout = await findPayout(ctx, payoutId);
  if (payout?.method !== 'stripe') return;
  if (payout.status === 'approved') return sendFirst(ctx, payout);
  if (payout.status === 'processing') return sendAgain(ctx, payout);
}

async function sendFirst(ctx: Context, payout: PayoutRow): Promise<void> {
  const provider = getProvider(ctx);
  const processingAt = ctx.now();
  // Only from here on may it be at the provider: whoever finds it approved knows that nothing was sent.
  const [claimed] = await ctx.db
    .update(payouts)
    .set({ status: 'processing', processingAt })
    .where(and(eq(payouts.id, payout.id), eq(payouts.status, 'approved')))
    .returning();
  if (claimed) return send(ctx, provider, claimed);
  return sendPayout(ctx, payout.id); // somebody was faster; a status goes one way, so this ends
}

async function sendAgain(ctx: Context, payout: PayoutRow): Promise<void> {
  const mayRepeat = maySendAgain(payout, ctx.now());
  if (!mayRepeat) await leaveToStaff(ctx, payout);
  const provider = getProvider(ctx);
  const reference = await provider.findTransfer(payout.id);
  if (reference !== undefined) return end(ctx, payout, { state: 'paid', reference });
  // Asked again: looking for the transfer may have taken long.
  if (mayRepeat && maySendAgain(payout, ctx.now())) return send(ctx, provider, payout);
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

/** Two who asked the provider with one key were told the same, and the second finds it ended. */
async function end(ctx: Context, payout: PayoutRow, outcome: PayoutOutcome): Promise<void> {
  try {
    if (outcome.state === 'paid') await markPaid(ctx, payout, outcome.reference);
    else await giveBack(ctx, payout, { reason: outcome.reason });
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
