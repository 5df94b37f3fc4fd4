/**
 * Which diamonds are still maturing: a day's (UTC) mature together, when so many full days have passed since its end.
 * What leaves otherwise than by a cash-out takes maturing diamonds first, the newest days' before older ones.
 */
import { DAY_MS, toDay } from '@/shared/time';

/** Diamonds of one day: 2026-11-23. */
export interface DayAmount {
  readonly day: string;
  readonly diamonds: number;
}

/** The oldest day whose diamonds are still maturing at this time (ms); with no maturing time, a day that is to come. */
export function windowStart(now: number, maturingDays: number): string {
  return toDay(maturingDays === 0 ? now + DAY_MS : now - maturingDays * DAY_MS);
}

/**
 * What is left of the window's credits. Within a day, what came in counts as there before what left.
 * @param credits @param debits of the window's days, in any order; several of one day add up
 */
export function maturingOf(credits: readonly DayAmount[], debits: readonly DayAmount[]): number {
  const steps = [
    ...credits.map(({ day, diamonds }) => ({ day, change: diamonds })),
    ...debits.map(({ day, diamonds }) => ({ day, change: -diamonds })),
  ].toSorted((a, b) => (a.day === b.day ? b.change - a.change : a.day < b.day ? -1 : 1));
  // A debit empties the newest days first, so what is left of all of them is one sum, and never less than nothing:
  // what the window's days did not have was taken of what had matured.
  return steps.reduce((left, { change }) => Math.max(0, left + change), 0);
}
