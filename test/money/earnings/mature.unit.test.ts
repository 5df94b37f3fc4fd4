/** When diamonds mature, and which of them go first. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atMost, maturingDaysOf, maturingOf, maturityOf, windowStart } from '@/domains/money/earnings/mature';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const day = (number: number) => `2026-11-${String(number).padStart(2, '0')}`;
const of = (number: number, diamonds: number) => ({ day: day(number), diamonds });

describe('the window of days that are still maturing', () => {
  it('begins with the first day that ended less than the maturing time ago', () => {
    expect(windowStart(NOON, 14)).toBe('2026-11-09');
    expect(windowStart(NOON, 1)).toBe('2026-11-22');
  });

  it('moves on at midnight (UTC)', () => {
    expect(windowStart(Date.parse('2026-11-23T23:59:59.999Z'), 1)).toBe('2026-11-22');
    expect(windowStart(Date.parse('2026-11-24T00:00:00Z'), 1)).toBe('2026-11-23');
  });

  it('is empty if diamonds mature at once', () => {
    expect(windowStart(NOON, 0)).toBe('2026-11-24');
  });
});

describe('what is still maturing', () => {
  it('is the sum of what the window’s days earned', () => {
    expect(maturingOf([of(20, 100), of(22, 50)], [])).toBe(150);
    expect(maturingOf([], [])).toBe(0);
  });

  it('is taken first by a reversal', () => {
    expect(maturingOf([of(20, 100), of(22, 50)], [of(22, 120)])).toBe(30);
  });

  it('is never negative: the rest of a reversal had matured', () => {
    expect(maturingOf([of(20, 100)], [of(20, 500)])).toBe(0);
    expect(maturingOf([of(20, 100), of(22, 50)], [of(21, 500)])).toBe(50);
  });

  it('is not reduced by a reversal on an earlier day', () => {
    expect(maturingOf([of(22, 50)], [of(20, 30)])).toBe(50);
  });

  it('counts earnings of a day as received before that day’s reversals', () => {
    expect(maturingOf([of(22, 50)], [of(22, 20)])).toBe(30);
  });

  it('is reduced from the newest day first, whatever the order of the rows', () => {
    const amounts = fc.array(fc.record({ day: fc.integer({ min: 1, max: 9 }).map(day), diamonds: fc.nat(100) }));
    fc.assert(
      fc.property(amounts, amounts, (credits, debits) => {
        expect(maturingOf(credits, debits)).toBe(takenDayByDay(credits, debits));
      }),
    );
  });
});

describe('the days on which diamonds mature', () => {
  it('are those of the window, less what was taken from the newest ones', () => {
    const credits = [of(20, 100), of(22, 50), of(23, 5)];
    expect(maturingDaysOf(credits, [of(22, 60)])).toEqual([of(20, 90), of(23, 5)]);
    expect(maturingDaysOf([], [of(22, 60)])).toEqual([]);
  });

  it('have one entry each, with no more together than the user has', () => {
    expect(atMost([of(20, 100), of(20, 7), of(22, 50)], 120)).toEqual([of(20, 107), of(22, 13)]);
    expect(atMost([of(20, 100), of(22, 50)], 100)).toEqual([of(20, 100)]);
    expect(atMost([of(20, 100)], -5)).toEqual([]);
  });

  it('come once as many full days have passed as the economy says', () => {
    expect(new Date(maturityOf(day(9), 14)).toISOString()).toBe('2026-11-24T00:00:00.000Z');
    expect(windowStart(maturityOf(day(9), 14), 14)).toBe(day(10));
    expect(windowStart(maturityOf(day(9), 14) - 1, 14)).toBe(day(9));
  });
});

type Amounts = Parameters<typeof maturingOf>[0];

/** The rule as it is said: each debit goes over the days up to its own, the newest first. */
function takenDayByDay(credits: Amounts, debits: Amounts): number {
  const left = new Map<string, number>();
  for (const { day, diamonds } of credits) left.set(day, (left.get(day) ?? 0) + diamonds);
  for (const debit of debits.toSorted((a, b) => a.day.localeCompare(b.day))) {
    let open = debit.diamonds;
    for (const day of [...left.keys()]
      .filter((one) => one <= debit.day)
      .toSorted()
      .toReversed()) {
      const taken = Math.min(open, left.get(day) ?? 0);
      left.set(day, (left.get(day) ?? 0) - taken);
      open -= taken;
    }
  }
  return [...left.values()].reduce((sum, one) => sum + one, 0);
}
