import { describe, expect, it } from 'vitest';
import { GRACE_MS, nextRetry, periodEnd, type Renewable, whyItEnds } from '@/domains/money/subscriptions/periods';
import { HOUR_MS, toIso } from '@/shared/time';

const at = (iso: string) => Date.parse(iso);

describe('a month of a subscription', () => {
  it('is a calendar month, and returns to the 31st after a February', () => {
    const began = at('2026-12-31T23:30:00.000Z');
    expect([1, 2, 3, 4, 14].map((months) => toIso(periodEnd(began, months)))).toEqual([
      '2027-01-31T23:30:00.000Z',
      '2027-02-28T23:30:00.000Z',
      '2027-03-31T23:30:00.000Z',
      '2027-04-30T23:30:00.000Z',
      '2028-02-29T23:30:00.000Z',
    ]);
  });
});

describe('the wallet', () => {
  it('is charged at growing intervals, and a last time when the grace ends', () => {
    const begun = at('2026-11-23T00:00:00.000Z');
    const graceUntil = begun + GRACE_MS;
    const hours: number[] = [];
    for (let now = begun; now < graceUntil; ) {
      now = nextRetry(graceUntil, now);
      hours.push((now - begun) / HOUR_MS);
    }
    expect(hours).toEqual([1, 2, 4, 8, 16, 32, 64, 72]);
  });
});

describe('a subscription whose month is over', () => {
  const began = at('2026-01-31T12:00:00.000Z');
  const over = periodEnd(began, 1);
  const good: Renewable = {
    cancelledAt: null,
    startedAt: began,
    months: 1,
    pausedMs: 0,
    suspended: false,
    subscriberStands: true,
    creatorStands: true,
    creatorBlocks: false,
    creatorHides: false,
    subscriberBlocks: false,
    diamonds: 1,
  };

  it.each([
    ['null', {}],
    ['cancelled', { cancelledAt: began, creatorStands: false }],
    ['subscriber-gone', { subscriberStands: false }],
    ['creator-gone', { creatorStands: false, creatorBlocks: true }],
    ['blocked', { creatorBlocks: true }],
    ['blocked', { subscriberBlocks: true }],
    ['worthless', { diamonds: 0 }],
  ])('%s', (because, change) => {
    expect(String(whyItEnds({ ...good, ...change }, over))).toBe(because);
  });

  it('has lapsed once the month after it is over as well', () => {
    expect(whyItEnds(good, periodEnd(began, 2) - 1)).toBeNull();
    expect(whyItEnds(good, periodEnd(began, 2))).toBe('lapsed');
  });
});
