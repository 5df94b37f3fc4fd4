/** Lists and exports diamonds by day and source. */
import type { z } from '@hono/zod-openapi';
import { and, asc, between, desc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { csvResponse } from '@/http/csv';
import { type DayRange, readRange } from '@/http/day-range';
import { limitAndOffset, presentPage } from '@/http/envelope';
import type { DaysQuery } from './schemas';
import { earningDays } from './tables';

const DAYS_DEFAULT = 30;
const CSV_PAGE_ROWS = 1_000;

type Query = z.output<typeof DaysQuery>;

/** Newest day first, with the sum of the whole range. Throws VALIDATION_FAILED. */
export async function listDays(ctx: Context, userId: string, query: Query) {
  const range = readRange(ctx.now(), query, DAYS_DEFAULT);
  const { limit, offset } = limitAndOffset(query);
  const [items, [sum]] = await ctx.db.batch([
    daysQuery(ctx, userId, range, limit, offset),
    ctx.db
      .select({
        rows: sql<number>`count(*)`,
        diamonds: sql<number>`coalesce(sum(${earningDays.diamonds}), 0)`,
        count: sql<number>`coalesce(sum(${earningDays.count}), 0)`,
      })
      .from(earningDays)
      .where(ofRange(userId, range)),
  ]);
  const { rows = 0, diamonds = 0, count = 0 } = sum ?? {};
  return { ...presentPage(items, rows, query), sum: { diamonds, count } };
}

/** Throws VALIDATION_FAILED. */
export function exportDays(ctx: Context, userId: string, query: Query): Response {
  const range = readRange(ctx.now(), query, DAYS_DEFAULT);
  return csvResponse('earnings-by-day.csv', ['day', 'source', 'diamonds', 'count'], csvPages(ctx, userId, range));
}

async function* csvPages(ctx: Context, userId: string, range: DayRange) {
  for (let offset = 0; ; offset += CSV_PAGE_ROWS) {
    const rows = await daysQuery(ctx, userId, range, CSV_PAGE_ROWS, offset);
    yield rows.map(({ day, source, diamonds, count }) => [day, source, diamonds, count]);
    if (rows.length < CSV_PAGE_ROWS) return;
  }
}

/** A year has at most one row per day and source, so an offset is cheap. */
function daysQuery(ctx: Context, userId: string, range: DayRange, limit: number, offset: number) {
  const { day, source, diamonds, count } = earningDays;
  return ctx.db
    .select({ day, source, diamonds, count })
    .from(earningDays)
    .where(ofRange(userId, range))
    .orderBy(desc(day), asc(source))
    .limit(limit)
    .offset(offset);
}

function ofRange(userId: string, { from, to }: DayRange) {
  return and(eq(earningDays.userId, userId), between(earningDays.day, from, to));
}
