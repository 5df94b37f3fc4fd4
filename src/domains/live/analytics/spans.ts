/** The days of a creator's report in their time zone, and the time before it that it is compared with. */
import type { z } from '@hono/zod-openapi';
import { daysOf, readRange } from '@/http/day-range';
import { DAY_MS, toDay } from '@/shared/time';
import { timeZone } from '@/shared/time-zone';
import type { CreatorAnalyticsQuery } from './schemas';

const DAYS_DEFAULT = 30;
/** Not a day. */
export const PREVIOUS = 'previous';

/** Milliseconds: from `startMs`, inclusive, to `endMs`, exclusive. Days: both included. */
export interface Span {
  /** The day, or `PREVIOUS`. */
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly firstDay: string;
  readonly lastDay: string;
}

export interface Report {
  readonly from: string;
  readonly to: string;
  readonly tz: string;
  /** A span for each day, in order. */
  readonly days: readonly Span[];
  /** As many days just before. */
  readonly previous: Span;
}

/** The whole of the range, in milliseconds: from `startMs`, inclusive, to `endMs`, exclusive. */
export function wholeOf({ days }: Report): Pick<Span, 'startMs' | 'endMs'> {
  return { startMs: days.at(0)?.startMs ?? 0, endMs: days.at(-1)?.endMs ?? 0 };
}

/** By default the last 30 days, up to today in the zone. Throws VALIDATION_FAILED. */
export function readReport(now: number, { tz, ...query }: z.output<typeof CreatorAnalyticsQuery>): Report {
  const zone = timeZone(tz);
  const range = readRange(Date.parse(zone.dayOf(now)), query, DAYS_DEFAULT);
  const names = daysOf(range);
  const starts = [...names, toDay(range.endMs)].map((day) => zone.startOf(day));
  const days = names.map((day, index) => ({
    key: day,
    startMs: starts[index] ?? 0,
    endMs: starts[index + 1] ?? 0,
    firstDay: day,
    lastDay: day,
  }));
  const before = toDay(range.startMs - names.length * DAY_MS);
  const previous = {
    key: PREVIOUS,
    startMs: zone.startOf(before),
    endMs: starts[0] ?? 0,
    firstDay: before,
    lastDay: toDay(range.startMs - DAY_MS),
  };
  return { from: range.from, to: range.to, tz, days, previous };
}
