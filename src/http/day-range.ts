/** Day ranges of reports: days in UTC, both ends included. */
import { z } from '@hono/zod-openapi';
import { DAY_MS, toDay } from '@/shared/time';
import { httpError } from './errors';

/** A leap year. */
export const RANGE_DAYS_MAX = 366;

const aDay = z.iso.date('must be a date: 2026-11-23');

export const dayRangeQuery = {
  from: aDay.optional().describe('The first day (UTC).'),
  to: aDay.optional().describe('The last day (UTC), included. Defaults to today.'),
};

export interface DayRange {
  /** 2026-11-23 */
  readonly from: string;
  readonly to: string;
  /** Milliseconds: from `startMs`, inclusive, to `endMs`, exclusive. */
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Throws VALIDATION_FAILED.
 * @param days the length of the range that ends at `to`, if `from` was not sent
 * @param daysMax Infinity for a list that is read a page at a time
 */
export function readRange(
  now: number,
  query: { from?: string | undefined; to?: string | undefined },
  days: number,
  daysMax = RANGE_DAYS_MAX,
): DayRange {
  const { to = toDay(now) } = query;
  const endMs = Date.parse(to) + DAY_MS;
  const startMs = query.from === undefined ? Math.max(0, endMs - days * DAY_MS) : Date.parse(query.from);
  const refuse = (message: string) => httpError('VALIDATION_FAILED', { details: [{ path: 'from', message }] });
  if (startMs >= endMs) throw refuse('must not be after `to`');
  if (endMs - startMs > daysMax * DAY_MS)
    throw refuse(`must be at most ${daysMax - 1} days before \`to\`: a range has at most ${daysMax} days`);
  return { from: toDay(startMs), to, startMs, endMs };
}

/** Lists every day of the range, including days without data. */
export function daysOf({ startMs, endMs }: DayRange): string[] {
  return Array.from({ length: (endMs - startMs) / DAY_MS }, (_, index) => toDay(startMs + index * DAY_MS));
}
