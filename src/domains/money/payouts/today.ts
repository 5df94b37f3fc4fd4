/** The day's limits (UTC) as SQL: read before a request, and required again in its batch. */
import { and, eq, gte, notInArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';
import { firstIdAt } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';
import { GIVEN_BACK, payouts } from './tables';
import type { Bounds, TermsInput } from './terms';

/** The payouts that count towards a day (UTC), without those that gave back what they took. */
function ofDay(userId: string, now: number): SQL | undefined {
  const midnight = now - (now % DAY_MS);
  return and(
    eq(payouts.userId, userId),
    gte(payouts.id, firstIdAt(midnight)), // for the index; an id is created after its time was read
    gte(payouts.requestedAt, midnight),
    notInArray(payouts.status, GIVEN_BACK),
  );
}

/** In the unit of the bounds. */
function sumOf(request: TermsInput): SQL<number> {
  return request.source === 'diamonds'
    ? sql<number>`coalesce(sum(diamonds), 0)`
    : sql<number>`coalesce(sum(CASE WHEN source = 'sales' AND currency = ${request.currency} THEN amount_minor + fee_minor END), 0)`;
}

/** For a batch of reads; one row. */
export function todayQuery(ctx: Context, userId: string, request: TermsInput) {
  return ctx.db
    .select({ payouts: sql<number>`count(*)`.as('payouts'), sum: sumOf(request).as('sum') })
    .from(payouts)
    .where(ofDay(userId, ctx.now()));
}

/** @param asked in the unit of the bounds @param now milliseconds */
export function fitsToday(userId: string, request: TermsInput, asked: number, bounds: Bounds, now: number): SQL {
  return sql`
    SELECT count(*) < ${int(bounds.payoutsPerDayMax)}
      AND ${sumOf(request)} + ${int(asked)} <= ${int(bounds.perDayMax)}
    FROM ${payouts} WHERE ${ofDay(userId, now)}`;
}
