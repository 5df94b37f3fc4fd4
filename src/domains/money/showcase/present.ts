/** Reads the products of a stream, and turns them into what clients and the room see. */
import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import type { SessionProduct, Showcase } from '@/contracts/product';
import { users } from '@/domains/base/users/tables';
import { isProductOnSale, shownInSession } from '@/domains/base/visibility/products';
import { streams } from '@/domains/live/streams/tables';
import { type ProductWithVariants, presentProduct, productColumns, variantsOf } from '@/domains/money/products/present';
import { products, productVariants } from '@/domains/money/products/tables';
import type { Viewer } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { sessionProductClicks, sessionProducts } from './tables';

export interface SessionProductRow extends ProductWithVariants {
  readonly position: number;
  readonly livePriceMinor: number | null;
  readonly showcasedAt: number | null;
  readonly isLive: number;
  readonly isOver: number;
  /** Pieces of all variants, also of those that were removed. */
  readonly held: number;
  readonly sold: number;
  /** Counted when the stream ended; 0 before. */
  readonly clicks: number;
}

const sumOf = (column: SQL) =>
  sql<number>`(SELECT ifnull(sum(${column}), 0) FROM ${productVariants} WHERE product_variants.product_id = products.id)`;

const columns = {
  ...productColumns,
  position: sessionProducts.position,
  livePriceMinor: sessionProducts.livePriceMinor,
  showcasedAt: sessionProducts.showcasedAt,
  isLive: sql<number>`${streams.status} = 'live'`,
  isOver: sql<number>`${streams.status} IN ('ended', 'cancelled')`,
  held: sumOf(sql`held`),
  sold: sumOf(sql`sold`),
  clicks: sql<number>`ifnull((SELECT clicks FROM ${sessionProductClicks} counted
    WHERE counted.stream_id = session_products.stream_id AND counted.product_id = products.id), 0)`,
};

/** The products of this stream, whatever their status. */
export function sessionProductsOf(ctx: Context, streamId: string, condition?: SQL) {
  return ctx.db
    .select(columns)
    .from(sessionProducts)
    .innerJoin(streams, eq(streams.id, sessionProducts.streamId))
    .innerJoin(products, eq(products.id, sessionProducts.productId))
    .innerJoin(users, eq(users.id, products.sellerId))
    .where(and(eq(sessionProducts.streamId, streamId), condition))
    .orderBy(asc(sessionProducts.position), asc(sessionProducts.productId));
}

/** Those that this reader sees, who may see the stream. */
export function shownProductsOf(ctx: Context, streamId: string, viewer: Viewer) {
  return sessionProductsOf(ctx, streamId, shownInSession(viewer));
}

/** The same, to be counted. */
export function shownProductIds(ctx: Context, streamId: string, viewer: Viewer) {
  return ctx.db
    .select({ one: sql`1` })
    .from(sessionProducts)
    .innerJoin(streams, eq(streams.id, sessionProducts.streamId))
    .innerJoin(products, eq(products.id, sessionProducts.productId))
    .innerJoin(users, eq(users.id, products.sellerId))
    .where(and(eq(sessionProducts.streamId, streamId), shownInSession(viewer)));
}

/** @param clicks only for the stream's creator and staff */
export function presentSessionProduct(config: Config, row: SessionProductRow, clicks?: number): SessionProduct {
  const { position, sold } = row;
  return {
    product: presentProduct(config, row.product, variantsOf(row)),
    position,
    ...livePriceOf(row),
    sold,
    ...(clicks === undefined ? {} : { clicks }),
  };
}

/** @param since when (ms) it was put into the showcase */
export function presentShowcase(config: Config, row: SessionProductRow, since: number): Showcase {
  const product = presentProduct(config, row.product, variantsOf(row));
  return { product, ...livePriceOf(row), stock: product.stock, held: row.held, sold: row.sold, since: toIso(since) };
}

/** What the stream shows now, among the products that this reader sees. */
export function showcaseAmong(config: Config, rows: readonly SessionProductRow[]): Showcase | null {
  const row = rows.find(({ showcasedAt }) => showcasedAt !== null);
  return row && row.showcasedAt !== null && isProductOnSale(row.product) && row.isLive === 1
    ? presentShowcase(config, row, row.showcasedAt)
    : null;
}

/** A live price ends with the stream. */
function livePriceOf({ livePriceMinor, isOver }: SessionProductRow): { livePriceMinor?: number } {
  return livePriceMinor === null || isOver === 1 ? {} : { livePriceMinor };
}
