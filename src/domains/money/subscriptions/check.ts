/**
 * Checks paid months against the ledger and against what they should be: as many as the subscription says, at its price
 * or a lower one that its tier has had, earning what the economy's version says, and given back by the days that were
 * left.
 */
import { sql } from 'drizzle-orm';
import { convertedBy } from '@/domains/base/economy/entitlement';
import { COIN, checkRows, DIAMOND, isInRange, type MoneyCheck, nextRange } from '@/ledger/check';
import { lotReturns } from '@/ledger/tables';
import {
  type SubscriptionChargeRow,
  type SubscriptionRow,
  subscriptionCharges,
  subscriptions,
  subscriptionTierPrices,
} from './tables';
import { unusedOf } from './unused';

const isReturned = sql`returned_coins > 0`;

export const subscriptionCheck = checkRows({
  name: 'subscription',
  refType: 'subscription',
  table: subscriptionCharges,
  legs: [
    { leg: 1, kind: 'subscription', holder: sql`subscriber_id`, unit: COIN, amount: sql`coins` },
    { leg: 2, kind: 'subscription_earning', holder: sql`creator_id`, unit: DIAMOND, amount: sql`diamonds` },
    {
      leg: 3,
      kind: 'subscription_return',
      holder: sql`subscriber_id`,
      unit: COIN,
      amount: sql`returned_coins`,
      where: isReturned,
    },
    {
      leg: 4,
      kind: 'subscription_earning_return',
      holder: sql`creator_id`,
      unit: DIAMOND,
      amount: sql`returned_diamonds`,
      where: isReturned,
    },
  ],
  also: () => sql`
    SELECT id, 'earned ' || diamonds || ' diamonds for ' || coins || ' coins, not ' || coalesce(entitled, 0) AS problem
    FROM (SELECT *, ${convertedBy('diamondsPerCoin', sql`page.coins`, sql`page.economy_version`)} AS entitled FROM page)
    WHERE diamonds IS NOT entitled`,
});

const SUBSCRIPTIONS_PER_PAGE = 2_000;

const coinsToLots = sql`SELECT sum(back.coins) FROM ${lotReturns} back
  WHERE back.ref_type = 'subscription' AND back.ref_id = c.id HAVING count(*) > 0`;

/** When a tier had which price is not kept, so a later month may cost any of them up to the agreed one. */
const isOddPrice = sql`c.coins <> s.coins_per_month AND (c.month = 1 OR c.coins > s.coins_per_month OR NOT EXISTS (
  SELECT 1 FROM ${subscriptionTierPrices} WHERE tier_id = s.tier_id AND coins_per_month = c.coins))`;

type Returned = Pick<SubscriptionRow, 'id' | 'startedAt' | 'months' | 'pausedMs' | 'endedAt'> &
  Pick<
    SubscriptionChargeRow,
    'month' | 'coins' | 'diamonds' | 'returnedCoins' | 'returnedDiamonds' | 'returnedAt' | 'lotId'
  > & { readonly toLots: number };

/** Pages over subscriptions, each with its months. */
export const paidMonthsCheck: MoneyCheck = {
  name: 'paid-months',
  refType: null,
  async page(ctx, after) {
    const range = await nextRange(ctx, after, [
      { column: sql`id`, from: sql`subscriptions WHERE true`, perPage: SUBSCRIPTIONS_PER_PAGE },
    ]);
    const inRange = isInRange(sql`s.id`, range);
    const [wrong, returned] = await ctx.db.batch([
      ctx.db.all<{ id: string; problem: string }>(sql`
        SELECT id, CASE
          WHEN charges <> months OR newest IS NOT months THEN 'says ' || months || ' paid months, but has ' || charges
          WHEN odd IS NOT NULL THEN 'costs ' || price || ' coins a month, but a month was charged ' || odd
          WHEN strangers > 0 THEN 'was charged to, or earned by, somebody else'
        END AS problem
        FROM (
          SELECT s.id, s.months, s.coins_per_month AS price, count(c.id) AS charges, max(c.month) AS newest,
            max(c.coins) FILTER (WHERE ${isOddPrice}) AS odd, sum(c.subscriber_id <> s.subscriber_id OR c.creator_id <> s.creator_id) AS strangers
          FROM ${subscriptions} s LEFT JOIN ${subscriptionCharges} c ON c.subscription_id = s.id
          WHERE ${inRange} GROUP BY s.id)
        WHERE problem IS NOT NULL`),
      ctx.db.all<Returned>(sql`
        SELECT s.id AS id, s.started_at AS startedAt, s.months AS months, s.paused_ms AS pausedMs, s.ended_at AS endedAt, c.month AS month,
          c.coins AS coins, c.diamonds AS diamonds, c.returned_coins AS returnedCoins,
          c.returned_diamonds AS returnedDiamonds, c.returned_at AS returnedAt,
          c.lot_id AS lotId, coalesce((${coinsToLots}), 0) AS toLots
        FROM ${subscriptions} s JOIN ${subscriptionCharges} c ON c.subscription_id = s.id
        WHERE ${inRange} AND (c.returned_at IS NOT NULL OR c.returned_coins <> 0 OR c.returned_diamonds <> 0 OR EXISTS (${coinsToLots}))`),
    ]);
    const problems = [...wrong, ...returned.flatMap(wronglyReturned)];
    return { findings: problems.map((found) => ({ subject: 'paid-months', ...found })), next: range.end };
  },
};

function wronglyReturned(row: Returned): { id: string; problem: string }[] {
  const { id, returnedAt, endedAt, month, months, returnedCoins, returnedDiamonds } = row;
  const due = unusedOf(row, row, returnedAt ?? Number.POSITIVE_INFINITY);
  const toLots = row.lotId === 0 ? 0 : returnedCoins;
  if (toLots !== row.toLots)
    return [{ id, problem: `gave back ${returnedCoins} coins, and ${row.toLots} to their lots` }];
  const isRight =
    returnedAt === endedAt && month === months && returnedCoins === due.coins && returnedDiamonds === due.diamonds;
  if (isRight) return [];
  const problem = `gave back ${returnedCoins} coins and ${returnedDiamonds} diamonds, not ${due.coins} and ${due.diamonds}`;
  return [{ id, problem }];
}
