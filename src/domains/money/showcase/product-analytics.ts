/** What each product of a session did, for its creator: clicks, checkouts, orders and sales. Two waits for D1. */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { ProductClicks } from '@/contracts/room';
import {
  clicksIn,
  conversionBps,
  type ProductSales,
  presentSales,
  salesOf,
} from '@/domains/live/analytics/session-sales';
import { getOwnStream } from '@/domains/live/streams/sessions';
import { presentProduct, productsByIds, variantsOf } from '@/domains/money/products/present';
import { type PageQuery, pageSlice, presentPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import type { ProductFigures } from './analytics-schemas';
import { sessionProducts } from './tables';

interface Counted {
  readonly productId: string;
  readonly clicks: ProductClicks | undefined;
  readonly sales: readonly ProductSales[];
}

/**
 * Products of the session, and others that were clicked or ordered in it before they were removed. The best sold first.
 * Throws STREAM_NOT_FOUND, NOT_IN_YOUR_COUNTRY, NOT_YOUR_STREAM.
 */
export async function readProductFigures(
  ctx: Context,
  actor: Actor,
  streamId: string,
): Promise<z.input<typeof ProductFigures>[]> {
  const [{ stream }, [sales, stored, listed]] = await Promise.all([
    getOwnStream(ctx, actor, streamId),
    ctx.db.batch([
      salesOf(ctx, streamId),
      clicksIn(ctx, streamId),
      ctx.db.all<{ readonly productId: string }>(sql`
        SELECT product_id AS productId FROM ${sessionProducts} WHERE stream_id = ${streamId} ORDER BY position, product_id`),
    ]),
  ]);
  // The room reports its clicks right after the end. Until they have arrived, it is asked for them.
  const isAsked = stream.startedAt !== null && stored.length === 0;
  const clicks = isAsked ? await ctx.rooms(streamId).productClicks() : stored;
  const ids = [...new Set([...listed, ...clicks, ...sales].map(({ productId }) => productId))];
  const rows = await productsByIds(ctx, ids);
  const known = new Map(rows.map((row) => [row.product.id, presentProduct(ctx.config, row.product, variantsOf(row))]));
  const clicksBy = new Map(clicks.map((one) => [one.productId, one]));
  const salesBy = Map.groupBy(sales, ({ productId }) => productId);
  return ids
    .map((productId) => ({ productId, clicks: clicksBy.get(productId), sales: salesBy.get(productId) ?? [] }))
    .map((counted) => ({ product: known.get(counted.productId) ?? null, ...present(counted) }))
    .toSorted((one, other) => other.units - one.units || other.clicks - one.clicks);
}

export function presentProductPage(figures: z.input<typeof ProductFigures>[], query: PageQuery) {
  return presentPage(pageSlice(figures, query), figures.length, query);
}

function present({ productId, clicks, sales }: Counted) {
  const sum = (figure: 'checkouts' | 'orders' | 'buyers' | 'units') =>
    sales.reduce((total, row) => total + row[figure], 0);
  const clickers = clicks?.clickers ?? 0;
  return {
    ...{ productId, clicks: clicks?.clicks ?? 0, clickers },
    ...{ checkouts: sum('checkouts'), orders: sum('orders'), units: sum('units') },
    sales: presentSales(sales),
    conversionBps: conversionBps(sum('buyers'), clickers),
  };
}
