/** Rates are ratios of integers. Each line is rounded down, and the platform keeps the remainder. */
import type { Ratio } from '@/contracts/economy';

/** Exact even if the product exceeds 2^53. */
export function convert(amount: number, { numerator, denominator }: Ratio): number {
  return Number((BigInt(amount) * BigInt(numerator)) / BigInt(denominator));
}

/** Whether converting by the first rate and then by the second could return more than the original amount. */
export function gainsByRoundTrip(first: Ratio, second: Ratio): boolean {
  return BigInt(first.numerator) * BigInt(second.numerator) > BigInt(first.denominator) * BigInt(second.denominator);
}
