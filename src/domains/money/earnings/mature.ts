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
