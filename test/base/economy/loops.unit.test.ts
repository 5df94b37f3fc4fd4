/** Nobody gains by buying coins: generated economies, packages and codes, and every way round that starts with money. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EconomyConfig, Ratio } from '@/contracts/economy';
import {
  bonusOf,
  findCheapCoins,
  findUnrated,
  type OfferedPackage,
  rewardCode,
  type StandingCode,
} from '@/domains/base/economy/loops';
import { convert, keepsAllByRoundTrip, rateOf } from '@/domains/base/economy/rates';

type Conversions = EconomyConfig['conversions'];

const ratio = (numerator: number, denominator: number): Ratio => ({ numerator, denominator });
const conversions: Conversions = {
  diamondsPerCoin: ratio(1, 2),
  coinsPerDiamond: ratio(1, 1),
  minorPerDiamond: ratio(1, 1),
  payoutCurrency: 'USD',
  currencyRates: [{ currency: 'JPY', numerator: 2, denominator: 3 }],
};
const offered: OfferedPackage = {
  ...{ id: 'a', name: 'A bag', coins: 1_000, bonusCoins: 100, priceMinor: 600, currency: 'USD' },
};
const code = (traits: Partial<StandingCode>): StandingCode => ({
  ...{ code: 'SUMMER', bonusPercent: null, bonusCoins: null, packageCoinsMin: 0, packageIds: null, ...traits },
});
const cheap = (packages: OfferedPackage[], codes: StandingCode[] = []) =>
  findCheapCoins(conversions, { packages, codes });

describe('a package', () => {
  it('costs at least what its coins can be cashed out for', () => {
    expect(cheap([{ ...offered, priceMinor: 550 }])).toEqual([]);
    expect(cheap([{ ...offered, priceMinor: 549 }])).toEqual([
      {
        ...{ packageId: 'a', name: 'A bag', code: null, coins: 1_100, priceMinor: 549, currency: 'USD' },
        ...{ payoutCurrency: 'USD', costsMinor: 549, worthMinor: 550 },
      },
    ]);
  });

  it('is judged with the code that adds most, promotional or reward', () => {
    const codes = [code({ bonusCoins: 50 }), rewardCode(10), code({ code: 'BEST', bonusCoins: 101 })];
    expect(cheap([offered], codes.slice(0, 2))).toEqual([]);
    expect(cheap([offered], codes)).toMatchObject([{ code: 'BEST', coins: 1_201, costsMinor: 600, worthMinor: 601 }]);
    expect(cheap([offered], [rewardCode(11)])).toMatchObject([{ code: 'a reward code', coins: 1_210 }]);
  });

  it('ignores codes for other or larger packages', () => {
    const more = { bonusCoins: 10_000 };
    expect(cheap([offered], [code({ ...more, packageIds: ['b'] }), code({ ...more, packageCoinsMin: 1_001 })])).toEqual(
      [],
    );
    expect(cheap([offered], [code({ ...more, packageIds: ['b', 'a'], packageCoinsMin: 1_000 })])).toHaveLength(1);
  });

  it('is compared at the rate of its currency, exactly', () => {
    const inYen = { ...offered, currency: 'JPY' };
    expect(cheap([{ ...inYen, priceMinor: 825 }])).toEqual([]); // 825 × 2/3 = 550
    expect(cheap([{ ...inYen, priceMinor: 824 }])).toMatchObject([{ costsMinor: 549, worthMinor: 550 }]);
    const inEuros = { ...offered, currency: 'EUR' };
    expect(findUnrated(conversions, { packages: [offered, inYen, inEuros], codes: [] })).toEqual([inEuros]);
  });

  it('is judged exactly beyond 2^53', () => {
    const rates = { ...conversions, diamondsPerCoin: ratio(999_999, 1_000_000), minorPerDiamond: ratio(999_999, 1) };
    const large = { ...offered, coins: 1_000_000_000, bonusCoins: 0 };
    const worth = 999_998_000_001_000; // 10^9 × 0.999999 × 999,999
    expect(findCheapCoins(rates, { packages: [{ ...large, priceMinor: worth }], codes: [] })).toEqual([]);
    expect(findCheapCoins(rates, { packages: [{ ...large, priceMinor: worth - 1 }], codes: [] })).toHaveLength(1);
  });
});

const aRatio = (max: number) =>
  fc.record({ numerator: fc.integer({ min: 1, max }), denominator: fc.integer({ min: 1, max }) });
const aPackage: fc.Arbitrary<OfferedPackage> = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  name: fc.constant('A bag'),
  coins: fc.integer({ min: 1, max: 5_000 }),
  bonusCoins: fc.integer({ min: 0, max: 500 }),
  priceMinor: fc.integer({ min: 1, max: 10_000 }),
  currency: fc.constantFrom('USD', 'JPY'),
});
const aCode: fc.Arbitrary<StandingCode> = fc
  .record({
    code: fc.constantFrom('ONE', 'TWO', null),
    percent: fc.option(fc.integer({ min: 1, max: 1_000 })),
    fixed: fc.integer({ min: 1, max: 1_000 }),
    packageCoinsMin: fc.integer({ min: 0, max: 5_000 }),
    packageIds: fc.option(fc.subarray(['a', 'b', 'c'], { minLength: 1 })),
  })
  .map(({ percent, fixed, ...rest }) => ({
    ...{ ...rest, bonusPercent: percent, bonusCoins: percent === null ? fixed : null },
  }));
const anEconomy: fc.Arbitrary<Conversions> = fc.record({
  diamondsPerCoin: aRatio(20),
  coinsPerDiamond: aRatio(20),
  minorPerDiamond: aRatio(20),
  payoutCurrency: fc.constant('USD'),
  currencyRates: aRatio(20).map((rate) => [{ currency: 'JPY', ...rate }]),
});

/** Coins as gifts in as many lines as given, each rounded down; the diamonds exchanged and given again, some rounds. */
function diamondsAfter(rates: Conversions, coins: number, parts: number, rounds: number): number {
  const line = Math.ceil(coins / parts);
  let diamonds = 0;
  for (let left = coins; left > 0; left -= line) diamonds += convert(Math.min(line, left), rates.diamondsPerCoin);
  return rounds === 0 ? diamonds : diamondsAfter(rates, convert(diamonds, rates.coinsPerDiamond), parts, rounds - 1);
}

