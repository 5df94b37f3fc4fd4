/**
 * Pure rules for maturing diamonds. All diamonds of a day (UTC) mature together, once `maturingDays` full days have
 * passed since its end. A cash-out and an exchange take matured diamonds alone. A reversal, and a month that
 * is given back, take maturing diamonds first, those of the newest days before older ones.
 */
import { DAY_MS, toDay } from '@/shared/time';

/** Diamonds of one day: 2026-11-23. */
export interface DayAmount {
  readonly day: string;
  readonly diamonds: number;
}

/** What one change of a lot took from a creator, or gave back. */
export interface ReversalOfLot extends DayAmount {
  readonly lotId: number;
  /** 1: it was given back. */
  readonly restored: number;
}

/**
 * The reversals that still stand, by their own day: what came back cancels the newest reversals of the same lot.
 * @param changes oldest first
 */
export function standingReversals(changes: readonly ReversalOfLot[]): DayAmount[] {
  const taken = new Map<number, DayAmount[]>();
  for (const { lotId, day, diamonds, restored } of changes) {
    const standing = taken.get(lotId) ?? [];
    taken.set(lotId, restored === 1 ? withoutNewest(standing, diamonds) : [...standing, { day, diamonds }]);
  }
  return [...taken.values()].flat();
}

function withoutNewest(standing: readonly DayAmount[], diamonds: number): DayAmount[] {
  let open = diamonds;
  return standing
    .toReversed()
    .map((one) => {
      const cancelled = Math.min(open, one.diamonds);
      open -= cancelled;
      return { day: one.day, diamonds: one.diamonds - cancelled };
    })
    .toReversed();
}

/** The oldest day whose diamonds are still maturing at this time (ms); with no maturing time, a day in the future. */
export function windowStart(now: number, maturingDays: number): string {
  return toDay(maturingDays === 0 ? now + DAY_MS : now - maturingDays * DAY_MS);
}

/**
 * Returns what is left of the window's credits. Within a day, credits count before debits.
 * @param credits @param debits of the window's days, in any order; several of one day add up
 */
export function maturingOf(credits: readonly DayAmount[], debits: readonly DayAmount[]): number {
  const steps = [
    ...credits.map(({ day, diamonds }) => ({ day, change: diamonds })),
    ...debits.map(({ day, diamonds }) => ({ day, change: -diamonds })),
  ].toSorted((a, b) => (a.day === b.day ? b.change - a.change : a.day < b.day ? -1 : 1));
  // A debit empties the newest days first, so what is left of all days is a single sum. It never falls below zero: a
  // larger debit took the rest from matured diamonds.
  return steps.reduce((left, { change }) => Math.max(0, left + change), 0);
}
