/** Pure: how a debt in coins is paid with diamonds before a payout. */
import type { EconomyConfig } from '@/contracts/economy';
import { convert } from '@/domains/base/economy/rates';

export interface SetOff {
  readonly diamonds: number;
  readonly coins: number;
}

/** The fewest diamonds whose coins cover the debt, and those coins. Null: nothing is owed. */
export function setOffOf(owedCoins: number, { conversions }: EconomyConfig): SetOff | null {
  if (owedCoins === 0) return null;
  const { numerator, denominator } = conversions.coinsPerDiamond;
  // floor(d × n / m) ≥ coins exactly when d ≥ coins × m / n.
  const diamonds = Number((BigInt(owedCoins) * BigInt(denominator) + BigInt(numerator) - 1n) / BigInt(numerator));
  return { diamonds, coins: convert(diamonds, conversions.coinsPerDiamond) };
}
