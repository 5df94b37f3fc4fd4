import { expect, test } from 'vitest';
import { Paces, takeOne, waitMsFor } from '@/room/pace';

const pace = { atOnce: 3, everyMs: 100 };

test('some may come at once, then one at a time', () => {
  const paces = new Paces(pace);
  const waits = (times: number[]) => times.map((now) => paces.take('a', now));
  expect(waits([1_000, 1_000, 1_000, 1_000, 1_060, 1_100, 1_100])).toEqual([0, 0, 0, 100, 40, 0, 100]);
  expect(paces.take('b', 1_100)).toBe(0);
  expect(waits([1_400, 1_400, 1_400, 1_400])).toEqual([0, 0, 0, 100]);
});

test('nobody catches up faster because others come and go', () => {
  const paces = new Paces(pace);
  let taken = 0;
  for (let now = 1_000; now < 11_000; now += 10) {
    if (paces.take('greedy', now) === 0) taken += 1;
    paces.take(`passer-by ${now}`, now);
  }
  expect(taken).toBe(3 + 99);
});

test('a clock that is set back holds nobody up', () => {
  const caughtUpAt = takeOne(pace, 0, 1_000_000);
  expect(waitMsFor(pace, caughtUpAt, 5_000)).toBe(0);
  expect(takeOne(pace, caughtUpAt, 5_000)).toBe(5_100);
});
