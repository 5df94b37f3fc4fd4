/**
 * Tells the room of a live stream that a product changed: its stock, which the room reads from D1 at most once a second,
 * or its page. A product that is no longer on sale leaves the showcase.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EventOf } from '@/contracts/jobs';
import { isOnSale } from '@/domains/base/visibility/products';
import { isOpen } from '@/domains/base/visibility/streams';
import { streams } from '@/domains/live/streams/tables';
import { products } from '@/domains/money/products/tables';
import { newId } from '@/shared/ids';
import { followProduct } from './showcase';
import { sessionProducts, sessionShowcases } from './tables';

interface Offered {
  readonly streamId: string;
  readonly isOnSale: number;
  readonly isShown: number;
  /** Its page changed after the room was last told what it shows. */
  readonly isNewer: number;
}

/** A seller has one live stream. It is looked up by its seller, since the product may have been in many that are over. */
export async function tellStock(ctx: Context, { productId }: EventOf<'stock-changed'>): Promise<void> {
  const live = await ctx.db.all<Offered>(sql`
    SELECT live.id AS streamId, ${isOnSale(sql`product`)} AS isOnSale, offered.showcased_at IS NOT NULL AS isShown,
      product.updated_at >= ifnull(
        (SELECT changed_at FROM ${sessionShowcases} shown WHERE shown.stream_id = live.id), 0) AS isNewer
    FROM ${products} product
    CROSS JOIN ${streams} live ON live.creator_id = product.seller_id AND live.status = 'live'
      AND ${isOpen(sql`live`)}
    CROSS JOIN ${sessionProducts} offered ON offered.stream_id = live.id AND offered.product_id = product.id
    WHERE product.id = ${productId}`);
  for (const { streamId, isOnSale, isShown, isNewer } of live) {
    if (isShown === 1 && (isOnSale === 0 || isNewer === 1)) await followProduct(ctx, streamId, productId);
    const room = ctx.rooms(streamId);
    if (isOnSale === 0) await room.apply(newId(), { type: 'products-changed' });
    await room.apply(newId(), { type: 'stock-changed', productId });
  }
}
