/** Rates are ratios of integers. Each line is rounded down, and the platform keeps the remainder. */
import type { EconomyConfig, Ratio } from '@/contracts/economy';

/** Exact even if the product exceeds 2^53. */
export function convert(amount: number, { numerator, denominator }: Ratio): number {
  return Number((BigInt(amount) * BigInt(numerator)) / BigInt(denominator));
}

/** Rounded up instead, for what is asked of a user. */
export function convertUp(amount: number, { numerator, denominator }: Ratio): number {
  return Number((BigInt(amount) * BigInt(numerator) + BigInt(denominator) - 1n) / BigInt(denominator));
}

/** The payout currency's minor units for each minor unit of this currency. Undefined if no rate is set. */
export function rateOf({ payoutCurrency, currencyRates }: EconomyConfig['conversions'], currency: string) {
  if (currency === payoutCurrency) return { numerator: 1, denominator: 1 };
  return currencyRates.find((rate) => rate.currency === currency);
}

/** Whether converting by the first rate and then by the second could return the original amount, or more. */
export function keepsAllByRoundTrip(first: Ratio, second: Ratio): boolean {
  return BigInt(first.numerator) * BigInt(second.numerator) >= BigInt(first.denominator) * BigInt(second.denominator);
}
