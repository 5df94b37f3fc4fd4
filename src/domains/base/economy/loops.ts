/**
 * No loops: coins never cost less than they can be cashed out for. The best code for a package counts, and nothing is
 * rounded in the buyer's disfavour. Takes no Context.
 */
import type { EconomyConfig } from '@/contracts/economy';
import { rateOf } from './rates';

const PERCENT = 100;

export interface OfferedPackage {
  readonly id: string;
  readonly name: string;
  readonly coins: number;
  readonly bonusCoins: number;
  readonly priceMinor: number;
  readonly currency: string;
}

/** What a code adds: a percentage of the package's coins, rounded down, or a fixed number of coins. */
export interface Bonus {
  readonly bonusPercent: number | null;
  readonly bonusCoins: number | null;
}

/** A code that can be used now or later, however many uses it has left. */
export interface StandingCode extends Bonus {
  /** Null: the reward codes that purchases earn. */
  readonly code: string | null;
  readonly packageCoinsMin: number;
  /** Null: all packages. */
  readonly packageIds: readonly string[] | null;
}

/** What can be bought, and with which codes. */
export interface Offers {
  readonly packages: readonly OfferedPackage[];
  readonly codes: readonly StandingCode[];
}

/** A package that costs less than its coins are worth, with the code that does most. */
export interface CheapCoins {
  readonly packageId: string;
  readonly name: string;
  /** Null: without a code. */
  readonly code: string | null;
  readonly coins: number;
  readonly priceMinor: number;
  readonly currency: string;
  readonly payoutCurrency: string;
  /** The price in the payout currency, rounded down. */
  readonly costsMinor: number;
  /** What its coins can be cashed out for before the fee, rounded up. */
  readonly worthMinor: number;
}

type Conversions = EconomyConfig['conversions'];

/** @param packageCoins the package's coins without its own bonus */
export function bonusOf({ bonusPercent, bonusCoins }: Bonus, packageCoins: number): number {
  return bonusPercent === null ? (bonusCoins ?? 0) : Math.floor((packageCoins * bonusPercent) / PERCENT);
}

/** The reward codes that purchases earn: for every package. */
export function rewardCode(bonusPercent: number): StandingCode {
  return { code: null, bonusPercent, bonusCoins: null, packageCoinsMin: 0, packageIds: null };
}

/** Packages whose price cannot be compared, because their currency has no rate to the payout currency. */
export function findUnrated(conversions: Conversions, { packages }: Offers): OfferedPackage[] {
  return packages.filter(({ currency }) => !rateOf(conversions, currency));
}

/** Leaves out packages without a rate: see `findUnrated`. */
export function findCheapCoins(conversions: Conversions, { packages, codes }: Offers): CheapCoins[] {
  return packages.flatMap((offered) => judgePackage(conversions, offered, codes) ?? []);
}

function judgePackage(
  conversions: Conversions,
  offered: OfferedPackage,
  codes: readonly StandingCode[],
): CheapCoins | undefined {
  const { diamondsPerCoin, minorPerDiamond, payoutCurrency } = conversions;
  const { id, name, priceMinor, currency } = offered;
  const rate = rateOf(conversions, currency);
  if (!rate) return undefined;
  const best = bestCode(offered, codes);
  const coins = offered.coins + offered.bonusCoins + best.bonus;
  // price × rate < coins × diamondsPerCoin × minorPerDiamond, without division.
  const cost = { over: BigInt(priceMinor) * BigInt(rate.numerator), under: BigInt(rate.denominator) };
  const worth = {
    over: BigInt(coins) * BigInt(diamondsPerCoin.numerator) * BigInt(minorPerDiamond.numerator),
    under: BigInt(diamondsPerCoin.denominator) * BigInt(minorPerDiamond.denominator),
  };
  if (cost.over * worth.under >= worth.over * cost.under) return undefined;
  const costsMinor = Number(cost.over / cost.under);
  const worthMinor = Number((worth.over + worth.under - 1n) / worth.under);
  return { packageId: id, name, code: best.code, coins, priceMinor, currency, payoutCurrency, costsMinor, worthMinor };
}

const REWARD_CODE = 'a reward code';

function bestCode(offered: OfferedPackage, codes: readonly StandingCode[]): { code: string | null; bonus: number } {
  let best: { code: string | null; bonus: number } = { code: null, bonus: 0 };
  for (const one of codes) {
    const isForIt =
      offered.coins >= one.packageCoinsMin && (one.packageIds === null || one.packageIds.includes(offered.id));
    const bonus = isForIt ? bonusOf(one, offered.coins) : 0;
    if (bonus > best.bonus) best = { code: one.code ?? REWARD_CODE, bonus };
  }
  return best;
}
