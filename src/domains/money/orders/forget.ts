/**
 * For account deletion: removes addresses, and what the user wrote about orders. The orders stay, because the books need
 * them.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { orderProblems, orderRefunds, orders } from './tables';

/** Repeat them until they change nothing. */
export function forgetInOrders(ctx: Context, userId: string, limit: SQL): Statement[] {
  const bought = sql`SELECT id FROM ${orders} WHERE user_id = ${userId}`;
  const sold = sql`SELECT id FROM ${orders} WHERE seller_id = ${userId}`;
  return [
    ctx.db.run(sql`UPDATE ${orders} SET address = NULL
      WHERE id IN (SELECT id FROM ${orders} WHERE user_id = ${userId} AND address IS NOT NULL ${limit})`),
    ctx.db.run(sql`UPDATE ${orderProblems} SET text = ''
      WHERE order_id IN (SELECT order_id FROM ${orderProblems} WHERE order_id IN (${bought}) AND text <> '' ${limit})`),
    ctx.db.run(sql`UPDATE ${orderProblems} SET answer = ''
      WHERE order_id IN (SELECT order_id FROM ${orderProblems} WHERE order_id IN (${sold}) AND answer <> '' ${limit})`),
    ctx.db.run(sql`UPDATE ${orderRefunds} SET reason = ''
      WHERE id IN (SELECT id FROM ${orderRefunds} WHERE order_id IN (${sold}) AND by = 'seller' AND reason <> ''
        ${limit})`),
  ];
}
