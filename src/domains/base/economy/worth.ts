/**
 * What would earn nothing at a rate: a price whose diamonds round to none is refused where it is set, and a rate at
 * which something on offer would earn none is refused when the rate is. Each demands what the other rests on.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Ratio } from '@/contracts/economy';
import { int } from '@/db/sql';
import { gifts } from '@/domains/money/gifts/tables';
import { subscriptionTiers } from '@/domains/money/subscriptions/tables';
import { convert } from './rates';

/** Enough to say what is in the way. */
const LISTED_MAX = 20;

interface Worthless {
  readonly kind: 'gift' | 'tier';
  readonly id: string;
  readonly name: string;
  readonly coins: number;
}

/** @param coins of one gift, or one month @param diamondsPerCoin of the economy that is to hold */
export function earnsNothing(coins: number, diamondsPerCoin: Ratio): boolean {
  return convert(coins, diamondsPerCoin) < 1;
}

/** What is on offer and would earn nothing at this rate: gifts of the catalogue, and creators' tiers. */
export function listWorthless(ctx: Context, diamondsPerCoin: Ratio): Promise<Worthless[]> {
  return ctx.db.all<Worthless>(sql`
    SELECT 'gift' AS kind, id, name, coins FROM ${gifts} WHERE active = 1 AND ${tooFew(sql`coins`, diamondsPerCoin)}
    UNION ALL
    SELECT 'tier', id, name, coins_per_month FROM ${subscriptionTiers}
    WHERE active = 1 AND ${tooFew(sql`coins_per_month`, diamondsPerCoin)}
    LIMIT ${LISTED_MAX}`);
}

/** For `requireThat` in the batch that sets this rate: 1 while nothing on offer would earn nothing. */
export function everyOfferEarns(diamondsPerCoin: Ratio): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM ${gifts} WHERE active = 1 AND ${tooFew(sql`coins`, diamondsPerCoin)})
    AND NOT EXISTS (
      SELECT 1 FROM ${subscriptionTiers} WHERE active = 1 AND ${tooFew(sql`coins_per_month`, diamondsPerCoin)})`;
}

/** For `requireThat` in the batch that sets a price: 1 while the economy is the one that it was judged by. */
export function economyIsUnchanged(version: number): SQL {
  return sql`(SELECT max(version) FROM economy_versions) = ${int(version)}`;
}

/** Below 2^53: prices and ratios have bounds. */
function tooFew(coins: SQL, { numerator, denominator }: Ratio): SQL {
  return sql`${coins} * ${int(numerator)} < ${int(denominator)}`;
}
