/** Reads orders with the cards of their buyer and seller. */

import type { z } from '@hono/zod-openapi';
import { and, desc, eq, inArray, lt, or, type SQL } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumnsFor, type Reader } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { orderError } from './errors';
import { type OrderReader, presentOrder, type ReadOrder } from './present';
import { CursorPosition, type Order, type OrderList } from './schemas';
import { orderProblems, orders } from './tables';

/** An order's columns beside those of the party whose card is `other`. The other party's card is read by itself. */
function withParty(ctx: Context, other: 'buyer' | 'seller', reader: Reader) {
  return ctx.db
    .select({ order: orders, problem: orderProblems, other: cardColumnsFor(reader) })
    .from(orders)
    .leftJoin(orderProblems, eq(orderProblems.orderId, orders.id))
    .leftJoin(users, eq(users.id, other === 'buyer' ? orders.userId : orders.sellerId));
}

export interface FoundOrder extends ReadOrder {
  readonly reader: Exclude<OrderReader, 'staff'>;
}

/** Throws ORDER_NOT_FOUND if the user is neither its buyer nor its seller. */
export async function getOrder(ctx: Context, { userId }: Pick<Actor, 'userId'>, id: string): Promise<FoundOrder> {
  const isTheirs = or(eq(orders.userId, userId), eq(orders.sellerId, userId));
  const found = await findOrder(ctx, id, { userId }, isTheirs);
  if (!found) throw orderError('ORDER_NOT_FOUND');
  return { ...found, reader: found.order.userId === userId ? 'buyer' : 'seller' };
}

/** Undefined if there is no such order. @param where another condition */
export async function findOrder(
  ctx: Context,
  id: string,
  reader?: Reader,
  where?: SQL,
): Promise<ReadOrder | undefined> {
  const buyerId = ctx.db.select({ id: orders.userId }).from(orders).where(eq(orders.id, id));
  // No batch: D1 returns batch rows as objects, so columns with the same name collide.
  const [[found], [buyer = null]] = await Promise.all([
    withParty(ctx, 'seller', reader)
      .where(and(eq(orders.id, id), where))
      .limit(1),
    ctx.db.select(cardColumnsFor(reader)).from(users).where(inArray(users.id, buyerId)),
  ]);
  if (!found) return undefined;
  const { order, problem, other: seller } = found;
  return { order, problem, buyer, seller };
}

/** Throws ORDER_NOT_FOUND. */
export async function readOrder(ctx: Context, actor: Actor, id: string): Promise<z.input<typeof Order>> {
  const found = await getOrder(ctx, actor, id);
  return presentOrder(ctx, found, found.reader);
}

type Listed = Pick<z.output<typeof OrderList>, 'cursor' | 'perPage' | 'status'>;

/** The buyer's own orders, newest first. Throws CURSOR_INVALID. */
export function listOrders(ctx: Context, { userId }: Actor, query: Listed) {
  return listOrdersOf(ctx, userId, 'buyer', query);
}

/** Orders of the user as `side`, newest first. Throws CURSOR_INVALID. @param more another condition */
export async function listOrdersOf(
  ctx: Context,
  userId: string,
  side: 'buyer' | 'seller',
  { cursor, perPage, status }: Listed,
  more?: SQL,
) {
  const list = `orders-of-${side}`;
  const before = cursor === undefined ? undefined : decodeCursor(list, CursorPosition, cursor)[0];
  const mine = eq(side === 'buyer' ? orders.userId : orders.sellerId, userId);
  const ofStatus = status === undefined ? undefined : eq(orders.state, status);
  const [rows, [me = null]] = await Promise.all([
    withParty(ctx, side === 'buyer' ? 'seller' : 'buyer', { userId })
      .where(and(mine, ofStatus, before === undefined ? undefined : lt(orders.id, before), more))
      .orderBy(desc(orders.id))
      .limit(perPage + 1),
    ctx.db.select(cardColumnsFor({ userId })).from(users).where(eq(users.id, userId)),
  ]);
  const page = presentCursorPage(
    rows,
    perPage,
    ({ order, problem, other }) => {
      const people = side === 'buyer' ? { buyer: me, seller: other } : { buyer: other, seller: me };
      return presentOrder(ctx, { order, problem, ...people }, side);
    },
    ({ order: { id } }) => encodeCursor(list, [id]),
  );
  return { ...page, items: await Promise.all(page.items) };
}
