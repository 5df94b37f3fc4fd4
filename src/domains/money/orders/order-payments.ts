/**
 * Settles payments for orders. One commit moves exactly the difference between what is booked and what the payment comes
 * to: the money of seller, platform and tax, the stock, and what everyone is told.
 */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, NOTHING, type Plan, refusalOf, requireChange } from '@/db/commit';
import { economyVersions } from '@/domains/base/economy/tables';
import { type CardRow, cardColumns } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { isAsRead, type PaymentKind, type Settlement } from '@/domains/money/payments/kinds';
import type { Payment } from '@/domains/money/payments/tables';
import { OUT_OF_STOCK, releaseHeld, sellFromStock, sellHeld } from '@/domains/money/products/stock';
import { soldEvent } from '@/domains/money/showcase/events';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';
import { en } from '@/texts/en';
import { orderError } from './errors';
import { giveBackFailed } from './failed-later';
import { reversalOf } from './money-of-order';
import { legsOf } from './order-legs';
import { noticesOf } from './order-notices';
import { newOrderNumber } from './order-number';
import { sealAddress } from './present';
import { FIRST_SEND_MS, keyOf } from './refund';
import { refundShippingExcess } from './shipping-excess';
import { type OrderParty, type OrderRow, orderRefunds, orders } from './tables';
import { UNTOUCHED } from './untouched';

export const orderPayments: PaymentKind<OrderRow> = {
  table: orders,
  async find(ctx, where) {
    return ctx.db.select().from(orders).where(where).get();
  },
  change: (ctx, where, columns) => ctx.db.update(orders).set(columns).where(where).returning(),
  settle: (ctx, order, settlement) => settleOrder(ctx, order, settlement),
  goodsOf: ({ itemsMinor, shippingMinor }) => ({ priceMinor: itemsMinor + shippingMinor, shippingMinor }),
  again(ctx, bought, payment) {
    const row: OrderRow = { ...bought, ...payment, ...newOrder(payment, bought) };
    return { row, insert: ctx.db.insert(orders).values(row) };
  },
};

/** Nothing has happened to it yet, and it holds nothing. */
function newOrder({ id, createdAt }: Payment, { itemsMinor, shippingMinor }: OrderRow): Partial<OrderRow> {
  return {
    ...UNTOUCHED,
    ...{ number: newOrderNumber(), amountMinor: itemsMinor + shippingMinor, stockState: 'returned', showName: false },
    // No client's key contains a space.
    ...{ idempotencyKey: `again ${id}`, bodyHash: '', holdUntil: createdAt },
  };
}

/** @param cancelledBy who cancelled it, if the settlement says that it is over */
export async function settleOrder(
  ctx: Context,
  order: OrderRow,
  settlement: Settlement,
  cancelledBy?: OrderParty,
): Promise<void> {
  const { becomesPaid, address } = settlement;
  const paid = becomesPaid ? await readAtPayment(ctx, order) : undefined;
  const sealed = address && becomesPaid ? await sealAddress(ctx, order.id, address) : undefined;
  const facts = { paid, sealed, cancelledBy };
  try {
    await book(ctx, order, settlement, facts, false);
  } catch (error) {
    const isOut = refusalOf(error, { [OUT_OF_STOCK]: () => orderError('OUT_OF_STOCK') }) !== undefined;
    if (!isOut || !becomesPaid) throw error;
    // The payment came after the pieces were free again, and others took them.
    await book(ctx, order, settlement, facts, true);
    ctx.log.event('order.nothing-left', { orderId: order.id });
  }
}

/** What only a payment needs to know: when its money matures, and who bought. */
async function readAtPayment(ctx: Context, { economyVersion, userId, showName }: OrderRow) {
  const [[economy], [buyer = null]] = await ctx.db.batch([
    ctx.db
      .select({ config: economyVersions.config })
      .from(economyVersions)
      .where(eq(economyVersions.version, economyVersion)),
    ctx.db.select(cardColumns).from(users).where(eq(users.id, userId)),
  ]);
  if (!economy) throw new Error(`There is no version ${economyVersion} of the economy`);
  return { maturingMs: economy.config.limits.shop.maturingDays * DAY_MS, shownBuyer: showName ? buyer : null };
}

interface Facts {
  readonly paid: Awaited<ReturnType<typeof readAtPayment>> | undefined;
  /** The encrypted address. */
  readonly sealed: string | undefined;
  readonly cancelledBy: OrderParty | undefined;
}

