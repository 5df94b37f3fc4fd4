/** Charges one month of a subscription: its row, the coins, the diamonds and the day's earning. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { convert } from '@/domains/base/economy/rates';
import type { Economy } from '@/domains/base/economy/read';
import { recordEarning } from '@/domains/money/earnings/record';
import { firstLot, furtherLotsOf } from '@/ledger/lots';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { type SubscriptionRow, subscriptionCharges } from './tables';

type Charged = Pick<SubscriptionRow, 'id' | 'subscriberId' | 'creatorId' | 'coinsPerMonth'>;

/** What a month earns the creator, rounded down; the platform keeps the remainder. */
export function diamondsOf({ coinsPerMonth }: Pick<Charged, 'coinsPerMonth'>, { conversions }: Economy): number {
  return convert(coinsPerMonth, conversions.diamondsPerCoin);
}

/** Returns statements for a batch; a month that is already paid aborts it. @param month 1 is the first */
export function chargeMonth(ctx: Context, subscription: Charged, month: number, economy: Economy): Statement[] {
  const { id: subscriptionId, subscriberId, creatorId, coinsPerMonth: coins } = subscription;
  const diamonds = diamondsOf(subscription, economy);
  const id = newId();
  const transfer = { refType: 'subscription', refId: id };
  return [
    ctx.db.insert(subscriptionCharges).values({
      ...{ id, subscriptionId, month, subscriberId, creatorId, coins, diamonds },
      economyVersion: economy.version,
      createdAt: ctx.now(),
      ...firstLot(sql`${subscriberId}`, sql`${coins}`),
    }),
    takeFurtherLots(ctx, { id, userId: subscriberId }),
    ...post(ctx, [
      { ...transfer, kind: 'subscription', leg: 1, userId: subscriberId, amount: coins },
      { ...transfer, kind: 'subscription_earning', leg: 2, userId: creatorId, amount: diamonds },
    ]),
    recordEarning(ctx, { userId: creatorId, source: 'subscription', diamonds }),
  ];
}

const takeFurtherLots = furtherLotsOf('subscription', subscriptionCharges);
