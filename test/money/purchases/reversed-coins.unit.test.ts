import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reversedCoins } from '@/domains/money/purchases/reversed-coins';

const bought = { coins: 1_000, bonusCoins: 50, amountMinor: 999 };

describe('a purchase', () => {
  it.each([
    ['nothing', 0, 0],
    ['a cent', 1, 1],
    ['a part', 333, 350],
    ['all', 999, 1_050],
  ])('of which %s is reversed loses that share of its coins', (_, reversedMinor, coins) => {
    expect(reversedCoins(bought, reversedMinor)).toBe(coins);
  });

  it('loses coins in proportion to the money, never more, and all of them with all of it', () => {
    const amount = fc.integer({ min: 1, max: 99_999_999 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), amount, amount, (coins, amountMinor, claimed) => {
        const reversedMinor = Math.min(amountMinor, claimed);
        const reversed = reversedCoins({ ...bought, coins, amountMinor }, reversedMinor);
        const whole = BigInt(coins + bought.bonusCoins);
        expect(BigInt(reversed) * BigInt(amountMinor)).toBeLessThanOrEqual(whole * BigInt(reversedMinor));
        expect((BigInt(reversed) + 1n) * BigInt(amountMinor)).toBeGreaterThan(whole * BigInt(reversedMinor));
        if (claimed >= amountMinor) expect(BigInt(reversed)).toBe(whole);
      }),
    );
  });
});