/** @param isNothingLeft for a late payment: the stock cannot give its pieces */
async function book(
  ctx: Context,
  before: OrderRow,
  settlement: Settlement,
  { paid, sealed, cancelledBy }: Facts,
  isNothingLeft: boolean,
): Promise<void> {
  const { change, becomesPaid, isOver, opening = [], statements } = settlement;
  const now = ctx.now();
  const taxMinor = becomesPaid ? (settlement.taxMinor ?? 0) : before.taxMinor;
  const standingMinor = settlement.claims
    .filter(({ kind, state }) => kind === 'refund' && state === 'stands')
    .reduce((total, { amountMinor }) => total + amountMinor, 0);
  const reversal = reversalOf({ ...before, ...change, taxMinor }, change.reversedMinor, standingMinor);
  const stock = stockOf(ctx, before, becomesPaid, isOver, isNothingLeft);
  const transfers = legsOf(before, { ...before, ...change, taxMinor }, reversal, becomesPaid);
  // Only what a payment changes: everything else may have changed since the row was read.
  const changed: Partial<OrderRow> = {
    ...change,
    ...{ taxMinor, refundedMinor: reversal.refundedMinor, reversedTaxMinor: reversal.taxMinor },
    ...{ reversedCommissionMinor: reversal.commissionMinor, legs: before.legs + transfers.length },
    stockState: stock.state,
    ...(sealed === undefined ? {} : { address: sealed }),
    ...(becomesPaid ? { cancelledAt: null, cancelledBy: null } : {}),
    ...(becomesPaid && before.kind === 'digital' && paid ? { fulfilledAt: now, maturesAt: now + paid.maturingMs } : {}),
    ...(isOver && cancelledBy ? { cancelledAt: now, cancelledBy } : {}),
    ...(isNothingLeft ? { cancelledAt: now, cancelledBy: 'system', fulfilledAt: null, maturesAt: null } : {}),
  };
  const after: OrderRow = { ...before, ...changed };
  const sold = becomesPaid && !isNothingLeft;
  const parts: readonly Plan[] = [
    stock.plan,
    isNothingLeft ? refundWhole(ctx, after) : NOTHING,
    sold ? refundShippingExcess(ctx, after) : NOTHING,
  ];
  const takenMinor = transfers.reduce((total, { takenMinor: taken }) => total + taken, 0);
  await commit(
    ctx,
    [
      ...opening,
      ctx.db.update(orders).set(changed).where(isAsRead(orders, before)),
      requireChange(ctx),
      ...statements,
      ...post(
        ctx,
        transfers.map(({ takenMinor: _, ...transfer }) => transfer),
      ),
      ...parts.flatMap((part) => part.statements),
      ...(settlement.claims.some(({ state }) => state === 'failed') ? giveBackFailed(ctx, before.id) : []),
    ],
    {
      events: [
        ...noticesOf(before, after, takenMinor),
        ...(sold ? tellStream(after, paid?.shownBuyer ?? null) : []),
        ...parts.flatMap((part) => part.events),
      ],
    },
  );
  ctx.log.event(`order.${after.status}`, { orderId: after.id, reversedMinor: after.reversedMinor });
}

/** The pieces are held until the order is paid or over, and each of it moves them once. */
function stockOf(
  ctx: Context,
  { productId, variantId, quantity, stockState: before }: OrderRow,
  becomesPaid: boolean,
  isOver: boolean,
  isNothingLeft: boolean,
): { readonly state: OrderRow['stockState']; readonly plan: Plan } {
  const pieces = { productId, variantId, quantity };
  if (isNothingLeft) return { state: 'none', plan: NOTHING };
  if (becomesPaid)
    return { state: 'sold', plan: before === 'held' ? sellHeld(ctx, pieces) : sellFromStock(ctx, pieces) };
  if (isOver && before === 'held') return { state: 'returned', plan: releaseHeld(ctx, pieces) };
  return { state: before, plan: NOTHING };
}

/** For a payment that buys nothing. After the order's own change. */
function refundWhole(ctx: Context, { id, quantity, shippingMinor, amountMinor, reversedMinor }: OrderRow): Plan {
  const refundId = newId();
  const now = ctx.now();
  const leftMinor = amountMinor - reversedMinor;
  if (leftMinor === 0) return NOTHING;
  return {
    statements: [
      ctx.db.insert(orderRefunds).values({
        ...{ id: refundId, orderId: id, quantity, shippingMinor, amountMinor: leftMinor, restock: false },
        ...{ reason: en.reasons.noPiece, by: 'system', state: 'requested' },
        ...{ ...keyOf('late'), createdAt: now, sendAt: now + FIRST_SEND_MS },
      }),
      ctx.db
        .update(orders)
        .set({ refundedQuantity: quantity, refundedShippingMinor: shippingMinor, refundingMinor: leftMinor })
        .where(eq(orders.id, id)),
    ],
    events: [{ kind: 'task', task: { type: 'refund-order', refundId } }],
  };
}

/** The room of the stream where it was bought is told, with the buyer's name only if they want that. */
function tellStream({ streamId, productId, title, quantity }: OrderRow, buyer: CardRow | null): OutboxEvent[] {
  return streamId === null ? [] : [soldEvent({ streamId, productId, title, quantity, buyer })];
}
