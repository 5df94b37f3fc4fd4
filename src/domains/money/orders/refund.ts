/**
 * Asks for refunds of an order. The batch that stores one also reserves its amount and its pieces on the order, as the
 * order was read. A task then sends it to the provider, and only the provider's report moves the money.
 */
import { and, eq, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commitIfMet, type Plan, requireChange, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { type Once, performOnce } from '@/http/idempotency';
import { balanceOf } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import { en } from '@/texts/en';
import { costOfRefund, isWhole, judgeRefund, type RefundInput, type RefundParts } from './judge-refund';
import { shareInSql } from './money-in-sql';
import { soldError } from './sold-errors';
import { cancelledNotices, resolvedNotices } from './sold-notices';
import {
  type OrderParty,
  type OrderRow,
  orderProblems,
  orderRefunds,
  orders,
  type RefundRow,
  salesHeld,
} from './tables';

const ATTEMPTS_MAX = 3;
/** After this long without an end, the task is lost: the sweep queues another one. */
export const FIRST_SEND_MS = 2 * MINUTE_MS;

const REFUNDED = en.reasons.refunded;

/** The key of a refund that no client names: none of theirs contains a space. */
export const keyOf = (why: string): Once => ({ idempotencyKey: `once ${why}`, bodyHash: '' });

export interface AskedRefund {
  readonly by: OrderParty;
  /** Null: the platform. */
  readonly requestedBy: string | null;
  readonly once: Once;
  readonly restock: boolean;
  readonly reason: string;
  /** The refund cancels the order, which must not be shipped. Otherwise only a whole refund of such an order does. */
  readonly cancels?: boolean;
  /** It settles the open problem with these words. Otherwise only a whole refund does, with its own. */
  readonly resolution?: string;
}

/** More for the batch of a refund. */
type Also = (order: OrderRow, parts: RefundParts) => readonly Statement[];

type RefundPlan = Plan & { readonly row: RefundRow };

/**
 * The batch of a refund. It aborts with DEMAND_NOT_MET if the order has changed since it was read, or if it is the
 * seller's and their sales do not pay for it.
 */
function refundPlan(ctx: Context, order: OrderRow, parts: RefundParts, asked: AskedRefund): RefundPlan {
  const { id } = order;
  const { quantity, shippingMinor, amountMinor } = parts;
  const { by, requestedBy, once, reason } = asked;
  const now = ctx.now();
  const whole = isWhole(order, parts);
  const cancels = asked.cancels === true || (whole && order.fulfilledAt === null && order.cancelledAt === null);
  const resolution = asked.resolution ?? (whole ? REFUNDED : undefined);
  const resolved = order.hasOpenProblem ? resolution : undefined;
  const row: RefundRow = {
    ...{ ...once, id: newId(), orderId: id, quantity, shippingMinor, amountMinor, by, requestedBy, reason },
    ...{ restock: asked.restock, state: 'requested', claimId: null, createdAt: now, doneAt: null },
    sendAt: now + FIRST_SEND_MS,
  };
  const isUnchanged = and(
    ...[eq(orders.id, id), eq(orders.version, order.version), eq(orders.refundingMinor, order.refundingMinor)],
    ...[eq(orders.refundedQuantity, order.refundedQuantity), ne(orders.status, 'disputed')],
    eq(orders.hasOpenProblem, order.hasOpenProblem),
    ...(cancels ? [isNull(orders.fulfilledAt), isNull(orders.cancelledAt)] : []),
  );
  const isPayable = by === 'seller' ? [requireThat(ctx, salesPayFor(order, costOfRefund(order, amountMinor)))] : [];
  const changes = {
    refundedQuantity: order.refundedQuantity + quantity,
    refundedShippingMinor: order.refundedShippingMinor + shippingMinor,
    refundingMinor: order.refundingMinor + amountMinor,
    version: order.version + 1,
    ...(cancels ? { cancelledAt: now, cancelledBy: by } : {}),
    ...(resolved === undefined ? {} : { hasOpenProblem: false }),
  };
  return {
    row,
    statements: [
      ...isPayable,
      ctx.db.update(orders).set(changes).where(isUnchanged),
      requireChange(ctx),
      ctx.db.insert(orderRefunds).values(row),
      ...(resolved === undefined ? [] : resolveProblem(ctx, id, { resolution: resolved, resolvedBy: requestedBy })),
      ...(order.cancelledAt === null ? [] : withdrawWaiting(ctx, id)),
    ],
    events: [
      { kind: 'task', task: { type: 'refund-order', refundId: row.id } },
      ...(cancels ? cancelledNotices(order, by) : []),
      ...(resolved === undefined ? [] : resolvedNotices(order, by, resolved)),
    ],
  };
}

function salesPayFor(order: OrderRow, costMinor: number): SQL {
  return sql`${salesLeft(order)} >= ${int(costMinor)}`;
}

/**
 * What can pay for a refund of this order: what could be cashed out, and what is held of this order itself, less its
 * refunds that are not booked yet. Sales to other buyers that mature are theirs until then.
 */
function salesLeft({ id, sellerId, currency }: OrderRow): SQL<number> {
  // As `costOfRefund`, of all that is asked of the provider.
  const after = sql`min(amount_minor, reversed_minor + refunding_minor)`;
  const backIn = (part: SQL, booked: SQL) => sql`(${shareInSql(part, after, sql`amount_minor`)} - ${booked})`;
  const cost = sql`${after} - reversed_minor - ${backIn(sql`tax_minor`, sql`reversed_tax_minor`)}
    - ${backIn(sql`commission_minor`, sql`reversed_commission_minor`)}`;
  return sql<number>`(${balanceOf('sales', currency, sellerId)}
    - coalesce((SELECT held.amount_minor FROM ${salesHeld} held
      WHERE held.seller_id = ${sellerId} AND held.currency = ${currency}), 0)
    + (SELECT held_minor - (${cost}) FROM ${orders} WHERE id = ${id}))`;
}

/** For a batch that also clears the order's `hasOpenProblem`. The first statement changes the problem. */
export function resolveProblem(
  ctx: Context,
  orderId: string,
  { resolution, resolvedBy }: { readonly resolution: string | null; readonly resolvedBy: string | null },
): Statement[] {
  return [
    ctx.db
      .update(orderProblems)
      .set({ status: 'resolved', resolution, resolvedBy, resolvedAt: ctx.now() })
      .where(and(eq(orderProblems.orderId, orderId), ne(orderProblems.status, 'resolved'))),
    ...withdrawWaiting(ctx, orderId),
  ];
}

/** Throws ORDER_NOT_PAID, ORDER_DISPUTED, ALREADY_REFUNDED, REFUND_TOO_LARGE. */
function requireRefundable(order: OrderRow, input: RefundInput | 'whole'): RefundParts {
  const verdict = judgeRefund(order, input);
  if ('code' in verdict) throw soldError(verdict.code, { details: verdict.details });
  return verdict.parts;
}

/** Says why the batch of a seller's refund was aborted. Throws SALES_TOO_LOW. */
export async function requireSales(ctx: Context, order: OrderRow, { amountMinor }: RefundParts): Promise<void> {
  const { currency } = order;
  const { left } = await ctx.db.get<{ left: number }>(sql`SELECT ${salesLeft(order)} AS left`);
  const needed = costOfRefund(order, amountMinor);
  if (left < needed) throw soldError('SALES_TOO_LOW', { details: { left: Math.max(0, left), needed, currency } });
}

/**
 * Stores a refund once for its key, reading the order again if it changed meanwhile.
 * @param also statements for the same batch, after the refund's own
 * Throws as `requireRefundable` and `requireSales`, ORDER_CHANGED, PROBLEM_RESOLVED, IDEMPOTENCY_KEY_REUSED.
 */
export async function requestRefund(
  ctx: Context,
  order: OrderRow,
  input: RefundInput | 'whole',
  asked: AskedRefund,
  also: Also = () => [],
): Promise<RefundRow> {
  const find = () => findRefund(ctx, order.id, asked.once);
  // An earlier refund with the key is looked for only if this one cannot be stored: keys are unique.
  return performOnce(asked.once, undefined, () => store(ctx, order, { input, asked, also }), find);
}

/** Refunds everything that is left. Throws as `requestRefund`. */
export function refundWhole(ctx: Context, order: OrderRow, asked: AskedRefund, also?: Also): Promise<RefundRow> {
  return requestRefund(ctx, order, 'whole', asked, also);
}

interface Wish {
  readonly input: RefundInput | 'whole';
  readonly asked: AskedRefund;
  readonly also: Also;
}

async function store(ctx: Context, first: OrderRow, { input, asked, also }: Wish): Promise<RefundRow> {
  for (let attempt = 1, order = first; attempt <= ATTEMPTS_MAX; attempt += 1) {
    if (asked.resolution !== undefined && !order.hasOpenProblem) throw soldError('PROBLEM_RESOLVED');
    const parts = requireRefundable(order, input);
    if (attempt > 1 && asked.by === 'seller') await requireSales(ctx, order, parts);
    if (asked.cancels === true && order.fulfilledAt !== null) break;
    const { row, statements, events } = refundPlan(ctx, order, parts, asked);
    if (await commitIfMet(ctx, [...statements, ...also(order, parts)], { events })) {
      ctx.log.event('order.refund-requested', { orderId: order.id, by: asked.by, amountMinor: parts.amountMinor });
      return row;
    }
    const [again] = await ctx.db.select().from(orders).where(eq(orders.id, order.id));
    if (again) order = again;
  }
  throw soldError('ORDER_CHANGED');
}

async function findRefund(ctx: Context, orderId: string, { idempotencyKey }: Once): Promise<RefundRow | undefined> {
  return ctx.db
    .select()
    .from(orderRefunds)
    .where(and(eq(orderRefunds.orderId, orderId), eq(orderRefunds.idempotencyKey, idempotencyKey)))
    .get();
}
