/**
 * Pure rules for when a subscription's months end, and what happens then. Months are calendar months counted from the
 * start, so a subscription that began on a 31st returns to the 31st after February.
 */
import { addMonths } from 'date-fns';
import { DAY_MS, HOUR_MS } from '@/shared/time';
import type { EndedBecause } from './tables';

export const GRACE_MS = 3 * DAY_MS;
const FIRST_RETRY_MS = HOUR_MS;

/** In UTC, a Worker's time zone. @param startedAt milliseconds @param months paid since then */
export function periodEnd(startedAt: number, months: number): number {
  return addMonths(startedAt, months).getTime();
}

/**
 * When to try the wallet again: each wait is as long as all earlier ones together, and the grace period ends with a
 * last try.
 */
export function nextRetry(graceUntil: number, now: number): number {
  const waitedMs = now - (graceUntil - GRACE_MS);
  return Math.min(graceUntil, now + Math.max(FIRST_RETRY_MS, waitedMs));
}

/** The facts about a subscription that is due. */
export interface Renewable {
  readonly cancelledAt: number | null;
  readonly startedAt: number;
  readonly months: number;
  readonly subscriberStands: boolean;
  /** The creator is active, approved and not about to leave. */
  readonly creatorStands: boolean;
  readonly creatorBlocks: boolean;
  readonly subscriberBlocks: boolean;
  /** What the next month would earn the creator. */
  readonly diamonds: number;
}

/**
 * Returns why it ends; null: it goes on, and the next month is charged once this one is over. Before that only the
 * creator ends it, or the end of the subscriber's account. If no sweep ran for so long that the next month is over too,
 * it ends: nobody is charged for time that has passed.
 */
export function whyItEnds(one: Renewable, now: number): EndedBecause | null {
  const isOver = periodEnd(one.startedAt, one.months) <= now;
  if (isOver && one.cancelledAt !== null) return 'cancelled';
  if (!one.creatorStands) return 'creator-gone';
  if (one.creatorBlocks) return 'blocked';
  if (!one.subscriberStands) return 'subscriber-gone';
  if (!isOver) return null;
  if (one.subscriberBlocks) return 'blocked';
  if (periodEnd(one.startedAt, one.months + 1) <= now) return 'lapsed';
  if (one.diamonds < 1) return 'worthless';
  return null;
}

/** Whether unused days are given back. Before the month is over, `blocked` is the creator's doing. */
export function givesBack(because: EndedBecause): boolean {
  return because === 'creator-gone' || because === 'blocked';
}
