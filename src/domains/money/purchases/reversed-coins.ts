/** How many coins go back with the money of a purchase. Takes no Context. */

export interface Bought {
  readonly coins: number;
  readonly bonusCoins: number;
  readonly amountMinor: number;
}

/** Altogether: floor((coins + bonus) × reversedMinor / amount), so all of them with all of the money. */
export function reversedCoins({ coins, bonusCoins, amountMinor }: Bought, reversedMinor: number): number {
  // The product may be greater than 2^53.
  return Number((BigInt(coins + bonusCoins) * BigInt(reversedMinor)) / BigInt(amountMinor));
}
