/** Judges a price that holds only during a show. A pure rule. */
import type { EconomyConfig } from '@/contracts/economy';
import type { PriceProblem } from '@/contracts/payments';
import { formatMinor } from '@/shared/currency';

interface Priced {
  readonly currency: string;
  /** The product's own price, and those of its variants. */
  readonly prices: readonly number[];
}

/**
 * What the price must be instead; undefined if it is right. It replaces the prices of all variants, so it is below the
 * lowest of them.
 * @param findProblem the provider's rule
 */
export function findLivePriceProblem(
  livePriceMinor: number,
  { currency, prices }: Priced,
  { currencies }: EconomyConfig['limits']['shop'],
  findProblem: (amountMinor: number, currency: string) => PriceProblem | undefined,
): string | undefined {
  const lowest = Math.min(...prices);
  if (livePriceMinor >= lowest)
    return `must be below ${formatMinor(lowest, currency)}, the price outside of the stream`;
  const range = currencies.find((one) => one.currency === currency);
  if (range && livePriceMinor < range.priceMinorMin)
    return `must be at least ${formatMinor(range.priceMinorMin, currency)}`;
  return findProblem(livePriceMinor, currency)?.message;
}
