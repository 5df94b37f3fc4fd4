import { describe, expect, it } from 'vitest';
import { type BudgetState, judgeBudget } from '@/domains/base/budgets/judge-budget';
import { DAY_MS, HOUR_MS } from '@/shared/time';

const NOW = 1_000 * DAY_MS;
const limit = { aDay: 300, onFirstDay: 60 };
const older = NOW - 10 * DAY_MS;

describe('a budget', () => {
  it.each<[string, Omit<BudgetState, 'limit'>, number, object]>([
    ['never used', { createdAt: older }, 1, { limit: 300, used: 0, freeAt: NOW }],
    ['with room', { createdAt: older, window: { startedAt: NOW, used: 299 } }, 1, { used: 299, freeAt: NOW }],
    [
      'used up',
      { createdAt: older, window: { startedAt: NOW - HOUR_MS, used: 300 } },
      1,
      { used: 300, freeAt: NOW + 23 * HOUR_MS },
    ],
    [
      'whose day is over',
      { createdAt: older, window: { startedAt: NOW - DAY_MS, used: 300 } },
      1,
      { used: 0, freeAt: NOW },
    ],
    [
      'used up on the first day, with room on the next',
      { createdAt: NOW - 20 * HOUR_MS, window: { startedAt: NOW - HOUR_MS, used: 60 } },
      1,
      { limit: 60, freeAt: NOW + 4 * HOUR_MS },
    ],
    [
      'asked for more than there is room for on the first day',
      { createdAt: NOW - 20 * HOUR_MS, window: { startedAt: NOW - HOUR_MS, used: 60 } },
      250,
      { freeAt: NOW + 23 * HOUR_MS },
    ],
    ['asked for more than a day has', { createdAt: older }, 301, { used: 0, freeAt: null }],
  ])('that is %s says what is used and when there is room', (_, state, amount, verdict) => {
    expect(judgeBudget({ limit, ...state }, amount, NOW)).toMatchObject(verdict);
  });
});
