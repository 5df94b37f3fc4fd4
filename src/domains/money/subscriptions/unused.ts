/** A pure rule for what is given back of a paid month whose creator withdrew before its end. */
import { convert } from '@/domains/base/economy/rates';
import { DAY_MS } from '@/shared/time';
import { periodEnd } from './periods';
import type { SubscriptionRow } from './tables';

interface Month {
  readonly coins: number;
  readonly diamonds: number;
}

/**
 * The coins of the whole days that were left, rounded down: a day that has begun counts as used. The creator keeps what
 * the other coins earn, rounded down like every earning, so that no rounding ever lets diamonds be had for less.
 * @param now milliseconds
 */
export function unusedOf(
  { startedAt, months, pausedMs }: Pick<SubscriptionRow, 'startedAt' | 'months' | 'pausedMs'>,
  { coins, diamonds }: Month,
  now: number,
): Month {
  const endsAt = periodEnd(startedAt, months, pausedMs);
  const days = Math.round((endsAt - periodEnd(startedAt, months - 1, pausedMs)) / DAY_MS);
  const daysLeft = Math.min(days, Math.max(0, Math.floor((endsAt - now) / DAY_MS)));
  const unused = convert(coins, { numerator: daysLeft, denominator: days });
  return { coins: unused, diamonds: diamonds - convert(diamonds, { numerator: coins - unused, denominator: coins }) };
}
