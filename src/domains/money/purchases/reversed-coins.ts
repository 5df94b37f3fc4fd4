/** How many coins are taken back when money of a purchase is taken back. Takes no Context. */

export interface Bought {
  readonly coins: number;
  readonly bonusCoins: number;
  readonly amountMinor: number;
}

/** In total: floor((coins + bonus) × reversedMinor / amount), so all coins go with all of the money. */
export function reversedCoins({ coins, bonusCoins, amountMinor }: Bought, reversedMinor: number): number {
  // The product may exceed 2^53.
  return Number((BigInt(coins + bonusCoins) * BigInt(reversedMinor)) / BigInt(amountMinor));
}
