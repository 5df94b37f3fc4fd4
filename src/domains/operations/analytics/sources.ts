/**
 * Counts the platform's figures in the rows that they come from, by day and country. Each source finds its days by an
 * index. Its rows carry the time at which they were written, so that a day no longer changes once it is over.
 */
import { type SQL, sql } from 'drizzle-orm';
import { users } from '@/domains/base/users/tables';
import { streamAnalytics } from '@/domains/live/rooms/tables';
import { streams } from '@/domains/live/streams/tables';
import { giftsSent } from '@/domains/money/gifts/tables';
import { orders } from '@/domains/money/orders/tables';
import { payouts } from '@/domains/money/payouts/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { reports, reportVoices } from '@/domains/operations/reports/tables';
import { firstIdAt } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';
import { activeDays, type Figure } from './tables';

/** A query of `day, country, unit, amount`. @param days by `spansOf` */
type Source = (days: string) => SQL;

/** The days as the sources read them. */
export function spansOf(days: readonly string[]): string {
  return JSON.stringify(
    days.map((day) => {
      const startMs = Date.parse(day);
      const endMs = startMs + DAY_MS;
      return { day, startMs, endMs, firstId: firstIdAt(startMs), endId: firstIdAt(endMs) };
    }),
  );
}

const inTime = (column: SQL) => sql`${column} >= day.value ->> 'startMs' AND ${column} < day.value ->> 'endMs'`;
/** Ids start with their time, so a range of ids is a range of time. */
const byId = (column: SQL) => sql`${column} >= day.value ->> 'firstId' AND ${column} < day.value ->> 'endId'`;

/** @param rows joined to each day @param userId the user whose country counts */
function count(rows: SQL, userId: SQL, { amount = sql`count(*)`, unit = sql`''` } = {}): Source {
  return (days) => sql`
    SELECT day.value ->> 'day' AS day, coalesce(concerned.country, 'ZZ') AS country, ${unit} AS unit, ${amount} AS amount
    FROM json_each(${days}) day CROSS JOIN ${rows} LEFT JOIN ${users} concerned ON concerned.id = ${userId}
    GROUP BY 1, 2, 3`;
}

export const SOURCES: readonly { readonly figure: Figure; readonly source: Source }[] = [
  {
    figure: 'registrations',
    source: count(sql`${users} registered ON ${byId(sql`registered.id`)}`, sql`registered.id`),
  },
  {
    figure: 'activeUsers',
    source: count(sql`${activeDays} active ON active.day = day.value ->> 'day'`, sql`active.user_id`),
  },
  {
    figure: 'streams',
    source: count(sql`${streams} aired ON ${inTime(sql`aired.started_at`)}`, sql`aired.creator_id`),
  },
  {
    figure: 'watchSeconds',
    source: count(
      sql`${streamAnalytics} watched ON ${inTime(sql`watched.created_at`)}
        JOIN ${streams} aired ON aired.id = watched.stream_id`,
      sql`aired.creator_id`,
      { amount: sql`sum(watched.watch_seconds)` },
    ),
  },
  {
    figure: 'coinsSold',
    source: count(sql`${purchases} sold ON ${inTime(sql`sold.paid_at`)}`, sql`sold.user_id`, {
      amount: sql`sum(sold.coins + sold.bonus_coins)`,
    }),
  },
  {
    figure: 'gifts',
    source: count(
      sql`${giftsSent} given ON ${byId(sql`given.id`)} AND given.gift_id IS NOT NULL`,
      sql`given.sender_id`,
    ),
  },
  {
    figure: 'payouts',
    source: count(sql`${payouts} sent ON ${inTime(sql`sent.paid_at`)}`, sql`sent.user_id`, {
      amount: sql`sum(sent.amount_minor)`,
      unit: sql`sent.currency`,
    }),
  },
  {
    figure: 'orders',
    source: count(sql`${orders} sold ON ${inTime(sql`sold.paid_at`)}`, sql`sold.user_id`),
  },
  {
    figure: 'sales',
    source: count(sql`${orders} sold ON ${inTime(sql`sold.paid_at`)}`, sql`sold.user_id`, {
      amount: sql`sum(sold.items_minor)`,
      unit: sql`sold.currency`,
    }),
  },
  {
    figure: 'reports',
    source: count(
      sql`${reportVoices} voice ON ${inTime(sql`voice.created_at`)} JOIN ${reports} report ON report.id = voice.report_id`,
      sql`report.subject_id`,
    ),
  },
];
