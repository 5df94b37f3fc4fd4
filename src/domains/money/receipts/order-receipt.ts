/** The receipt of an order, for its buyer and its seller. Each side sees of the other only what everyone sees. */
import type { z } from '@hono/zod-openapi';
import { and, eq, inArray, or } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { orderError } from '@/domains/money/orders/errors';
import { soldError } from '@/domains/money/orders/sold-errors';
import { orders } from '@/domains/money/orders/tables';
import { toIso } from '@/shared/time';
import { partyColumns, presentParty, presentPlatform } from './parties';
import { receiptNumber } from './receipt-number';
import { listReversals, presentReversal } from './reversals';
import type { OrderReceipt } from './schemas';
import { receipts } from './tables';

/** Throws ORDER_NOT_FOUND, ORDER_NOT_PAID. */
export async function readOrderReceipt(
  ctx: Context,
  userId: string,
  id: string,
): Promise<z.output<typeof OrderReceipt>> {
  const isParty = or(eq(orders.userId, userId), eq(orders.sellerId, userId));
  const [row, claims] = await Promise.all([
    ctx.db
      .select({ order: orders, receipt: receipts })
      .from(orders)
      .leftJoin(receipts, and(eq(receipts.kind, 'order'), eq(receipts.refId, orders.id)))
      .where(and(eq(orders.id, id), isParty))
      .get(),
    listReversals(ctx, id),
  ]);
  if (!row) throw orderError('ORDER_NOT_FOUND');
  const { order, receipt } = row;
  if (!receipt) throw soldError('ORDER_NOT_PAID', { details: { status: order.state } });
  const sideOf = await readSides(ctx, userId, [order.userId, order.sellerId]);
  const { quantity, unitMinor, itemsMinor, shippingMinor, taxMinor, amountMinor, currency, provider } = order;
  return {
    number: receiptNumber(receipt),
    issuedAt: toIso(receipt.issuedAt),
    platform: presentPlatform(ctx.config),
    seller: sideOf(order.sellerId),
    buyer: sideOf(order.userId),
    ...{ orderId: id, orderNumber: order.number, item: order.title, options: { ...order.options }, quantity },
    ...{ unitPriceMinor: unitMinor, itemsMinor, shippingMinor, taxMinor, totalMinor: amountMinor },
    ...(userId === order.sellerId ? { commissionMinor: order.commissionMinor } : {}),
    currency,
    taxNote: ctx.config.seller.taxNote ?? null,
    ...{ provider, paymentId: order.paymentId, status: order.state },
    reversals: claims.map(presentReversal),
    reversedMinor: order.reversedMinor,
  };
}

async function readSides(ctx: Context, readerId: string, ids: readonly string[]) {
  const { id, displayName, username } = users;
  const rows = await ctx.db
    .select({ id, displayName, username, own: partyColumns })
    .from(users)
    .where(inArray(id, [...ids]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return (userId: string): z.output<typeof OrderReceipt>['seller'] => {
    const row = byId.get(userId);
    if (!row) return { name: '', username: '' };
    return userId === readerId ? presentParty(row.own) : { name: row.displayName, username: row.username };
  };
}
