/** Finds an order for the side that acts on it, and says whether it still goes on. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { Actor } from '@/shared/actor';
import { orderError } from './errors';
import { type FoundOrder, getOrder } from './find';
import { presentOrder } from './present';
import type { Order } from './schemas';
import { soldError } from './sold-errors';
import type { OrderRow } from './tables';

/** Throws ORDER_NOT_FOUND, also for its seller. */
export async function getBoughtOrder(ctx: Context, actor: Actor, id: string): Promise<FoundOrder> {
  return getOrderAs(ctx, actor, id, 'buyer');
}

/** Throws ORDER_NOT_FOUND, also for its buyer. */
export async function getSoldOrder(ctx: Context, actor: Actor, id: string): Promise<FoundOrder> {
  return getOrderAs(ctx, actor, id, 'seller');
}

async function getOrderAs(ctx: Context, actor: Actor, id: string, side: FoundOrder['reader']): Promise<FoundOrder> {
  const found = await getOrder(ctx, actor, id);
  if (found.reader !== side) throw orderError('ORDER_NOT_FOUND');
  return found;
}

/** Throws ORDER_NOT_FOUND. */
export async function readOrderAs(
  ctx: Context,
  actor: Actor,
  id: string,
  side: FoundOrder['reader'],
): Promise<z.input<typeof Order>> {
  return presentOrder(ctx, await getOrderAs(ctx, actor, id, side), side);
}

/** Throws ORDER_NOT_PAID, ORDER_ENDED. */
export function requireGoingOn({ paidAt, cancelledAt, status, refundedQuantity, quantity }: OrderRow): void {
  if (paidAt === null) throw soldError('ORDER_NOT_PAID');
  const isRefunded = status === 'refunded' || status === 'charged_back' || refundedQuantity === quantity;
  if (cancelledAt !== null || isRefunded) throw soldError('ORDER_ENDED');
}
