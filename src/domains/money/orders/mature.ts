/** Marks orders as matured, so that their sellers can cash the money out. */
import { and, asc, eq, inArray, isNotNull, isNull, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { orders } from './tables';

const ORDERS_A_RUN = 200;

/** Run by the cron every minute. An order with an open problem waits. @returns whether there may be more */
export async function matureOrders(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  // As in the index `orders_to_mature`.
  const isMaturing = and(isNotNull(orders.maturesAt), isNull(orders.maturedAt), sql`has_open_problem = 0`);
  const due = ctx.db
    .select({ id: orders.id })
    .from(orders)
    .where(and(isMaturing, lte(orders.maturesAt, now)))
    .orderBy(asc(orders.maturesAt))
    .limit(ORDERS_A_RUN);
  const matured = await ctx.db
    .update(orders)
    .set({ maturedAt: now })
    .where(and(inArray(orders.id, due), isNull(orders.maturedAt), eq(orders.hasOpenProblem, false)))
    .returning({ id: orders.id });
  return matured.length === ORDERS_A_RUN;
}
