/** Counts the rows of a list up to a maximum, because a count reads every row that it counts. */
import { type SQLWrapper, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';

/**
 * A statement that counts these rows. It returns one row, `{ total }`.
 * @param rows a query without a limit @param max where counting stops
 */
export function countRows({ db }: Pick<Context, 'db'>, rows: { limit: (max: number) => SQLWrapper }, max: number) {
  return db.select({ total: sql<number>`count(*)`.as('total') }).from(sql`${rows.limit(max)}`);
}
