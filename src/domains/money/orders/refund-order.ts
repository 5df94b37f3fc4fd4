/** The seller or staff refund an order in full or in part. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { requireStaff } from '@/domains/base/permissions/rank';
import type { Once } from '@/http/idempotency';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { getDecidable, logOrder, readAtDesk } from './desk';
import type { RefundInput } from './judge-refund';
import { getSoldOrder, readOrderAs } from './own-orders';
import { requestRefund } from './refund';
import type { RefundOfOrder } from './sold-schemas';
import type { OrderRow } from './tables';

type Wish = z.output<typeof RefundOfOrder>;

/** Throws VALIDATION_FAILED for a line of another order. */
export function inputOf(order: OrderRow, { lines = [], shipping = false, amountMinor }: Partial<Wish>): RefundInput {
  const foreign = lines.findIndex(({ lineId }) => lineId !== order.id);
  if (foreign >= 0) throw invalid(`lines.${foreign}.lineId`, 'is not a line of this order');
  return { quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0), shipping, amountMinor };
}

/** Throws ORDER_NOT_FOUND and as `requestRefund`. */
export async function refundSale(ctx: Context, actor: Actor, id: string, wish: Wish, once: Once) {
  const { order } = await getSoldOrder(ctx, actor, id);
  const { restock, reason } = wish;
  const asked = { by: 'seller', requestedBy: actor.userId, once, restock, reason } as const;
  await requestRefund(ctx, order, inputOf(order, wish), asked);
  return readOrderAs(ctx, actor, id, 'seller');
}

/** Throws ORDER_NOT_FOUND, OWN_ORDER, ORDER_OUT_OF_REACH and as `requestRefund`. */
export async function refundAsStaff(ctx: Context, actor: Actor, id: string, wish: Wish, once: Once) {
  const { order } = await getDecidable(ctx, actor, id);
  const { restock, reason } = wish;
  const asked = { by: 'staff', requestedBy: actor.userId, once, restock, reason } as const;
  await requestRefund(ctx, order, inputOf(order, wish), asked, (now, parts) => [
    requireStaff(ctx, actor),
    logOrder(ctx, actor, now, { action: 'order.refund', after: parts, reason }),
  ]);
  return readAtDesk(ctx, id);
}
