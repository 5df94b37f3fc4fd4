/** Orders as staff see them, with the refunds that were asked for. */

import { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, gt, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { logStaff, type StaffAction } from '@/domains/base/permissions/log';
import { isSeenBy, staffReaches } from '@/domains/base/permissions/reach';
import { type CardRow, cardColumns } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso, toIsoOrNull } from '@/shared/time';
import { orderError } from './errors';
import { findOrder } from './find';
import { presentOrder, type ReadOrder } from './present';
import { CursorPosition } from './schemas';
import { soldError } from './sold-errors';
import type { DeskQuery, OrderAtDesk } from './sold-schemas';
import { type OrderRow, orderProblems, orderRefunds, orders, type RefundRow } from './tables';

const ORDERS = 'desk-orders';
const PROBLEMS = 'desk-problems';
const ProblemPosition = z.tuple([z.int(), z.string()]);
/** Bounds the refunds of one page. An order seldom has more than one. */
const REFUNDS_MAX = 1_000;

/** Throws ORDER_NOT_FOUND, OWN_ORDER, ORDER_OUT_OF_REACH. */
export async function getDecidable(ctx: Context, actor: Actor, id: string): Promise<ReadOrder> {
  const found = await findOrder(ctx, id);
  if (!found) throw orderError('ORDER_NOT_FOUND');
  const { userId, sellerId } = found.order;
  if (actor.userId === userId || actor.userId === sellerId) throw soldError('OWN_ORDER');
  if (!(await staffReaches(ctx, actor, sellerId))) throw soldError('ORDER_OUT_OF_REACH');
  return found;
}

type Logged = Pick<StaffAction, 'action' | 'after' | 'reason'>;

export function logOrder(
  ctx: Context,
  { userId: staffId }: Actor,
  { id, sellerId, state, currency }: OrderRow,
  what: Logged,
) {
  const { after, ...rest } = what;
  return logStaff(ctx, {
    ...rest,
    ...{ staffId, targetType: 'order', targetId: id, subjectId: sellerId, before: { status: state } },
    after: { ...(after as object | undefined), currency }, // ours: columns of the order or its refund
  });
}

/** Throws ORDER_NOT_FOUND. */
export async function readAtDesk(ctx: Context, id: string): Promise<z.input<typeof OrderAtDesk>> {
  const [found, refunds] = await Promise.all([findOrder(ctx, id), listRefunds(ctx, [id])]);
  if (!found) throw orderError('ORDER_NOT_FOUND');
  return present(ctx, found, refunds);
}

/** Newest first, or those with a problem, the oldest problem first. Throws CURSOR_INVALID. */
export async function listAtDesk(ctx: Context, actor: Actor, query: z.output<typeof DeskQuery>) {
  const { perPage, status, problem, cursor } = query;
  const ofStatus = status === undefined ? undefined : eq(orders.state, status);
  const rows =
    problem === undefined
      ? await findOrders(ctx, and(ofStatus, isSeenBy(actor), behind(cursor)), perPage)
      : await findProblems(
          ctx,
          and(eq(orderProblems.status, problem), ofStatus, isSeenBy(actor), after(cursor)),
          perPage,
        );
  const buyers = [...new Set(rows.map(({ order }) => order.userId))];
  const [cards, refunds] = await Promise.all([
    ctx.db
      .select(cardColumns)
      .from(users)
      .where(isOneOf(sql`${users.id}`, buyers)),
    listRefunds(
      ctx,
      rows.map(({ order }) => order.id),
    ),
  ]);
  const cardOf = new Map<string, CardRow>(cards.map((card) => [card.id, card]));
  const page = presentCursorPage(
    rows,
    perPage,
    (row) => present(ctx, { ...row, buyer: cardOf.get(row.order.userId) ?? null }, refunds),
    ({ order, problem: its }) =>
      problem === undefined ? encodeCursor(ORDERS, [order.id]) : encodeCursor(PROBLEMS, [its?.openedAt ?? 0, order.id]),
  );
  return { ...page, items: await Promise.all(page.items) };
}

const behind = (cursor: string | undefined) =>
  cursor === undefined ? undefined : lt(orders.id, decodeCursor(ORDERS, CursorPosition, cursor)[0]);

function after(cursor: string | undefined): SQL | undefined {
  if (cursor === undefined) return undefined;
  const [openedAt, id] = decodeCursor(PROBLEMS, ProblemPosition, cursor);
  return or(
    gt(orderProblems.openedAt, openedAt),
    and(eq(orderProblems.openedAt, openedAt), gt(orderProblems.orderId, id)),
  );
}

const columns = { order: orders, problem: orderProblems, seller: cardColumns };

function findOrders(ctx: Context, where: SQL | undefined, perPage: number) {
  return ctx.db
    .select(columns)
    .from(orders)
    .leftJoin(orderProblems, eq(orderProblems.orderId, orders.id))
    .leftJoin(users, eq(users.id, orders.sellerId))
    .where(where)
    .orderBy(desc(orders.id))
    .limit(perPage + 1);
}

/** As in the index `order_problems_open`. */
function findProblems(ctx: Context, where: SQL | undefined, perPage: number) {
  return ctx.db
    .select(columns)
    .from(orderProblems)
    .innerJoin(orders, eq(orders.id, orderProblems.orderId))
    .leftJoin(users, eq(users.id, orders.sellerId))
    .where(and(sql`${orderProblems.status} <> 'resolved'`, where))
    .orderBy(asc(orderProblems.openedAt), asc(orderProblems.orderId))
    .limit(perPage + 1);
}

function listRefunds(ctx: Context, orderIds: readonly string[]): Promise<RefundRow[]> {
  return ctx.db
    .select()
    .from(orderRefunds)
    .where(isOneOf(sql`${orderRefunds.orderId}`, orderIds))
    .orderBy(desc(orderRefunds.id))
    .limit(REFUNDS_MAX);
}

/** One parameter, however many ids. */
function isOneOf(column: SQL, ids: readonly string[]): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}

async function present(
  ctx: Context,
  read: ReadOrder,
  refunds: readonly RefundRow[],
): Promise<z.input<typeof OrderAtDesk>> {
  const order = await presentOrder(ctx, read, 'staff');
  return { ...order, refunds: refunds.filter(({ orderId }) => orderId === order.id).map(presentRefund) };
}

function presentRefund({ id, amountMinor, quantity, shippingMinor, restock, reason, by, state, ...times }: RefundRow) {
  return {
    ...{ id, amountMinor, quantity, shippingMinor, restock, reason, by, state },
    createdAt: toIso(times.createdAt),
    doneAt: toIsoOrNull(times.doneAt),
  };
}
