import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contradicts,
  judgePayment,
  mergeClaim,
  type PaymentClaim,
  type PaymentFacts,
} from '@/domains/money/payments/judge-payment';
import { completeEvent } from '@/domains/money/payments/older-events';

const facts: PaymentFacts = { amountMinor: 999, isPaid: true, unpaid: 'pending' };
const refund = (amountMinor: number, state: 'stands' | 'failed' = 'stands', eventAt = 1): PaymentClaim => ({
  kind: 'refund',
  amountMinor,
  state,
  eventAt,
});
const dispute = (state: 'inquiry' | 'open' | 'won' | 'lost', amountMinor = 999, eventAt = 1): PaymentClaim => ({
  kind: 'dispute',
  amountMinor,
  state,
  eventAt,
});

describe('a payment', () => {
  it.each([
    ['nothing', [], { status: 'paid', reversedMinor: 0 }],
    ['a part', [refund(333)], { status: 'partially_refunded', reversedMinor: 333 }],
    ['a cent', [refund(1)], { status: 'partially_refunded', reversedMinor: 1 }],
    ['all', [refund(999)], { status: 'refunded', reversedMinor: 999 }],
    ['two parts', [refund(500), refund(499)], { status: 'refunded', reversedMinor: 999 }],
    ['a failed refund', [refund(999, 'failed')], { status: 'paid', reversedMinor: 0 }],
    [
      'a refund and a failed one',
      [refund(333), refund(999, 'failed')],
      { status: 'partially_refunded', reversedMinor: 333 },
    ],
    ['more than all', [refund(999), dispute('lost')], { status: 'charged_back', reversedMinor: 999 }],
    ['an inquiry', [dispute('inquiry')], { status: 'paid', reversedMinor: 0 }],
    ['an open dispute', [dispute('open')], { status: 'disputed', reversedMinor: 999 }],
    ['a won dispute', [dispute('won')], { status: 'paid', reversedMinor: 0 }],
    ['a lost dispute', [dispute('lost', 333)], { status: 'charged_back', reversedMinor: 333 }],
    [
      'a lost and an open dispute',
      [dispute('lost', 333), dispute('open', 100)],
      { status: 'disputed', reversedMinor: 433 },
    ],
    ['a won dispute and a part', [dispute('won'), refund(333)], { status: 'partially_refunded', reversedMinor: 333 }],
  ] as const)('with the claim %s', (_, claims, settled) => {
    expect(judgePayment(facts, claims)).toEqual(settled);
  });

  it.each(['pending', 'failed', 'expired'] as const)('that is %s has nothing to reverse yet', (unpaid) => {
    const nothing = { status: unpaid, reversedMinor: 0 };
    expect(judgePayment({ ...facts, isPaid: false, unpaid }, [refund(999)])).toEqual(nothing);
    expect(judgePayment({ ...facts, unpaid }, []).status).toBe('paid');
  });
});

describe('a claim that is reported again', () => {
  it('is as the newest event says, whatever arrives last', () => {
    expect(mergeClaim(undefined, refund(5))).toEqual(refund(5));
    for (const [older, newer] of [
      [dispute('lost', 999, 1), dispute('won', 999, 2)],
      [dispute('won', 999, 1), dispute('lost', 999, 2)],
      [dispute('won', 999, 1), dispute('open', 999, 2)], // pre-arbitration
      [refund(5, 'stands', 1), refund(5, 'failed', 2)],
      [refund(8, 'stands', 1), refund(5, 'stands', 2)],
    ] as const) {
      expect(mergeClaim(older, newer)).toEqual(newer);
      expect(mergeClaim(newer, older)).toEqual(newer);
    }
  });

  it('is as the event of the later stage says, if both have the same time', () => {
    for (const [one, other] of [
      [dispute('inquiry'), dispute('open')],
      [dispute('open'), dispute('won')],
      [dispute('open'), dispute('lost')],
      [refund(5), refund(5, 'failed')],
    ] as const) {
      expect(mergeClaim(one, other)).toEqual(other);
      expect(mergeClaim(other, one)).toEqual(other);
    }
  });

  it('contradicts itself only as another kind, or as won and lost at the same time', () => {
    expect(contradicts(dispute('won'), dispute('lost'))).toBe(true);
    expect(contradicts(refund(5), dispute('open'))).toBe(true);
    expect(contradicts(dispute('won', 999, 1), dispute('lost', 999, 2))).toBe(false);
    expect(contradicts(dispute('open'), dispute('lost'))).toBe(false);
    expect(contradicts(refund(5), refund(5, 'failed'))).toBe(false);
  });

  it('comes to the same in any order of arrival, with repeats', () => {
    const aState = fc.constantFrom('inquiry' as const, 'open' as const, 'won' as const, 'lost' as const);
    const aRefundState = fc.constantFrom('stands' as const, 'failed' as const);
    const anAmount = fc.integer({ min: 1, max: 999 });
    const aTime = fc.integer({ min: 1, max: 6 });
    const reports = fc.array(
      fc.oneof(
        fc.record({
          id: fc.constantFrom('dp_1', 'dp_2'),
          claim: fc.tuple(aState, anAmount, aTime).map((of) => dispute(...of)),
        }),
        fc.record({
          id: fc.constantFrom('re_1', 're_2'),
          claim: fc.tuple(anAmount, aRefundState, aTime).map((of) => refund(...of)),
        }),
      ),
      { minLength: 1, maxLength: 12 },
    );
    const orders = reports.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2, maxLength: list.length * 2 }),
      ),
    );
    const judged = (list: readonly { id: string; claim: PaymentClaim }[]) => {
      const claims = new Map<string, PaymentClaim>();
      for (const { id, claim } of list) claims.set(id, mergeClaim(claims.get(id), claim));
      return judgePayment(facts, [...claims.values()]);
    };
    fc.assert(
      fc.property(orders, ([list, shuffled]) => {
        expect(judged(shuffled)).toEqual(judged(list));
      }),
    );
  });
});

describe('an event that the version before stored', () => {
  const of = { purchaseId: null, paymentId: 'pi_1' };

  it('is dated by its arrival, and a sum of refunds asks for the refunds', () => {
    const stored = (payload: object) => completeEvent(JSON.parse(JSON.stringify(payload)), 7_000);
    expect(stored({ type: 'refunded', claimId: 'refunds:pi_1', amountMinor: 5, ...of })).toEqual({
      type: 'refunds-changed',
      ...of,
    });
    const added = { currency: null, at: 7_000 };
    const refunded = { type: 'refunded', claimId: 'ref_1', amountMinor: 5, ...of };
    expect(stored(refunded)).toEqual({ ...refunded, ...added, state: 'stands' });
    const disputed = { type: 'disputed', claimId: 'dp_1', amountMinor: 5, state: 'won', ...of };
    expect(stored(disputed)).toEqual({ ...disputed, ...added });
  });

  it('is left as it is once it has its own time', () => {
    const event = {
      type: 'disputed',
      claimId: 'dp_1',
      amountMinor: 5,
      state: 'won',
      currency: 'USD',
      at: 1,
      ...of,
    } as const;
    expect(completeEvent(event, 7_000)).toEqual(event);
  });
});
