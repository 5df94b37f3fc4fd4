/**
 * Applies what a payment provider says to the purchase that it is of: facts in any order and any number of times. What
 * is booked is the difference to what the facts together come to, in one commit, against the purchase as it was read.
 */

import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { PaymentProviderName } from '@/contracts/payments';
import { commit, requireChange } from '@/db/commit';
import { isLimitReached, redeemDiscount, releaseDiscount } from '@/domains/money/discounts/redeem';
import { earnReward, endReward } from '@/domains/money/discounts/rewards';
import { noticesOf } from '@/domains/money/purchases/notices';
import type { PurchaseRow } from '@/domains/money/purchases/tables';
import { purchaseClaims, purchases } from '@/domains/money/purchases/tables';
import { post, type Transfer } from '@/ledger/transfers';
import { getKnown, type KnownPurchase, learn, type News, type PurchaseEvent } from './facts';
import { type Settled, settle } from './judge-payment';

/** Each time another event was faster. */
const ATTEMPTS_MAX = 5;

/** Throws HeldForStaff where the event says what the purchase does not, and an error where it is to come back. */
export async function applyPaymentEvent(
  ctx: Context,
  provider: PaymentProviderName,
  event: PurchaseEvent,
): Promise<void> {
  let keepsCode = true;
  for (let attempt = 1; ; attempt += 1) {
    const known = await getKnown(ctx, provider, event);
    const news = learn(known, event, ctx.now());
    if (!news) return;
    try {
      return await settleWith(ctx, known, news, keepsCode);
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !mayBeTriedAgain(error)) throw error;
      // Money that comes after the checkout expired is honoured; the code's bonus only while the code has uses left.
      if (isLimitReached(error)) keepsCode = false;
    }
  }
}

function mayBeTriedAgain(error: unknown): boolean {
  return isLimitReached(error) || (error instanceof Error && error.message.includes('DEMAND_NOT_MET'));
}

async function settleWith(ctx: Context, known: KnownPurchase, news: News, keepsCode: boolean): Promise<void> {
  const { purchase: before, limits } = known;
  const becomesPaid = news.paidAt !== null && before.paidAt === null;
  const codeBonusCoins = keepsCode ? before.codeBonusCoins : 0;
  const bonusCoins = before.bonusCoins - before.codeBonusCoins + codeBonusCoins;
  const settled = settle({ ...before, bonusCoins, isPaid: news.paidAt !== null, unpaid: news.unpaid }, [
    ...news.claims.values(),
  ]);
  const transfers = transfersOf({ ...before, bonusCoins }, settled, becomesPaid);
  const reward = becomesPaid && !settled.isGone ? earnReward(ctx, { limits }, before) : undefined;
  const change = {
    bonusCoins,
    codeBonusCoins,
    status: settled.status,
    paymentId: news.paymentId,
    paidAt: news.paidAt,
    reversedCoins: settled.reversedCoins,
    reversedMinor: settled.reversedMinor,
    legs: before.legs + transfers.length,
    version: before.version + 1,
    askAt: settled.status === 'pending' || settled.status === 'failed' ? before.askAt : null,
  };
  const after: PurchaseRow = { ...before, ...change };
  await commit(
    ctx,
    [
      ctx.db
        .update(purchases)
        .set(change)
        .where(and(eq(purchases.id, before.id), eq(purchases.version, before.version))),
      requireChange(ctx),
      ...keepClaim(ctx, before.id, news),
      ...useOfCode(ctx, after, becomesPaid && keepsCode),
      ...(reward ? [reward.insert] : []),
      ...(settled.isGone ? [endReward(ctx, before.id)] : []),
      ...post(ctx, transfers),
    ],
    { events: noticesOf(before, after, reward?.code) },
  );
  ctx.log.event(`purchase.${settled.status}`, { purchaseId: before.id, reversedCoins: settled.reversedCoins });
  if (!keepsCode) ctx.log.event('purchase.code-lost', { purchaseId: before.id });
}

/** What moves from what is booked to what the facts come to; each leg once, by its number. */
function transfersOf(
  purchase: PurchaseRow,
  { reversedCoins, reversedMinor }: Settled,
  becomesPaid: boolean,
): Transfer[] {
  const { id, userId, provider, currency, coins, bonusCoins, amountMinor, legs } = purchase;
  const taken = { coins: reversedCoins - purchase.reversedCoins, minor: reversedMinor - purchase.reversedMinor };
  const moves = [
    { kind: 'purchase', userId, amount: becomesPaid ? coins + bonusCoins : 0 },
    { kind: 'purchase_cash', provider, currency, amount: becomesPaid ? amountMinor : 0 },
    { kind: 'purchase_reversal', userId, amount: taken.coins },
    { kind: 'purchase_reversal_cash', provider, currency, amount: taken.minor },
    { kind: 'purchase_restored', userId, amount: -taken.coins },
    { kind: 'purchase_restored_cash', provider, currency, amount: -taken.minor },
  ] as const;
  return moves
    .filter(({ amount }) => amount > 0)
    .map((move, index) => ({ ...move, refType: 'purchase', refId: id, leg: legs + index + 1 }));
}

function keepClaim(ctx: Context, purchaseId: string, { claimId, claims }: News): Statement[] {
  const claim = claimId === undefined ? undefined : claims.get(claimId);
  if (claimId === undefined || !claim) return [];
  const now = ctx.now();
  const { amountMinor, state } = claim;
  return [
    ctx.db
      .insert(purchaseClaims)
      .values({ purchaseId, claimId, ...claim, createdAt: now, updatedAt: now })
      .onConflictDoUpdate({
        target: [purchaseClaims.purchaseId, purchaseClaims.claimId],
        set: { amountMinor, state, updatedAt: now },
      }),
  ];
}

/** A failed checkout may be tried again until it expires, and keeps its reservation. */
function useOfCode(ctx: Context, { id, status, discountCode }: PurchaseRow, redeems: boolean): Statement[] {
  if (discountCode === null) return [];
  if (redeems) return [redeemDiscount(ctx, id)];
  return status === 'expired' ? [releaseDiscount(ctx, id)] : [];
}
