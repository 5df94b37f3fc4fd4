/** Prices and payouts that a provider would refuse are known before anybody pays. */
import { describe, expect, it } from 'vitest';
import { dodoPriceProblem } from '@/providers/dodo-currencies';
import { canTransfer, fromStripeAmount, stripePriceProblem, toStripeAmount } from '@/providers/stripe-currencies';
import { MINOR_DIGITS } from '@/shared/currency';

describe('an amount at Stripe', () => {
  it.each([
    ['USD', 499, 499],
    ['HUF', 17_550, 17_550],
    ['TWD', 80_045, 80_045],
    ['JPY', 500, 500],
    ['ISK', 5, 500],
    ['UGX', 5, 500],
    ['MGA', 50_000, 500],
    ['KWD', 5_120, 5_120],
  ])('in %s is %i of our minor units and %i of theirs', (currency, ours, theirs) => {
    expect(toStripeAmount(ours, currency)).toBe(theirs);
    expect(fromStripeAmount(theirs, currency.toLowerCase())).toBe(ours);
  });

  it.each([
    ['USD', 50],
    ['EUR', 50],
    ['GBP', 30],
    ['HUF', 17_500],
    ['JPY', 50],
    ['ISK', 1],
    ['UGX', 999_999],
    ['KWD', 5_120],
    ['MGA', 100],
    ['IDR', 999_999_999_999],
  ])('can be charged in %s with %i', (currency, amountMinor) => {
    expect(stripePriceProblem(amountMinor, currency)).toBeUndefined();
  });

  it.each([
    ['USD', 49, 'priceMinor', 'must be at least 0.50 USD for Stripe'],
    ['HUF', 17_499, 'priceMinor', 'must be at least 175.00 HUF for Stripe'],
    ['USD', 100_000_000, 'priceMinor', 'must be at most 999999.99 USD for Stripe'],
    ['UGX', 1_000_000, 'priceMinor', 'must be at most 999999 UGX for Stripe'],
    ['KWD', 5_124, 'priceMinor', 'must be a multiple of 0.010 KWD for Stripe'],
    ['MGA', 150, 'priceMinor', 'must be a multiple of 1.00 MGA for Stripe'],
    ['CLF', 10_000, 'currency', 'is not a currency that Stripe charges'],
    ['IRR', 10_000, 'currency', 'is not a currency that Stripe charges'],
  ])('cannot be charged in %s with %i', (currency, amountMinor, path, message) => {
    expect(stripePriceProblem(amountMinor, currency)).toEqual({ path, message });
  });

  it('can be transferred if Stripe can represent it', () => {
    expect([canTransfer(1, 'USD'), canTransfer(1_045, 'HUF'), canTransfer(1_001, 'ISK')]).toEqual([true, true, true]);
    expect([canTransfer(1_001, 'KWD'), canTransfer(150, 'MGA'), canTransfer(100, 'CLF')]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('an amount at Dodo', () => {
  it('is at least its minimum, in a currency that Dodo bills', () => {
    expect(dodoPriceProblem(50, 'USD')).toBeUndefined();
    expect(dodoPriceProblem(850_000, 'IDR')).toBeUndefined();
    expect(dodoPriceProblem(849_999, 'IDR')).toMatchObject({ message: 'must be at least 8500.00 IDR for Dodo' });
    expect(dodoPriceProblem(999, 'CLP')).toMatchObject({ message: 'must be at least 1000 CLP for Dodo' });
    expect(dodoPriceProblem(10_000, 'AFN')).toEqual({
      path: 'currency',
      message: 'is not a currency in which Dodo bills',
    });
  });
});

it('no provider takes a currency that ISO does not have', () => {
  for (const currency of ['ANG', 'BGN', 'STD', 'XAU']) {
    expect(MINOR_DIGITS.has(currency)).toBe(false);
    expect(stripePriceProblem(1_000_000, currency)?.path).toBe('currency');
    expect(dodoPriceProblem(1_000_000, currency)?.path).toBe('currency');
  }
});
