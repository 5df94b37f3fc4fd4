/** Tells the rooms of live streams that a product's stock changed. A room reads it from D1, at most once a second. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EventOf } from '@/contracts/jobs';
import { streams } from '@/domains/live/streams/tables';
import { newId } from '@/shared/ids';
import { sessionProducts } from './tables';

/** A seller has one live stream. */
export async function tellStock(ctx: Context, { productId }: EventOf<'stock-changed'>): Promise<void> {
  const live = await ctx.db.all<{ id: string }>(sql`
    SELECT shown.id AS id FROM ${sessionProducts} offered CROSS JOIN ${streams} shown ON shown.id = offered.stream_id
    WHERE offered.product_id = ${productId} AND shown.status = 'live'`);
  await Promise.all(live.map(({ id }) => ctx.rooms(id).apply(newId(), { type: 'stock-changed', productId })));
}
