/** Decides how much of a budget an account can use, and when. Takes no Context. */
import type { DailyLimit } from '@/shared/daily-limit';
import { DAY_MS } from '@/shared/time';

export interface BudgetState {
  readonly limit: DailyLimit;
  /** When the account was created (ms). */
  readonly createdAt: number;
  /** As stored. Undefined if the budget was never used. */
  readonly window?: { readonly startedAt: number; readonly used: number } | undefined;
}

interface BudgetVerdict {
  readonly limit: number;
  readonly used: number;
  /** When (ms) this amount can be used: now, if it fits. Null if it never fits into a day. */
  readonly freeAt: number | null;
}

/** An account's first day ends 24 hours after it was created. */
function isFirstDay(createdAt: number, now: number): boolean {
  return now < createdAt + DAY_MS;
}

/**
 * Whether an amount still fits into this budget's day.
 * @param amount in the limit's unit: items or bytes @param now ms
 */
export function judgeBudget({ limit, createdAt, window }: BudgetState, amount: number, now: number): BudgetVerdict {
  const endsAt = (window?.startedAt ?? 0) + DAY_MS;
  const limitAt = (time: number) => (isFirstDay(createdAt, time) ? limit.onFirstDay : limit.aDay);
  const usedAt = (time: number) => (window && time < endsAt ? window.used : 0);
  // Room only comes when the budget's day ends, or the account's first day.
  const times = [now, endsAt, createdAt + DAY_MS].filter((time) => time >= now).toSorted((one, other) => one - other);
  const freeAt = times.find((time) => usedAt(time) + amount <= limitAt(time)) ?? null;
  return { limit: limitAt(now), used: usedAt(now), freeAt };
}
