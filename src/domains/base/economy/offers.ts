/**
 * Judges a change to the economy, a package or a code against everything else that is on offer. The change requires
 * `offersAreUnchanged` in its batch, so two changes that make a loop only together cannot both succeed.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EconomyConfig } from '@/contracts/economy';
import { int } from '@/db/sql';
import { discountCodes } from '@/domains/money/discounts/tables';
import { coinPackages } from '@/domains/money/purchases/tables';
import { economyError } from './errors';
import { findCheapCoins, findUnrated, type Offers, rewardCode } from './loops';
import { type Economy, economyOf, economyQuery } from './read';
import { offerRevisions } from './tables';

/** Enough examples for the refusal. */
const LISTED_MAX = 20;

export interface Standing extends Offers {
  readonly economy: Economy;
  /** For `offersAreUnchanged`. */
  readonly revision: number;
}

/** The economy, the packages on offer and the codes that can still be used, in one batch of reads. */
export async function readOffers(ctx: Context): Promise<Standing> {
  const { code, bonusPercent, bonusCoins, packageCoinsMin, packageIds } = discountCodes;
  const { id, name, coins, bonusCoins: ownBonus, priceMinor, currency } = coinPackages;
  const now = ctx.now();
  const [newest, revisions, packages, promotional, percents, [fixed]] = await ctx.db.batch([
    economyQuery(ctx),
    ctx.db.select({ revision: offerRevisions.revision }).from(offerRevisions),
    ctx.db
      .select({ id, name, coins, bonusCoins: ownBonus, priceMinor, currency })
      .from(coinPackages)
      .where(sql`active = 1`),
    ctx.db
      .select({ code, bonusPercent, bonusCoins, packageCoinsMin, packageIds })
      .from(discountCodes)
      .where(sql`kind = 'promotional' AND active = 1 AND ${isNotOver(now)}`),
    ctx.db.all<{ percent: number }>(rewardPercents(now)),
    ctx.db.all<{ coins: number | null }>(
      sql`SELECT max(bonus_coins) AS coins FROM ${rewards} AND bonus_percent IS NULL AND ${isNotOver(now)}`,
    ),
  ]);
  const economy = economyOf(newest);
  const earned = [economy.limits.rewardCodePercent, ...percents.map(({ percent }) => percent)].map(rewardCode);
  const changedByStaff = { ...rewardCode(0), bonusPercent: null, bonusCoins: fixed?.coins ?? 0 };
  return {
    economy,
    revision: revisions[0]?.revision ?? 0,
    packages,
    codes: [...promotional, ...earned, changedByStaff],
  };
}

/** Throws CURRENCY_RATE_MISSING, COINS_TOO_CHEAP. */
export function requireNoLoop(conversions: EconomyConfig['conversions'], offers: Offers): void {
  const unrated = findUnrated(conversions, offers);
  if (unrated.length > 0) {
    const details = unrated.slice(0, LISTED_MAX).map(({ id, name, currency }) => ({ packageId: id, name, currency }));
    throw economyError('CURRENCY_RATE_MISSING', { details });
  }
  const cheap = findCheapCoins(conversions, offers);
  if (cheap.length > 0) throw economyError('COINS_TOO_CHEAP', { details: cheap.slice(0, LISTED_MAX) });
}

/** For `requireThat`: 1 if economy, packages and codes are still as they were read. */
export function offersAreUnchanged({ revision }: Pick<Standing, 'revision'>): SQL {
  return sql`(SELECT revision FROM ${offerRevisions}) = ${int(revision)}`;
}

function isNotOver(now: number): SQL {
  return sql`(ends_at IS NULL OR ends_at > ${now})`;
}

/** NOTE: SQLite would choose the index by kind, and read every reward code. */
const rewards = sql`${discountCodes} INDEXED BY discount_rewards_by_bonus WHERE kind = 'reward' AND active = 1`;

/** The percentages of reward codes that can still be used: a few seeks in the index for each, however many codes. */
function rewardPercents(now: number): SQL {
  return sql`
    WITH RECURSIVE percents (percent) AS (
      SELECT max(bonus_percent) FROM ${rewards}
      UNION ALL
      SELECT (SELECT max(bonus_percent) FROM ${rewards} AND bonus_percent < percent) FROM percents
      WHERE percent IS NOT NULL)
    SELECT percent FROM percents
    WHERE EXISTS (SELECT 1 FROM ${rewards} AND bonus_percent = percent AND ends_at > ${now})
      OR EXISTS (SELECT 1 FROM ${rewards} AND bonus_percent = percent AND ends_at IS NULL)`;
}
