/** Reads everything that a checkout is judged by in one batch. */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { type Economy, economyOf, economyQuery } from '@/domains/base/economy/read';
import { users } from '@/domains/base/users/tables';
import { isBannedFrom } from '@/domains/base/visibility/channels';
import { canSell, productVisibleElsewhere } from '@/domains/base/visibility/products';
import { shownTo } from '@/domains/base/visibility/regions';
import { isNotPrivateTo } from '@/domains/base/visibility/streams';
import { streams } from '@/domains/live/streams/tables';
import {
  type ProductRow,
  products,
  productVariants,
  productWaits,
  type VariantRow,
} from '@/domains/money/products/tables';
import { sessionProducts } from '@/domains/money/showcase/tables';
import type { Once } from '@/http/idempotency';
import type { Actor } from '@/shared/actor';
import { largestPaidShipping } from './shipping-excess';
import { type OrderRow, orders } from './tables';

/** A variant, and whether one of its pieces is kept for this buyer: 1 or 0. */
export type OfferedVariant = Pick<VariantRow, 'id' | 'options' | 'priceMinor' | 'stock'> & {
  readonly isOffered: number;
};

/** A product that the buyer may open. The flags are 1 or 0. */
export interface OfferedProduct {
  readonly product: ProductRow;
  readonly isShown: number;
  readonly canSell: number;
}

export interface CheckoutFacts {
  /** The order of an earlier request with this key. */
  readonly known: OrderRow | undefined;
  readonly offered: OfferedProduct | undefined;
  readonly variants: readonly OfferedVariant[];
  /** The product in the live stream that the request names. */
  readonly inShow: { readonly livePriceMinor: number | null } | undefined;
  /** The largest full shipping among the buyer's paid orders of this seller, show and currency. */
  readonly paidShippingMinor: number;
  readonly economy: Economy;
}

/** @param sessionId undefined: it is not bought in a stream */
export async function readCheckoutFacts(
  ctx: Context,
  buyer: Actor,
  once: Once,
  productId: string,
  sessionId: string | undefined,
): Promise<CheckoutFacts> {
  const [[known], [offered], variants, [inShow], [paidShipping], newest] = await ctx.db.batch([
    knownOrderQuery(ctx, buyer, once),
    ctx.db
      .select({
        product: products,
        isShown: (shownTo(buyer) ?? sql<number>`1`).as('is_shown'),
        canSell: canSell().as('can_sell'),
      })
      .from(products)
      .innerJoin(users, eq(users.id, products.sellerId))
      .where(and(eq(products.id, productId), productVisibleElsewhere(buyer))),
    variantsQuery(ctx, buyer, productId),
    inShowQuery(ctx, buyer, productId, sessionId ?? ''), // no stream has an empty id
    paidShippingQuery(ctx, buyer, productId, sessionId ?? ''),
    economyQuery(ctx),
  ]);
  const paidShippingMinor = paidShipping?.minor ?? 0;
  return { known, offered, variants, inShow, paidShippingMinor, economy: economyOf(newest) };
}

/** The order that this buyer began with this key. */
export function knownOrderQuery(ctx: Context, { userId }: Actor, { idempotencyKey }: Once) {
  return ctx.db
    .select()
    .from(orders)
    .where(and(eq(orders.userId, userId), eq(orders.idempotencyKey, idempotencyKey)));
}

function variantsQuery(ctx: Context, { userId }: Actor, productId: string) {
  const { id, options, priceMinor, stock } = productVariants;
  const isOffered = sql<number>`EXISTS (SELECT 1 FROM ${productWaits} waiting
    WHERE waiting.variant_id = product_variants.id AND waiting.user_id = ${userId} AND waiting.offered_until IS NOT NULL)`;
  return ctx.db
    .select({ id, options, priceMinor, stock, isOffered: isOffered.as('is_offered') })
    .from(productVariants)
    .where(and(eq(productVariants.productId, productId), isNull(productVariants.retiredAt)));
}

/** Only a live stream that the buyer may watch. */
function inShowQuery(ctx: Context, buyer: Actor, productId: string, streamId: string) {
  return ctx.db
    .select({ livePriceMinor: sessionProducts.livePriceMinor })
    .from(sessionProducts)
    .innerJoin(streams, eq(streams.id, sessionProducts.streamId))
    .where(
      and(
        eq(sessionProducts.streamId, streamId),
        eq(sessionProducts.productId, productId),
        eq(streams.status, 'live'),
        isNotPrivateTo(buyer),
        sql`NOT ${isBannedFrom(streams.channelId, buyer.userId)}`,
      ),
    );
}

function paidShippingQuery(ctx: Context, { userId }: Actor, productId: string, streamId: string) {
  const ofProduct = (column: SQL) => sql`(SELECT ${column} FROM ${products} WHERE id = ${productId})`;
  const [sellerId, currency] = [ofProduct(sql`seller_id`), ofProduct(sql`currency`)];
  return ctx.db
    .select({ minor: largestPaidShipping({ streamId, userId, sellerId, currency }).as('minor') })
    .from(sql`(SELECT 1)`);
}
