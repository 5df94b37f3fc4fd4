/**
 * Prevents offers that would earn nothing. A price whose diamonds round to zero is refused, and so is a rate at which
 * something on offer would earn zero. Each change requires, in its batch, that the other has not changed meanwhile.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Ratio } from '@/contracts/economy';
import { int } from '@/db/sql';
import { gifts } from '@/domains/money/gifts/tables';
import { subscriptionTiers } from '@/domains/money/subscriptions/tables';
import { convert } from './rates';

/** Enough examples for the refusal. */
const LISTED_MAX = 20;

interface Worthless {
  readonly kind: 'gift' | 'tier';
  readonly id: string;
  readonly name: string;
  readonly coins: number;
}

/** @param coins for one gift, or one month @param diamondsPerCoin the rate of the economy to check against */
export function earnsNothing(coins: number, diamondsPerCoin: Ratio): boolean {
  return convert(coins, diamondsPerCoin) < 1;
}

/** Lists offers that would earn nothing at this rate: gifts in the catalogue and creators' tiers. */
export function listWorthless(ctx: Context, diamondsPerCoin: Ratio): Promise<Worthless[]> {
  return ctx.db.all<Worthless>(sql`
    SELECT 'gift' AS kind, id, name, coins FROM ${gifts} WHERE active = 1 AND ${tooFew(sql`coins`, diamondsPerCoin)}
    UNION ALL
    SELECT 'tier', id, name, coins_per_month FROM ${subscriptionTiers}
    WHERE active = 1 AND ${tooFew(sql`coins_per_month`, diamondsPerCoin)}
    LIMIT ${LISTED_MAX}`);
}

/** For `requireThat` in the batch that sets this rate: 1 if every offer earns something. */
export function everyOfferEarns(diamondsPerCoin: Ratio): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM ${gifts} WHERE active = 1 AND ${tooFew(sql`coins`, diamondsPerCoin)})
    AND NOT EXISTS (
      SELECT 1 FROM ${subscriptionTiers} WHERE active = 1 AND ${tooFew(sql`coins_per_month`, diamondsPerCoin)})`;
}

/** For `requireThat` in the batch that sets a price: 1 if the economy is still the version it was checked against. */
export function economyIsUnchanged(version: number): SQL {
  return sql`(SELECT max(version) FROM economy_versions) = ${int(version)}`;
}

/** Stays below 2^53, since prices and ratios are bounded. */
function tooFew(coins: SQL, { numerator, denominator }: Ratio): SQL {
  return sql`${coins} * ${int(numerator)} < ${int(denominator)}`;
}
