/**
 * When a subscription's months end, and what becomes of one whose month is over: pure rules. Months are the calendar's,
 * each counted from the beginning, so that what began on a 31st comes back to it after a February.
 */
import { addMonths } from 'date-fns';
import { DAY_MS, HOUR_MS } from '@/shared/time';
import type { EndedBecause } from './tables';

export const GRACE_MS = 3 * DAY_MS;
const FIRST_RETRY_MS = HOUR_MS;

/** In UTC, which is what a Worker's clock shows. @param startedAt milliseconds @param months paid since then */
export function periodEnd(startedAt: number, months: number): number {
  return addMonths(startedAt, months).getTime();
}

/** When to ask the wallet again: each wait as long as all before it, and a last time as the grace ends. */
export function nextRetry(graceUntil: number, now: number): number {
  const waitedMs = now - (graceUntil - GRACE_MS);
  return Math.min(graceUntil, now + Math.max(FIRST_RETRY_MS, waitedMs));
}

/** What is known of a subscription whose month is over. */
export interface Renewable {
  readonly cancelledAt: number | null;
  readonly startedAt: number;
  readonly months: number;
  readonly subscriberStands: boolean;
  readonly creatorStands: boolean;
  readonly blocked: boolean;
  /** Of the next month. */
  readonly diamonds: number;
}

/**
 * Why it ends, or null: the next month is charged. Where the next month would be over as well, because no sweep came
 * for so long, it ends: nobody is charged for time that has passed.
 */
export function whyItEnds(one: Renewable, now: number): EndedBecause | null {
  if (one.cancelledAt !== null) return 'cancelled';
  if (!one.subscriberStands) return 'subscriber-gone';
  if (!one.creatorStands) return 'creator-gone';
  if (one.blocked) return 'blocked';
  if (periodEnd(one.startedAt, one.months + 1) <= now) return 'lapsed';
  if (one.diamonds < 1) return 'worthless';
  return null;
}
