import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claim, mergeClaim, type PurchaseFacts, settle } from '@/domains/money/payments/judge-payment';

const facts: PurchaseFacts = { coins: 1_000, bonusCoins: 50, amountMinor: 999, isPaid: true, unpaid: 'pending' };
const refund = (amountMinor: number): Claim => ({ kind: 'refund', amountMinor, state: 'stands' });
const dispute = (state: 'open' | 'won' | 'lost', amountMinor = 999): Claim => ({ kind: 'dispute', amountMinor, state });

describe('a purchase', () => {
  it.each([
    ['nothing', [], { status: 'paid', reversedMinor: 0, reversedCoins: 0, isGone: false }],
    ['a part', [refund(333)], { status: 'partially_refunded', reversedMinor: 333, reversedCoins: 350, isGone: false }],
    ['a cent', [refund(1)], { status: 'partially_refunded', reversedMinor: 1, reversedCoins: 1, isGone: false }],
    ['all', [refund(999)], { status: 'refunded', reversedMinor: 999, reversedCoins: 1_050, isGone: true }],
    ['two parts', [refund(500), refund(499)], { status: 'refunded', reversedCoins: 1_050, isGone: true }],
    ['more than all', [refund(999), dispute('lost')], { status: 'disputed', reversedMinor: 999, isGone: true }],
    ['an open dispute', [dispute('open')], { status: 'disputed', reversedCoins: 1_050, isGone: false }],
    ['a won dispute', [dispute('won')], { status: 'paid', reversedCoins: 0, isGone: false }],
    ['a lost dispute', [dispute('lost', 333)], { status: 'disputed', reversedCoins: 350, isGone: false }],
    ['a won dispute and a part', [dispute('won'), refund(333)], { status: 'partially_refunded', reversedMinor: 333 }],
  ] as const)('of which %s is claimed', (_, claims, settled) => {
    expect(settle(facts, claims)).toMatchObject(settled);
  });

  it.each(['pending', 'failed', 'expired'] as const)('that is %s has nothing to take back yet', (unpaid) => {
    const nothing = { status: unpaid, reversedMinor: 0, reversedCoins: 0, isGone: false };
    expect(settle({ ...facts, isPaid: false, unpaid }, [refund(999)])).toEqual(nothing);
    expect(settle({ ...facts, unpaid }, []).status).toBe('paid');
  });

  it('loses coins as it loses money, never more of them, and all with all of it', () => {
    const amount = fc.integer({ min: 1, max: 99_999_999 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), amount, amount, (coins, amountMinor, claimed) => {
        const { reversedCoins, reversedMinor } = settle({ ...facts, coins, amountMinor }, [refund(claimed)]);
        const whole = BigInt(coins + facts.bonusCoins);
        expect(reversedMinor).toBe(Math.min(amountMinor, claimed));
        expect(BigInt(reversedCoins) * BigInt(amountMinor)).toBeLessThanOrEqual(whole * BigInt(reversedMinor));
        expect((BigInt(reversedCoins) + 1n) * BigInt(amountMinor)).toBeGreaterThan(whole * BigInt(reversedMinor));
        if (claimed >= amountMinor) expect(BigInt(reversedCoins)).toBe(whole);
      }),
    );
  });
});

describe('a claim that is told again', () => {
  it('only grows', () => {
    expect(mergeClaim(undefined, refund(5))).toEqual(refund(5));
    expect(mergeClaim(refund(5), refund(8))).toEqual(refund(8));
    expect(mergeClaim(refund(8), refund(5))).toEqual(refund(8));
  });

  it('stays decided once it is', () => {
    expect(mergeClaim(dispute('open'), dispute('won')).state).toBe('won');
    expect(mergeClaim(dispute('open'), dispute('lost')).state).toBe('lost');
    expect(mergeClaim(dispute('won'), dispute('open')).state).toBe('won');
    expect(mergeClaim(dispute('lost'), dispute('won')).state).toBe('lost');
  });
});
