/**
 * Pure rules for when a subscription's months end, and what happens then. Months are calendar months counted from the
 * start, so a subscription that began on a 31st returns to the 31st after February.
 */
import { addMonths } from 'date-fns';
import { DAY_MS, HOUR_MS } from '@/shared/time';
import type { EndedBecause, SubscriptionRow } from './tables';

export const GRACE_MS = 3 * DAY_MS;
const FIRST_RETRY_MS = HOUR_MS;

/**
 * In UTC, a Worker's time zone.
 * @param startedAt milliseconds @param months paid since then @param pausedMs how long it was paused since then
 */
export function periodEnd(startedAt: number, months: number, pausedMs = 0): number {
  return addMonths(startedAt, months).getTime() + pausedMs;
}

type Pausable = Pick<
  SubscriptionRow,
  'startedAt' | 'months' | 'status' | 'periodEndsAt' | 'graceUntil' | 'pausedAt' | 'pausedMs'
>;

/** The subscription after its pause: everything ends later by the time that was lost. */
export function continued(one: Pausable, now: number) {
  const lostMs = one.pausedAt === null ? 0 : Math.max(0, now - one.pausedAt);
  const pausedMs = one.pausedMs + lostMs;
  const periodEndsAt = lostMs === 0 ? one.periodEndsAt : periodEnd(one.startedAt, one.months, pausedMs);
  const graceUntil = one.graceUntil === null ? null : one.graceUntil + lostMs;
  return { pausedAt: null, pausedMs, periodEndsAt, graceUntil } as const;
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
  readonly pausedMs: number;
  /** The subscriber is active, or briefly suspended. */
  readonly subscriberStands: boolean;
  /** The creator is active or briefly suspended, approved and not about to leave. */
  readonly creatorStands: boolean;
  /** Either party is briefly suspended: no month is over meanwhile. */
  readonly suspended: boolean;
  readonly creatorBlocks: boolean;
  /** The creator is not shown where the subscriber lives. */
  readonly creatorHides: boolean;
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
  const isOver = !one.suspended && periodEnd(one.startedAt, one.months, one.pausedMs) <= now;
  if (isOver && one.cancelledAt !== null) return 'cancelled';
  if (!one.creatorStands) return 'creator-gone';
  if (one.creatorBlocks) return 'blocked';
  if (one.creatorHides) return 'creator-hidden';
  if (!one.subscriberStands) return 'subscriber-gone';
  if (!isOver) return null;
  if (one.subscriberBlocks) return 'blocked';
  if (periodEnd(one.startedAt, one.months + 1, one.pausedMs) <= now) return 'lapsed';
  if (one.diamonds < 1) return 'worthless';
  return null;
}

/**
 * Whether unused days are given back. Before the month is over, `blocked` is the creator's doing.
 * @param subscriberBanned rather than deleted
 */
export function givesBack(because: EndedBecause, subscriberBanned: boolean): boolean {
  if (because === 'subscriber-gone') return subscriberBanned;
  return because === 'creator-gone' || because === 'blocked' || because === 'creator-hidden';
}
