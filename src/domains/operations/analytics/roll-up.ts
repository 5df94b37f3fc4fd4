/**
 * Rolls up each day (UTC) once it is over: its figures by country become rows that no longer change, also when accounts
 * are deleted. After downtime it catches up, one day at a time.
 */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, commitIfMet, requireChange } from '@/db/commit';
import { literal } from '@/db/sql';
import { DAY_MS, MINUTE_MS, toDay } from '@/shared/time';
import { SOURCES, spansOf } from './sources';
import { activeDays, platformDays, platformRollUp } from './tables';

/** What began before midnight is committed by then. */
const SETTLES_MS = 10 * MINUTE_MS;
/** Also kept after they are counted, so that a count can be checked. */
const ACTIVE_DAYS_KEPT = 8;
const ROWS_MAX = 500;

/** The first day that is not rolled up yet. */
export async function readNextDay(ctx: Context): Promise<string> {
  const row = await ctx.db.select({ nextDay: platformRollUp.nextDay }).from(platformRollUp).get();
  if (!row) throw new Error('Nothing says which day is next: migration 0069 writes the row');
  return row.nextDay;
}

/** Safe to run twice at once: only one run moves on to the next day. @returns whether there is more to do */
export async function rollUpDay(ctx: Context): Promise<boolean> {
  const day = await readNextDay(ctx);
  const endMs = Date.parse(day) + DAY_MS;
  const isOver = (ms: number) => ms + SETTLES_MS <= ctx.now();
  if (!isOver(endMs)) return false;
  const spans = spansOf([day]);
  const isDone = await commitIfMet(ctx, [
    ctx.db
      .update(platformRollUp)
      .set({ nextDay: toDay(endMs) })
      .where(eq(platformRollUp.nextDay, day)),
    requireChange(ctx),
    ...SOURCES.map(({ figure, source }) =>
      ctx.db.run(sql`
        INSERT INTO ${platformDays} (day, country, figure, unit, amount)
        SELECT day, country, ${figure}, unit, amount FROM (${source(spans)}) WHERE amount > 0`),
    ),
  ]);
  if (isDone) ctx.log.event('analytics.rolled-up', { day });
  return isOver(endMs + DAY_MS);
}

/** @returns whether there is more to do */
export async function sweepActiveDays(ctx: Context): Promise<boolean> {
  const nextDay = await readNextDay(ctx);
  const keptFrom = toDay(ctx.now() - ACTIVE_DAYS_KEPT * DAY_MS);
  const [result] = (await commit(ctx, [
    ctx.db.run(sql`
      DELETE FROM ${activeDays} WHERE (day, user_id) IN (
        SELECT day, user_id FROM active_days WHERE day < min(${nextDay}, ${keptFrom}) LIMIT ${literal(ROWS_MAX)})`),
  ])) as D1Result[]; // a statement without rows
  return result?.meta.changes === ROWS_MAX;
}
