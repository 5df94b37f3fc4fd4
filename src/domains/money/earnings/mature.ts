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

/** When diamonds of this day have matured (ms). */
export function maturityOf(day: string, maturingDays: number): number {
  return Date.parse(day) + (maturingDays + 1) * DAY_MS;
}

/**
 * Returns what is left of the window's credits, by day, oldest first. A debit empties the newest days first; what it
 * lacks then came from matured diamonds. Within a day, credits count before debits.
 * @param credits @param debits of the window's days, in any order; several of one day add up
 */
export function maturingDaysOf(credits: readonly DayAmount[], debits: readonly DayAmount[]): DayAmount[] {
  const steps = [
    ...credits.map(({ day, diamonds }) => ({ day, change: diamonds })),
    ...debits.map(({ day, diamonds }) => ({ day, change: -diamonds })),
  ].toSorted((a, b) => (a.day === b.day ? b.change - a.change : a.day < b.day ? -1 : 1));
  const left: DayAmount[] = [];
  for (const { day, change } of steps) {
    if (change > 0) left.push({ day, diamonds: change });
    for (let open = -change; open > 0; ) {
      const newest = left.pop();
      if (!newest) break;
      if (newest.diamonds > open) left.push({ day: newest.day, diamonds: newest.diamonds - open });
      open -= newest.diamonds;
    }
  }
  return left;
}

/** The same as one sum. */
export function maturingOf(credits: readonly DayAmount[], debits: readonly DayAmount[]): number {
  return sumOf(maturingDaysOf(credits, debits));
}

/** These days with at most this many diamonds together: the newest days lose the rest. One entry a day. */
export function atMost(days: readonly DayAmount[], diamonds: number): DayAmount[] {
  const kept = withoutNewest(days, Math.max(0, sumOf(days) - Math.max(0, diamonds)));
  return [...Map.groupBy(kept, ({ day }) => day)]
    .map(([day, parts]) => ({ day, diamonds: sumOf(parts) }))
    .filter((one) => one.diamonds > 0);
}

function sumOf(days: readonly DayAmount[]): number {
  return days.reduce((sum, { diamonds }) => sum + diamonds, 0);
}
