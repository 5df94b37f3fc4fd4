/**
 * Gives back the unused days of a paid month: the subscriber's coins to the lots that they came from, and the diamonds
 * that they earned the creator.
 */
import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { requireChange } from '@/db/commit';
import { followExchanges } from '@/domains/money/earnings/follow-exchanges';
import { followReversal } from '@/domains/money/earnings/follow-reversal';
import { followReturn } from '@/domains/money/earnings/reversals';
import { reviewRewards } from '@/domains/money/earnings/review-rewards';
import { loseUntraced, returnToLots, settleLots } from '@/ledger/lots';
import { post } from '@/ledger/transfers';
import { type SubscriptionChargeRow, subscriptionCharges } from './tables';

export type PaidMonth = Pick<
  SubscriptionChargeRow,
  'id' | 'subscriberId' | 'creatorId' | 'coins' | 'diamonds' | 'lotId'
>;

/**
 * Returns statements for the batch that ends the subscription. A month that was given back already aborts it. The
 * creator's earnings may go below zero; later ones make it good. Follow it with the task `follow-return`.
 * @param unused what `unusedOf` says at that time (ms): nothing, or both more than nothing
 */
export function giveBack(
  ctx: Context,
  { id, subscriberId, creatorId, lotId }: PaidMonth,
  unused: { readonly coins: number; readonly diamonds: number; readonly at: number },
): Statement[] {
  const { coins, diamonds, at } = unused;
  const transfer = { refType: 'subscription', refId: id } as const;
  const mark = [
    ctx.db
      .update(subscriptionCharges)
      .set({ returnedCoins: coins, returnedDiamonds: diamonds, returnedAt: at })
      .where(and(eq(subscriptionCharges.id, id), isNull(subscriptionCharges.returnedAt))),
    requireChange(ctx),
  ];
  if (coins === 0) return mark;
  return [
    ...mark,
    ...post(ctx, [
      { ...transfer, kind: 'subscription_return', leg: 3, userId: subscriberId, amount: coins },
      { ...transfer, kind: 'subscription_earning_return', leg: 4, userId: creatorId, amount: diamonds },
    ]),
    lotId === 0
      ? loseUntraced(ctx, subscriberId, -coins)
      : returnToLots(ctx, { refType: 'subscription', table: subscriptionCharges, id, coins }),
    settleLots(ctx, subscriberId),
    ...followReturn(ctx, id),
  ];
}

/** Safe to repeat. Rewards that hung on the returned diamonds go, and exchanges that spent them are undone. */
export async function followReturned(ctx: Context, chargeId: string): Promise<void> {
  const isCharge = eq(subscriptionCharges.id, chargeId);
  const charge = await ctx.db.select().from(subscriptionCharges).where(isCharge).get();
  if (!charge || charge.returnedAt === null) return;
  await followReversal(ctx, { changeId: chargeId, after: 0 });
  await reviewRewards(ctx, charge.creatorId, charge.returnedAt);
  await followExchanges(ctx, {
    userId: charge.creatorId,
    diamonds: charge.returnedDiamonds,
    restored: false,
    followed: charge.returnFollowed,
    mark: (from, to) =>
      ctx.db
        .update(subscriptionCharges)
        .set({ returnFollowed: to })
        .where(and(isCharge, eq(subscriptionCharges.returnFollowed, from))),
  });
}