describe('in an economy that is accepted', () => {
  it('no way from money through coins, gifts and exchanges back to money gains', () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        anEconomy,
        fc.array(aPackage, { minLength: 1, maxLength: 3 }),
        fc.array(aCode, { maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        (rates, packages, codes, parts) => {
          if (keepsAllByRoundTrip(rates.diamondsPerCoin, rates.coinsPerDiamond)) return;
          if (findCheapCoins(rates, { packages, codes }).length > 0) return;
          accepted += 1;
          for (const { id, coins, bonusCoins, priceMinor, currency } of packages)
            for (const used of [undefined, ...codes]) {
              const isValid =
                used && coins >= used.packageCoinsMin && (used.packageIds === null || used.packageIds.includes(id));
              const bought = coins + bonusCoins + (isValid ? bonusOf(used, coins) : 0);
              const rate = rateOf(rates, currency) ?? expect.fail('USD and JPY have rates');
              for (const rounds of [0, 1, 2, 3]) {
                const cashedOut = convert(diamondsAfter(rates, bought, parts, rounds), rates.minorPerDiamond);
                expect(cashedOut * rate.denominator).toBeLessThanOrEqual(priceMinor * rate.numerator);
              }
            }
        },
      ),
      { numRuns: 5_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('no coin comes back from an exchange', () => {
    fc.assert(
      fc.property(aRatio(1_000), aRatio(1_000), fc.integer({ min: 1, max: 1_000_000 }), (first, second, coins) => {
        if (keepsAllByRoundTrip(first, second)) return;
        expect(convert(convert(coins, first), second)).toBeLessThan(coins);
      }),
    );
  });

  it('every refused package gains, if nothing is rounded', () => {
    fc.assert(
      fc.property(anEconomy, aPackage, fc.array(aCode, { maxLength: 2 }), (rates, one, codes) => {
        const [found] = findCheapCoins(rates, { packages: [one], codes });
        if (found) expect(found.worthMinor).toBeGreaterThan(found.costsMinor);
      }),
    );
  });
});
