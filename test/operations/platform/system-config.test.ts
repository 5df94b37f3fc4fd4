/** The public configuration, as an app reads it before anyone signs in. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asStaff } from '#test/support/users';

describe('GET /settings/system/config', () => {
  it('tells limits, rates, fees and what is offered, and may be cached for a short while', async () => {
    const owner = await asStaff('owner');
    const offer = { name: 'A handful', coins: 100, priceMinor: 199, currency: 'USD' };
    const bought = await owner.post('owner/panel/packages', offer);
    const retired = await owner.post('owner/panel/packages', { ...offer, name: 'Former', active: false });
    const { status, data, headers } = await client().get('settings/system/config');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('public, max-age=30');
    expect(data).toMatchObject({
      name: 'Footlight',
      features: { push: true, payoutsByBank: true, payoutsByStripe: false },
      languages: ['en', 'de'],
      pushPublicKey: expect.stringMatching(/^B/),
      shop: { physical: true, digital: true },
      maintenance: null,
    });
    const ids = data.packages.map(({ id }: { id: string }) => id);
    expect(ids).toContain(bought.data.id);
    expect(ids).not.toContain(retired.data.id);
    const economy = (await owner.get('owner/panel/economy/config')).data;
    expect(data.rates.diamondsPerCoin).toEqual(economy.conversions.diamondsPerCoin);
    const { tip, gift, exchange, payout, payoutOfSales, ...others } = economy.limits;
    const { payoutCurrency, currencyRates } = economy.conversions;
    const inPayoutCurrency = { ...payoutOfSales, currency: payoutCurrency };
    expect(data.limits).toEqual({
      ...{ tip, gift, exchange, payout },
      payoutOfSales: inPayoutCurrency,
      payoutOfSalesByCurrency: [inPayoutCurrency],
      payoutPerDay: { min: 0, max: others.payoutDiamondsPerDayMax },
      payoutsPerDay: { min: 0, max: others.payoutsPerDayMax },
      productPrice: [],
    });
    expect(data.rates.currencyRates).toEqual(currencyRates);
    expect(data.maturing).toEqual({
      diamondsDays: others.maturingDays,
      salesDays: others.shop.maturingDays,
      confirmedSalesDays: others.shop.confirmedDays,
    });
    expect(data.fees).toEqual({
      payoutMinor: economy.limits.payoutFeeMinor,
      payoutMinorByCurrency: [{ currency: payoutCurrency, amountMinor: economy.limits.payoutFeeMinor }],
      payoutBasisPoints: economy.limits.payoutFeeBasisPoints,
      saleBasisPoints: economy.limits.shop.commissionBasisPoints,
      saleMinor: [],
    });
  });
});
