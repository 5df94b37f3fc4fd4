/** Rates are ratios of integers, rounded down for each line; the remainder stays with the platform. */
import type { Ratio } from '@/contracts/economy';

/** Exact also where the product is past 2^53. */
export function convert(amount: number, { numerator, denominator }: Ratio): number {
  return Number((BigInt(amount) * BigInt(numerator)) / BigInt(denominator));
}

/** Whether somebody who converts by the first and then by the second could end with more than they had. */
export function gainsByRoundTrip(first: Ratio, second: Ratio): boolean {
  return BigInt(first.numerator) * BigInt(second.numerator) > BigInt(first.denominator) * BigInt(second.denominator);
}
