/**
 * The platform's statistics by day in UTC. It always takes six statements; each uses an index and reads only its range,
 * except the count of all users.
 */
import type { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { onlyCountryOf } from '@/domains/base/permissions/permissions';
import { users } from '@/domains/base/users/tables';
import { streams } from '@/domains/live/streams/tables';
import { earningDays } from '@/domains/money/earnings/tables';
import { payouts } from '@/domains/money/payouts/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { daysOf, readRange } from '@/http/day-range';
import type { Actor } from '@/shared/actor';
import { firstIdAt } from '@/shared/ids';
import { dashboardError } from './errors';
import type { DashboardStats, StatsQuery } from './schemas';

const DAYS_DEFAULT = 30;

/** Users who joined on one day. */
interface Joined {
  readonly day: string;
  readonly users: number;
}
/** Coins sold on one day in one currency. */
interface Sold {
  readonly day: string;
  readonly currency: string;
  readonly coins: number;
  readonly amountMinor: number;
}
/** Gifts or tips of one day. */
interface Given {
  readonly day: string;
  readonly source: 'gift' | 'tip';
  readonly count: number;
  readonly diamonds: number;
}

/** Throws STATISTICS_NOT_BY_COUNTRY, VALIDATION_FAILED. */
export async function readDashboard(
  ctx: Context,
  { staff }: Actor,
  query: z.output<typeof StatsQuery>,
): Promise<z.input<typeof DashboardStats>> {
  if (onlyCountryOf(staff) !== undefined) throw dashboardError('STATISTICS_NOT_BY_COUNTRY');
  const range = readRange(ctx.now(), query, DAYS_DEFAULT);
  const { from, to, startMs, endMs } = range;
  const [joined, sold, given, due, [everyone], [live]] = await ctx.db.batch([
    // Ids start with their time, so a range of ids is a range of time.
    ctx.db.all<Joined>(sql`
      SELECT ${dayOf(sql`created_at`)} AS day, count(*) AS users FROM ${users}
      WHERE id >= ${firstIdAt(startMs)} AND id < ${firstIdAt(endMs)} GROUP BY day`),
    ctx.db.all<Sold>(sql`
      SELECT ${dayOf(sql`paid_at`)} AS day, currency, sum(coins + bonus_coins - reversed_coins) AS coins,
        sum(amount_minor - reversed_minor) AS amountMinor
      FROM ${purchases} WHERE paid_at >= ${startMs} AND paid_at < ${endMs} GROUP BY day, currency`),
    ctx.db.all<Given>(sql`
      SELECT day, source, sum(count) AS count, sum(diamonds) AS diamonds FROM ${earningDays}
      WHERE day BETWEEN ${from} AND ${to} AND source IN ('gift', 'tip') GROUP BY day, source`),
    ctx.db.all<{ currency: string; count: number; amountMinor: number }>(sql`
      SELECT currency, count(*) AS count, sum(amount_minor) AS amountMinor FROM ${payouts}
      WHERE status IN ('requested', 'approved', 'processing') GROUP BY currency ORDER BY currency`),
    ctx.db.all<{ count: number }>(sql`SELECT count(*) AS count FROM ${users}`),
    ctx.db.all<{ count: number }>(sql`SELECT count(*) AS count FROM ${streams} WHERE status = 'live'`),
  ]);
  const joinedOn = Map.groupBy(joined, ({ day }) => day);
  const soldOn = Map.groupBy(sold, ({ day }) => day);
  const givenOn = Map.groupBy(given, ({ day }) => day);
  const byDay = daysOf(range).map((day) => ({
    day,
    ...figuresOf(joinedOn.get(day) ?? [], soldOn.get(day) ?? [], givenOn.get(day) ?? []),
  }));
  return {
    ...{ from, to, byDay },
    totals: figuresOf(joined, sold, given),
    users: everyone?.count ?? 0,
    liveStreams: live?.count ?? 0,
    payoutsDue: {
      count: due.reduce((sum, { count }) => sum + count, 0),
      amounts: due.map(({ currency, amountMinor }) => ({ currency, amountMinor })),
    },
  };
}

function figuresOf(joined: readonly Joined[], sold: readonly Sold[], given: readonly Given[]) {
  const givenBy = (source: Given['source']) => {
    const rows = given.filter((row) => row.source === source);
    return {
      count: rows.reduce((sum, { count }) => sum + count, 0),
      diamonds: rows.reduce((sum, { diamonds }) => sum + diamonds, 0),
    };
  };
  const revenue = [...Map.groupBy(sold, ({ currency }) => currency)]
    .map(([currency, rows]) => ({ currency, amountMinor: rows.reduce((sum, { amountMinor }) => sum + amountMinor, 0) }))
    .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
  return {
    newUsers: joined.reduce((sum, { users }) => sum + users, 0),
    coinsSold: sold.reduce((sum, { coins }) => sum + coins, 0),
    gifts: givenBy('gift'),
    tips: givenBy('tip'),
    revenue,
  };
}

/** @param ms a column of milliseconds */
function dayOf(ms: SQL): SQL {
  return sql`strftime('%Y-%m-%d', ${ms} / 1000, 'unixepoch')`;
}
