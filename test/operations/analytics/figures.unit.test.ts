/** How the platform's figures add up. */
import { expect, it } from 'vitest';
import { type Amount, overDays, presentFigures, sumOf } from '@/domains/operations/analytics/figures';

const of = (figure: Amount['figure'], amount: number, unit = ''): Amount => ({ figure, unit, amount });

it('amounts of one day are added, each currency for itself', () => {
  const amounts = [
    of('gifts', 2),
    of('gifts', 3),
    of('payouts', 5, 'EUR'),
    of('payouts', 7, 'USD'),
    of('payouts', 1, 'EUR'),
  ];
  expect(presentFigures(sumOf(amounts))).toMatchObject({
    gifts: 5,
    payouts: [
      { currency: 'EUR', amountMinor: 6 },
      { currency: 'USD', amountMinor: 7 },
    ],
    ...{ orders: 0, sales: [], registrations: 0 },
  });
});

it('over several days the largest number of active users and viewers stands for all', () => {
  const days = [
    of('activeUsers', 4),
    of('activeUsers', 9),
    of('peakConcurrent', 3),
    of('peakConcurrent', 2),
    of('gifts', 1),
    of('gifts', 1),
  ];
  expect(presentFigures(overDays(days))).toMatchObject({ activeUsers: 9, peakConcurrent: 3, gifts: 2 });
});

it('hours are rounded to hundredths once, after seconds were added', () => {
  expect(presentFigures(sumOf([of('watchSeconds', 18), of('watchSeconds', 18)])).hoursWatched).toBe(0.01);
});
