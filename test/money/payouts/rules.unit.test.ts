/** What a cash-out pays, what limits it, how long it is sent: rules without a database. */
import { describe, expect, it } from 'vitest';
import type { EconomyConfig } from '@/contracts/economy';
import { maySend, needsDecision } from '@/domains/money/payouts/sending-window';
import { judgeLimits, termsOf } from '@/domains/money/payouts/terms';
import { formatMinor } from '@/shared/currency';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

const economy = (numerator: number, denominator: number, payoutFeeMinor: number, payoutFeeBasisPoints: number) =>
  ({
    conversions: { minorPerDiamond: { numerator, denominator }, payoutCurrency: 'USD' },
    limits: { payoutFeeMinor, payoutFeeBasisPoints },
  }) as EconomyConfig; // what the rule reads of it

describe('the terms', () => {
  const ofDiamonds = (diamonds: number, config: EconomyConfig) =>
    termsOf({ source: 'diamonds', diamonds, method: 'bank' }, config);

  it('round down the amount due, and then the fee', () => {
    expect(ofDiamonds(1_999, economy(1, 2, 25, 150))).toEqual({
      source: 'diamonds',
      diamonds: 1_999,
      amountMinor: 999 - 25 - 14,
      feeMinor: 25 + 14,
      currency: 'USD',
    });
  });

  it('are exact beyond the precision of a double', () => {
    const { amountMinor, feeMinor } = ofDiamonds(1_000_000_000, economy(999_983, 1, 0, 1));
    expect([amountMinor + feeMinor, feeMinor]).toEqual([999_983_000_000_000, 99_998_300_000]);
  });

  it('accept a fee of zero, and one that takes everything', () => {
    expect(ofDiamonds(1, economy(1, 1, 0, 0))).toMatchObject({ amountMinor: 1, feeMinor: 0 });
    expect(ofDiamonds(10, economy(1, 1, 25, 0)).amountMinor).toBeLessThan(1);
  });

  it('of sales keep their currency', () => {
    const request = { source: 'sales', amountMinor: 2_000, currency: 'EUR', method: 'bank' } as const;
    expect(termsOf(request, economy(1, 2, 25, 100))).toEqual({
      source: 'sales',
      diamonds: null,
      amountMinor: 1_955,
      feeMinor: 45,
      currency: 'EUR',
    });
  });
});

describe('the limits', () => {
  const bounds = { min: 10, max: 100, perDayMax: 150, payoutsPerDayMax: 2 };
  const codeOf = (asked: number, payouts = 0, sum = 0) => {
    const verdict = judgeLimits(asked, bounds, { payouts, sum });
    return verdict === 'allow' ? 'allow' : verdict.code;
  };

  it('may be reached but not exceeded', () => {
    expect([codeOf(9), codeOf(10)]).toEqual(['PAYOUT_LIMIT_MINIMUM', 'allow']);
    expect([codeOf(100), codeOf(101)]).toEqual(['allow', 'PAYOUT_LIMIT_MAXIMUM']);
    expect([codeOf(50, 1, 100), codeOf(51, 1, 100)]).toEqual(['allow', 'PAYOUT_LIMIT_DAILY']);
    expect(codeOf(10, 2, 20)).toBe('PAYOUT_LIMIT_DAILY');
  });
});

describe('a payout at the provider', () => {
  const processing = { status: 'processing', processingAt: 1_000 } as const;
  const afterwards = (ms: number) => [maySend(processing, 1_000 + ms), needsDecision(processing, 1_000 + ms)];

  it('is sent again until shortly before staff may decide, and never after that', () => {
    expect(afterwards(0)).toEqual([true, false]);
    expect(afterwards(20 * HOUR_MS - 10 * MINUTE_MS - 1)).toEqual([true, false]);
    expect(afterwards(20 * HOUR_MS - 10 * MINUTE_MS)).toEqual([false, false]);
    expect(afterwards(20 * HOUR_MS)).toEqual([false, true]);
  });

  it('in any other state is neither sent again nor left to staff', () => {
    for (const status of ['requested', 'approved', 'paid', 'failed', 'rejected'] as const) {
      const payout = { status, processingAt: 1_000 };
      expect([maySend(payout, 2_000), needsDecision(payout, 100 * HOUR_MS)]).toEqual([false, false]);
    }
  });
});

describe('an amount as text', () => {
  it('has the decimals of its currency', () => {
    const words = (currency: string) => formatMinor(12_345, currency);
    expect(['USD', 'JPY', 'KWD'].map(words)).toEqual(['123.45 USD', '12345 JPY', '12.345 KWD']);
  });
});
