/** Limits in a currency: its own, those of the payout currency at a rate, or none. */
import { describe, expect, it } from 'vitest';
import type { EconomyConfig } from '@/contracts/economy';
import { contradictionsOf } from '@/domains/base/economy/judge-economy';
import { limitsIn } from '@/domains/base/economy/limits';

const ratio = (numerator: number, denominator: number) => ({ numerator, denominator });
const usd = {
  ...{ payoutMinorMin: 1_000, payoutMinorMax: 1_000_000, payoutMinorPerDayMax: 2_000_000, payoutFeeMinor: 25 },
  rewardCodeFromMinor: 1_999,
};
const huf = {
  ...{ payoutMinorMin: 400_000, payoutMinorMax: 40_000_000, payoutMinorPerDayMax: 80_000_000, payoutFeeMinor: 10_000 },
  rewardCodeFromMinor: 750_000,
};
const economy: EconomyConfig = {
  conversions: {
    diamondsPerCoin: ratio(1, 2),
    coinsPerDiamond: ratio(1, 1),
    minorPerDiamond: ratio(1, 1),
    payoutCurrency: 'USD',
    currencyRates: [
      { currency: 'HUF', ...ratio(1, 360) },
      { currency: 'JPY', ...ratio(2, 3) },
    ],
  },
  limits: {
    ...{ giftQuantityMax: 1_000, tipCoinsMin: 10, tipCoinsMax: 100_000, exchangeDiamondsMin: 10 },
    ...{ payoutDiamondsMin: 1_000, payoutDiamondsMax: 1_000_000, payoutDiamondsPerDayMax: 2_000_000 },
    ...{ payoutsPerDayMax: 3, maturingDays: 14, payoutFeeBasisPoints: 100, rewardCodePercent: 10, rewardCodeDays: 30 },
    shop: { commissionBasisPoints: 1_000, maturingDays: 14, confirmedDays: 3, currencies: [] },
    ...usd,
    currencies: [{ currency: 'HUF', ...huf }],
  },
  targets: [],
  guides: { gender: null, exceptCountries: [] },
};

describe('the limits in a currency', () => {
  it('are the plain ones for the payout currency', () => {
    expect(limitsIn(economy, 'USD')).toEqual(economy.limits);
  });

  it('are its own where it has some', () => {
    expect(limitsIn(economy, 'HUF')).toMatchObject({ ...huf, payoutFeeBasisPoints: 100, rewardCodePercent: 10 });
  });

  it('follow the rate otherwise, rounded in favour of the platform', () => {
    expect(limitsIn(economy, 'JPY')).toMatchObject({
      ...{ payoutMinorMin: 1_500, payoutMinorMax: 1_500_000, payoutMinorPerDayMax: 3_000_000, payoutFeeMinor: 38 },
      rewardCodeFromMinor: 2_999,
    });
  });

  it('are none without a rate', () => {
    expect(limitsIn(economy, 'EUR')).toBeUndefined();
  });
});

describe('an economy contradicts itself', () => {
  const withLists = (currencyRates: string[], currencies: string[]): EconomyConfig => ({
    ...economy,
    conversions: {
      ...economy.conversions,
      currencyRates: currencyRates.map((currency) => ({ currency, ...ratio(1, 1) })),
    },
    limits: { ...economy.limits, currencies: currencies.map((currency) => ({ currency, ...huf })) },
  });

  it('where a list names a currency twice, or the payout currency', () => {
    expect(contradictionsOf(withLists(['EUR', 'JPY'], ['EUR']))).toEqual([]);
    expect(contradictionsOf(withLists(['EUR', 'EUR', 'USD'], ['USD']))).toEqual([
      { path: 'currencyRates', message: 'must name EUR only once' },
      { path: 'currencyRates', message: 'must not name the payout currency USD' },
      { path: 'currencies', message: 'must not name the payout currency USD' },
    ]);
  });

  it('where a minimum is more than its maximum, in any currency', () => {
    const limits = { ...economy.limits, currencies: [{ currency: 'HUF', ...huf, payoutMinorMin: 40_000_001 }] };
    expect(contradictionsOf({ ...economy, limits })).toEqual([
      { path: 'currencies.HUF.payoutMinorMin', message: 'must not be more than payoutMinorMax' },
    ]);
  });
});
