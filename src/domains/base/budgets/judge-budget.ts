/** How much of a budget an account can use, and when. Takes no Context. */
import type { DailyLimit } from '@/shared/daily-limit';
import { DAY_MS } from '@/shared/time';

export interface BudgetState {
  readonly limit: DailyLimit;
  /** When the account was made (ms). */
  readonly createdAt: number;
  /** As stored; nothing if the budget was never used. */
  readonly window?: { readonly startedAt: number; readonly used: number } | undefined;
}

interface Verdict {
  readonly limit: number;
  readonly used: number;
  /** When (ms) this amount can be used: now, if it fits. Null: it never fits in a day. */
  readonly freeAt: number | null;
}

/** An account's first day ends 24 hours after it was made. */
function isFirstDay(createdAt: number, now: number): boolean {
  return now < createdAt + DAY_MS;
}

/**
 * Judges whether an amount still fits into the day of this budget.
 * @param amount in the unit of the limit: pieces or bytes @param now ms
 */
export function judgeBudget({ limit, createdAt, window }: BudgetState, amount: number, now: number): Verdict {
  const endsAt = (window?.startedAt ?? 0) + DAY_MS;
  const limitAt = (time: number) => (isFirstDay(createdAt, time) ? limit.onFirstDay : limit.aDay);
  const usedAt = (time: number) => (window && time < endsAt ? window.used : 0);
  // Only the end of the budget's day, or of the account's first day, makes room.
  const times = [now, endsAt, createdAt + DAY_MS].filter((time) => time >= now).toSorted((one, other) => one - other);
  const freeAt = times.find((time) => usedAt(time) + amount <= limitAt(time)) ?? null;
  return { limit: limitAt(now), used: usedAt(now), freeAt };
}
