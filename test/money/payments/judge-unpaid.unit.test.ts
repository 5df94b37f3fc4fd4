import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isOverUnpaid,
  judgeUnpaid,
  PROCESSING_MS_MAX,
  type Unpaid,
  type UnpaidReport,
} from '@/domains/money/payments/judge-unpaid';

const NOW = 1_000;
const PENDING: Unpaid = { status: 'pending', processingAt: null, paymentId: null };
const report = (type: UnpaidReport['type'], paymentId: string | null = 'pay_1'): UnpaidReport => ({ type, paymentId });

function judged(reports: readonly UnpaidReport[], now = NOW): Unpaid {
  return reports.reduce((known, said) => judgeUnpaid(known, said, now) ?? known, PENDING);
}

describe('a checkout without money', () => {
  it('waits for money on its way, whatever expires meanwhile, for thirty days', () => {
    const waiting = judged([report('processing'), report('expired', null)]);
    expect(waiting).toEqual({ status: 'processing', processingAt: NOW, paymentId: 'pay_1' });
    expect(judgeUnpaid(waiting, report('expired', null), NOW + PROCESSING_MS_MAX - 1)).toBeUndefined();
    const over = judgeUnpaid(waiting, report('expired', null), NOW + PROCESSING_MS_MAX);
    expect(over).toMatchObject({ status: 'expired' });
    expect(judgeUnpaid(over ?? PENDING, report('processing'), NOW + PROCESSING_MS_MAX)).toBeUndefined();
  });

  it('is over once the money on its way failed, in any order of arrival', () => {
    for (const reports of [
      [report('processing'), report('failed')],
      [report('failed'), report('processing')],
      [report('processing'), report('failed', null)],
    ]) {
      const end = judged(reports);
      expect(end).toMatchObject({ status: 'failed' });
      expect(isOverUnpaid(end)).toBe(true);
    }
  });

  it('can be paid again after it failed at once, and then waits for the new attempt', () => {
    const failed = judged([report('failed')]);
    expect(isOverUnpaid(failed)).toBe(false);
    expect(judged([report('failed'), report('processing', 'pay_2')])).toMatchObject({ status: 'processing' });
    // The first attempt's failure comes late.
    expect(judged([report('processing', 'pay_2'), report('failed')])).toMatchObject({ status: 'processing' });
  });

  it('waits again if money is on its way after all once it expired', () => {
    expect(judged([report('expired', null), report('processing')])).toMatchObject({ status: 'processing' });
  });

  it('comes to the same if every report is repeated', () => {
    const reports = fc.array(
      fc.record({
        type: fc.constantFrom('processing', 'failed', 'expired'),
        paymentId: fc.constantFrom('pay_1', null),
      } as const),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(reports, (history) => {
        expect(judged(history.flatMap((said) => [said, said]))).toEqual(judged(history));
      }),
    );
  });

  it('is judged the same in any order of what one attempt reports', () => {
    const all = [report('processing'), report('failed')];
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 0, 1], { minLength: 4 }), (order) => {
        const end = judged(order.flatMap((index) => all[index] ?? []));
        expect([end.status, isOverUnpaid(end)]).toEqual(['failed', true]);
      }),
    );
  });
});
