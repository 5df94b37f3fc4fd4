/**
 * A paid payout comes back: staff say that the bank returned it, or the provider reports that the transfer was reversed.
 * The creator gets everything again, once, however often it is said.
 */

import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { noticeTo } from '@/contracts/notification-data';
import type { PaymentEvent } from '@/contracts/payments';
import { commit } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { requireStaff } from '@/domains/base/permissions/rank';
import { HeldForStaff } from '@/domains/money/payments/held';
import { post } from '@/ledger/transfers';
import type { Actor } from '@/shared/actor';
import { en } from '@/texts/en';
import { actionOn, getDecidable } from './decidable';
import { payoutError } from './errors';
import { decidedMeanwhile, markPaid, moneyOf, movePayout } from './finish';
import { comebackLegs } from './legs';
import { presentReview } from './present';
import { type PayoutRow, payouts } from './tables';

const REVERSED = en.reasons.reversed;

/** Throws PAYOUT_NOT_FOUND, OWN_PAYOUT, PAYOUT_OUT_OF_REACH, PAYOUT_NOT_PAID, PAYOUT_DECIDED. */
export async function returnPaid(ctx: Context, actor: Actor, id: string, reason: string) {
  const reviewed = await getDecidable(ctx, actor, id);
  const { payout } = reviewed;
  if (payout.status === 'returned') throw payoutError('PAYOUT_DECIDED');
  if (payout.status !== 'paid') throw payoutError('PAYOUT_NOT_PAID');
  const row = await comeBack(ctx, payout, { reason }, [
    requireStaff(ctx, actor),
    logStaff(ctx, { ...actionOn(payout, actor, 'payout.returned', 'returned'), reason }),
  ]);
  return presentReview({ ...reviewed, payout: row }, ctx.now());
}

type Return = Extract<PaymentEvent, { type: 'payout-returned' }>;

/**
 * Applies the provider's webhook. It may arrive before we know that the payout was sent. Throws HeldForStaff if it does
 * not fit the payout, or if only a part of the money came back.
 */
export async function applyReturn(ctx: Context, { payoutId, reference, isWhole }: Return): Promise<void> {
  const payout = await ctx.db.select().from(payouts).where(eq(payouts.id, payoutId)).get();
  if (!payout) throw new HeldForStaff(`There is no payout ${payoutId}.`);
  const { status } = payout;
  const isItsTransfer = payout.reference === reference || (payout.reference === null && status === 'processing');
  if (!isItsTransfer) throw new HeldForStaff(`Payout ${payoutId} is ${status}, and not by transfer ${reference}.`);
  if (!isWhole) throw new HeldForStaff(`Only a part of payout ${payoutId} came back.`);
  if (status === 'returned') return;
  const paid = status === 'processing' ? await markPaid(ctx, payout, reference) : payout;
  await comeBack(ctx, paid, { reason: REVERSED, providerReason: `transfer.reversed: ${reference}` });
}

/** @param also statements for the same batch. Throws PAYOUT_DECIDED if it came back meanwhile. */
async function comeBack(
  ctx: Context,
  payout: PayoutRow,
  words: { readonly reason: string; readonly providerReason?: string },
  also: readonly Statement[] = [],
): Promise<PayoutRow> {
  const changes = { ...words, status: 'returned', returnedAt: ctx.now() } as const;
  const told = { ...moneyOf(payout), diamonds: payout.diamonds, reason: words.reason };
  await commit(ctx, [...movePayout(ctx, payout, changes), ...post(ctx, comebackLegs(payout, payout.method)), ...also], {
    events: [noticeTo(payout.userId, 'payout-returned', told)],
    refusals: { DEMAND_NOT_MET: decidedMeanwhile },
  });
  ctx.log.event('payout.returned', { payoutId: payout.id, method: payout.method });
  return { ...payout, ...changes };
}
