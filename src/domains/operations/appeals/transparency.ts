/**
 * The public figures of each month: cases of reports opened and upheld, bans and suspensions, appeals, and decisions
 * that an appeal reversed. A month that has ended is written once and stays, so what is deleted later does not change
 * it. Months are UTC.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { decisions } from '@/domains/base/decisions/tables';
import { users } from '@/domains/base/users/tables';
import { reports } from '@/domains/operations/reports/tables';
import { MINUTE_MS } from '@/shared/time';
import { endOfMonth, lastMonths, startOfMonth } from './months';
import { appeals, transparencyMonths } from './tables';

const MONTHS_SHOWN = 12;
const KEPT_MS = MINUTE_MS;

export interface TransparencyMonth {
  /** `2026-11` */
  readonly month: string;
  readonly reports: number;
  readonly upheld: number;
  readonly bans: number;
  readonly appeals: number;
  readonly reversed: number;
}

interface Kept {
  /** When (ms) it was read. */
  readonly at: number;
  readonly months: readonly TransparencyMonth[];
}

/** One entry: an isolate has one configuration. */
const kept = new WeakMap<Config, Kept>();

/** For public reads: at most a minute old, so that their number does not matter. */
export async function currentTransparency(ctx: Context): Promise<readonly TransparencyMonth[]> {
  const now = ctx.now();
  const known = kept.get(ctx.config);
  if (known && now >= known.at && now < known.at + KEPT_MS) return known.months;
  const months = await readTransparency(ctx);
  kept.set(ctx.config, { at: now, months });
  return months;
}

/** The last twelve months, newest first. The running month is counted as it is now. */
export async function readTransparency(ctx: Context): Promise<TransparencyMonth[]> {
  const [month = ''] = lastMonths(ctx.now(), 1);
  const [running, ended] = await ctx.db.batch([
    ctx.db.all<TransparencyMonth>(figuresOf(month)),
    ctx.db.all<TransparencyMonth>(sql`SELECT month, reports, upheld, bans, appeals, reversed FROM ${transparencyMonths}
      WHERE month < ${month} ORDER BY month DESC LIMIT ${literal(MONTHS_SHOWN - 1)}`),
  ]);
  return [...running, ...ended];
}

/** Writes one month that has ended and is missing, also after a downtime. @returns whether there may be more to do */
export async function writeTransparency(ctx: Context): Promise<boolean> {
  const ended = lastMonths(ctx.now(), MONTHS_SHOWN).slice(1);
  const [known, [oldest]] = await ctx.db.batch([
    ctx.db.all<{ month: string }>(sql`SELECT month FROM ${transparencyMonths} WHERE month >= ${ended.at(-1)}`),
    ctx.db.all<{ createdAt: number }>(sql`SELECT created_at AS createdAt FROM ${users} ORDER BY rowid LIMIT 1`),
  ]);
  if (!oldest) return false;
  const written = new Set(known.map(({ month }) => month));
  const missing = ended.filter((month) => !written.has(month) && endOfMonth(month) > oldest.createdAt);
  const [month] = missing;
  if (month === undefined) return false;
  await ctx.db.run(sql`INSERT INTO ${transparencyMonths} (month, reports, upheld, bans, appeals, reversed)
    ${figuresOf(month)} ON CONFLICT DO NOTHING`);
  return missing.length > 1;
}

/** A query of one row, as `TransparencyMonth`. Each figure has an index for its time. */
function figuresOf(month: string): SQL {
  const [from, to] = [startOfMonth(month), endOfMonth(month)];
  const within = (column: string) => sql`${sql.raw(column)} >= ${from} AND ${sql.raw(column)} < ${to}`;
  return sql`SELECT ${month} AS month,
    (SELECT count(*) FROM ${reports} WHERE ${within('created_at')}) AS reports,
    (SELECT count(*) FROM ${reports} WHERE ${within('resolved_at')} AND action <> 'dismiss') AS upheld,
    (SELECT count(*) FROM ${decisions} WHERE ${within('created_at')} AND action IN ('ban', 'timeout')) AS bans,
    (SELECT count(*) FROM ${appeals} WHERE ${within('created_at')}) AS appeals,
    (SELECT count(*) FROM ${decisions} WHERE ${within('reversed_at')} AND EXISTS (
      SELECT 1 FROM ${appeals} WHERE decision_id = decisions.id AND status = 'accepted')) AS reversed
    WHERE true`;
}
