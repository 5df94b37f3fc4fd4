/** Reports go over a range of days in UTC, both ends included. */
import { z } from '@hono/zod-openapi';
import { DAY_MS, toDay } from '@/shared/time';
import { httpError } from './errors';

/** A year, and the leap day. */
export const RANGE_DAYS_MAX = 366;

const aDay = z.iso.date('must be a date: 2026-11-23');

export const dayRangeQuery = {
  from: aDay.optional().describe('The first day (UTC).'),
  to: aDay.optional().describe('The last day (UTC), included; today, unless sent.'),
};

export interface DayRange {
  /** 2026-11-23 */
  readonly from: string;
  readonly to: string;
  /** Milliseconds: from `startMs` on, before `endMs`. */
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * @param days how many, ending at `to`, where `from` was not sent
 * @param daysMax Infinity: of a list that is read a page at a time. Throws VALIDATION_FAILED.
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
  if (endMs - startMs > daysMax * DAY_MS) throw refuse(`must be at most ${daysMax} days before \`to\``);
  return { from: toDay(startMs), to, startMs, endMs };
}

/** Every day of the range, so that a day without anything is there too. */
export function daysOf({ startMs, endMs }: DayRange): string[] {
  return Array.from({ length: (endMs - startMs) / DAY_MS }, (_, index) => toDay(startMs + index * DAY_MS));
}
