import { describe, expect, it } from 'vitest';
import { judgePayment, mergeClaim, type PaymentClaim, type PaymentFacts } from '@/domains/money/payments/judge-payment';

const facts: PaymentFacts = { amountMinor: 999, isPaid: true, unpaid: 'pending' };
const refund = (amountMinor: number): PaymentClaim => ({ kind: 'refund', amountMinor, state: 'stands' });
const dispute = (state: 'open' | 'won' | 'lost', amountMinor = 999): PaymentClaim => ({
  kind: 'dispute',
  amountMinor,
  state,
});

describe('a payment', () => {
  it.each([
    ['nothing', [], { status: 'paid', reversedMinor: 0, isGone: false }],
    ['a part', [refund(333)], { status: 'partially_refunded', reversedMinor: 333, isGone: false }],
    ['a cent', [refund(1)], { status: 'partially_refunded', reversedMinor: 1, isGone: false }],
    ['all', [refund(999)], { status: 'refunded', reversedMinor: 999, isGone: true }],
    ['two parts', [refund(500), refund(499)], { status: 'refunded', reversedMinor: 999, isGone: true }],
    ['more than all', [refund(999), dispute('lost')], { status: 'disputed', reversedMinor: 999, isGone: true }],
    ['an open dispute', [dispute('open')], { status: 'disputed', reversedMinor: 999, isGone: false }],
    ['a won dispute', [dispute('won')], { status: 'paid', reversedMinor: 0, isGone: false }],
    ['a lost dispute', [dispute('lost', 333)], { status: 'disputed', reversedMinor: 333, isGone: false }],
    ['a won dispute and a part', [dispute('won'), refund(333)], { status: 'partially_refunded', reversedMinor: 333 }],
  ] as const)('with the claim %s', (_, claims, settled) => {
    expect(judgePayment(facts, claims)).toMatchObject(settled);
  });

  it.each(['pending', 'failed', 'expired'] as const)('that is %s has nothing to reverse yet', (unpaid) => {
    const nothing = { status: unpaid, reversedMinor: 0, isGone: false };
    expect(judgePayment({ ...facts, isPaid: false, unpaid }, [refund(999)])).toEqual(nothing);
    expect(judgePayment({ ...facts, unpaid }, []).status).toBe('paid');
  });
});

describe('a claim that is reported again', () => {
  it('can only grow', () => {
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
