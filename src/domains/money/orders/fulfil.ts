/**
 * The seller ships an order, and the buyer confirms that it arrived. From the shipment on the seller's money matures,
 * and from the confirmation on it does so sooner.
 */
import { and, eq, isNotNull, isNull, or, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { int } from '@/db/sql';
import { economyVersions } from '@/domains/base/economy/tables';
import type { Actor } from '@/shared/actor';
import { DAY_MS } from '@/shared/time';
import { getBoughtOrder, getSoldOrder, readOrderAs, requireGoingOn } from './own-orders';
import { resolveProblem } from './refund';
import { soldError } from './sold-errors';
import { resolvedNotices, shippedNotice } from './sold-notices';
import { orders } from './tables';

export interface Shipment {
  readonly carrier?: string | undefined;
  readonly tracking?: string | undefined;
}

/**
 * A repeat updates what is sent. Throws ORDER_NOT_FOUND, ORDER_NOT_PAID, ORDER_ENDED, NOT_SHIPPED, ORDER_CHANGED.
 */
export async function fulfilOrder(ctx: Context, actor: Actor, id: string, { carrier, tracking }: Shipment) {
  const { order } = await getSoldOrder(ctx, actor, id);
  requireGoingOn(order);
  if (order.kind === 'digital') throw soldError('NOT_SHIPPED');
  const after = { carrier: carrier ?? order.carrier, tracking: tracking ?? order.tracking };
  const now = ctx.now();
  const isChange = or(
    isNull(orders.fulfilledAt),
    carrier === undefined ? undefined : sql`${orders.carrier} IS NOT ${carrier}`,
    tracking === undefined ? undefined : sql`${orders.tracking} IS NOT ${tracking}`,
  );
  const [fulfilled] = await commit(
    ctx,
    [
      ctx.db
        .update(orders)
        .set({
          ...(carrier === undefined ? {} : { carrier }),
          ...(tracking === undefined ? {} : { tracking }),
          fulfilledAt: sql`coalesce(fulfilled_at, ${int(now)})`,
          maturesAt: sql`coalesce(matures_at, ${int(now)} + ${termMs('maturingDays')})`,
        })
        .where(and(eq(orders.id, id), isNotNull(orders.paidAt), isNull(orders.cancelledAt), isChange))
        .returning({ id: orders.id }),
    ],
    {
      events: [shippedNotice(order, after)],
    },
  );
  const isFulfilled = (fulfilled as unknown[]).length > 0; // returned by the update
  if (isFulfilled) ctx.log.event('order.fulfilled', { orderId: id });
  const changed = await readOrderAs(ctx, actor, id, 'seller');
  if (!isFulfilled && changed.status === 'cancelled') throw soldError('ORDER_ENDED');
  return changed;
}

/**
 * It counts as the shipment if there was none, and settles an open problem. Throws ORDER_NOT_FOUND, ORDER_NOT_PAID,
 * ORDER_ENDED, ORDER_DISPUTED.
 */
export async function confirmOrder(ctx: Context, actor: Actor, id: string) {
  const { order } = await getBoughtOrder(ctx, actor, id);
  requireGoingOn(order);
  if (order.status === 'disputed') throw soldError('ORDER_DISPUTED');
  const now = int(ctx.now());
  const isChange = or(isNull(orders.confirmedAt), eq(orders.hasOpenProblem, true));
  await commit(
    ctx,
    [
      ctx.db
        .update(orders)
        .set({
          confirmedAt: sql`coalesce(confirmed_at, ${now})`,
          fulfilledAt: sql`coalesce(fulfilled_at, ${now})`,
          maturesAt: sql`min(coalesce(matures_at, ${now} + ${termMs('maturingDays')}), ${now} + ${termMs('confirmedDays')})`,
          hasOpenProblem: false,
        })
        .where(and(eq(orders.id, id), isNotNull(orders.paidAt), isNull(orders.cancelledAt), isChange)),
      ...resolveProblem(ctx, id, { resolution: null, resolvedBy: null }),
    ],
    {
      events: order.hasOpenProblem ? resolvedNotices(order, 'buyer', null) : [],
    },
  );
  ctx.log.event('order.confirmed', { orderId: id });
  return readOrderAs(ctx, actor, id, 'buyer');
}

/** A time of the economy under which the order was made, in ms. */
function termMs(name: 'maturingDays' | 'confirmedDays') {
  return sql`(SELECT config ->> ${`$.limits.shop.${name}`} FROM ${economyVersions}
    WHERE version = orders.economy_version) * ${int(DAY_MS)}`;
}
