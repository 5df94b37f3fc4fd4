/** What a creator has earned since they began, as their profiles show it to them alone. */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { earningDays } from '@/domains/money/earnings/tables';

/** A column, in diamonds, before reversals: the `allTime` of `GET /earnings/stats`. */
export function totalEarnings(userId: SQLWrapper): SQL<number> {
  return sql<number>`(SELECT coalesce(sum(diamonds), 0) FROM ${earningDays} WHERE user_id = ${userId})`;
}
