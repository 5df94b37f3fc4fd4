/** A pure rule for what the next month of a subscription costs: never more than the price that its subscriber has seen. */
import type { TierRow } from './tables';

/**
 * A tier's new price is for new months: a lower one for every month that begins under it, a higher one for new
 * subscriptions alone. A retired tier has no new price.
 * @param agreed the price that the subscription began with
 */
export function nextPrice(agreed: number, tier: Pick<TierRow, 'active' | 'coinsPerMonth'>): number {
  return tier.active ? Math.min(agreed, tier.coinsPerMonth) : agreed;
}
