/**
 * Lists products. A list first takes a bounded window of candidates from one index, so that a filter that few products
 * pass never reads them all: the newest 10,000, with the words, of the seller or of the category; or the first 10,000 by
 * price, if the list is sorted by it or has a range of prices in one currency. Two statements, whatever is asked.
 */
import { and, asc, desc, eq, gte, lte, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { ProductStatus } from '@/contracts/product';
import { countRows } from '@/db/count-rows';
import { EVERYBODY, newestMatches } from '@/db/fts';
import { literal } from '@/db/sql';
import { findIdOf } from '@/domains/base/users/former-names';
import { users } from '@/domains/base/users/tables';
import { userVisibleTo } from '@/domains/base/visibility/people';
import { isOnSale, productsOnSaleTo } from '@/domains/base/visibility/products';
import { socialError } from '@/domains/people/social/errors';
import { COUNT_MAX, limitAndOffset, type PageQuery, presentPage } from '@/http/envelope';
import type { Actor, Viewer } from '@/shared/actor';
import { presentShopProduct, shopColumns } from './find';
import type { ProductListQuery } from './schemas';
import { products, productVariants } from './tables';

export type ProductFilter = Omit<ProductListQuery, keyof PageQuery | 'sort'>;
export type ProductSort = ProductListQuery['sort'];

/** Products to choose from. */
export interface Window {
  /** A table with an alias. */
  readonly from: SQL;
  /** Joins `products` to it. */
  readonly on: SQL;
  /** In which order its products come, if not in the window's own. */
  readonly order?: readonly SQL[];
}

const CANDIDATES_MAX = COUNT_MAX + 1;

/** @param max how many candidates */
export function windowOf(filter: ProductFilter, sort: ProductSort, max = CANDIDATES_MAX): Window {
  const { q, creatorId, category } = filter;
  const ids = (condition: SQL | undefined, order: SQL) =>
    sql`SELECT id FROM (SELECT id FROM ${products} WHERE ${and(isOnSale(), condition)} ORDER BY ${order}
      LIMIT ${literal(max)})`;
  const newest = sql`id DESC`;
  if (q !== undefined) {
    const rows = newestMatches('products_fts', q, EVERYBODY, max);
    return windowIn(sql`SELECT id FROM ${products} WHERE rowid IN (${rows})`, orderOf(sort));
  }
  const isByPrice = sort !== 'newest';
  if (creatorId !== undefined)
    return windowIn(ids(sql`seller_id = ${creatorId}`, newest), isByPrice ? orderOf(sort) : undefined);
  if (category !== undefined)
    return windowIn(ids(sql`category = ${category}`, newest), isByPrice ? orderOf(sort) : undefined);
  const { currency, priceMin, priceMax } = filter;
  // No index finds a range of prices in all currencies.
  if (currency === undefined && (priceMin !== undefined || priceMax !== undefined))
    return windowIn(ids(undefined, newest), isByPrice ? orderOf(sort) : undefined);
  if (isByPrice) return windowIn(ids(priceRange(filter), sql.join(orderOf(sort), sql`, `)));
  // A range with both bounds is narrow, as a rule.
  if (currency !== undefined && priceMin !== undefined && priceMax !== undefined)
    return windowIn(ids(priceRange(filter), sql`price_minor`), orderOf(sort));
  return windowIn(ids(undefined, newest));
}

function windowIn(ids: SQL, order?: readonly SQL[]): Window {
  return { from: sql`(${ids}) AS candidate`, on: sql`products.id = candidate.id`, ...(order ? { order } : {}) };
}

/** Each currency by itself. */
export function orderOf(sort: ProductSort): SQL[] {
  switch (sort) {
    case 'newest':
      return [desc(products.id)];
    case 'price':
      return [asc(products.currency), asc(products.priceMinor), asc(products.id)];
    case '-price':
      return [desc(products.currency), desc(products.priceMinor), desc(products.id)];
  }
}

function priceRange({ currency, priceMin, priceMax }: ProductFilter): SQL | undefined {
  return and(
    currency === undefined ? undefined : eq(products.currency, currency),
    priceMin === undefined ? undefined : gte(products.priceMinor, priceMin),
    priceMax === undefined ? undefined : lte(products.priceMinor, priceMax),
  );
}

/**
 * What the filter asks of each product, apart from its words. The plus keeps SQLite from reading a whole range of prices
 * for each candidate, which it finds by its id.
 */
function passes({ creatorId, category, currency, priceMin, priceMax, inStock }: ProductFilter): SQL | undefined {
  return and(
    creatorId === undefined ? undefined : eq(products.sellerId, creatorId),
    category === undefined ? undefined : eq(products.category, category),
    currency === undefined ? undefined : sql`+${eq(products.currency, currency)}`,
    priceMin === undefined ? undefined : sql`+${gte(products.priceMinor, priceMin)}`,
    priceMax === undefined ? undefined : sql`+${lte(products.priceMinor, priceMax)}`,
    inStock ? isInStock : undefined,
  );
}

const isInStock = sql`EXISTS (SELECT 1 FROM ${productVariants} piece WHERE piece.product_id = products.id
  AND piece.retired_at IS NULL AND (piece.stock IS NULL OR piece.stock > 0))`;

export function listProducts(ctx: Context, viewer: Viewer, query: ProductListQuery) {
  return listFrom(ctx, viewer, query, windowOf(query, query.sort));
}

/** Three statements, and one for a username. Throws USER_NOT_FOUND. */
export async function listSellersProducts(
  ctx: Context,
  viewer: Viewer,
  idOrUsername: string,
  query: Omit<ProductListQuery, 'creatorId'>,
) {
  const sellerId = (await findIdOf(ctx, idOrUsername)) ?? '';
  const visible = and(eq(users.id, sellerId), userVisibleTo(viewer));
  const [seller, page] = await Promise.all([
    ctx.db.select({ id: users.id }).from(users).where(visible).get(),
    listProducts(ctx, viewer, { ...query, creatorId: sellerId }),
  ]);
  if (!seller) throw socialError('USER_NOT_FOUND');
  return page;
}

/** Runs two statements. */
export async function listFrom(ctx: Context, viewer: Viewer, query: ProductFilter & PageQuery, window: Window) {
  const { limit, offset } = limitAndOffset(query);
  const { from, on, order = [] } = window;
  const shown = and(on, eq(users.id, products.sellerId), passes(query), productsOnSaleTo(viewer));
  const counted = ctx.db.select({ one: sql`1` }).from(from).crossJoin(products).crossJoin(users).where(shown);
  const [rows, [{ total = 0 } = {}]] = await Promise.all([
    ctx.db
      .select(shopColumns(viewer))
      .from(from)
      .crossJoin(products)
      .crossJoin(users)
      .where(shown)
      .orderBy(...order)
      .limit(limit)
      .offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  return presentPage(await Promise.all(rows.map((row) => presentShopProduct(ctx, undefined, row))), total, query);
}

/** How many of a window's products are in each category. One statement. */
export function countCategories(ctx: Context, viewer: Viewer, filter: ProductFilter, { from, on }: Window) {
  const count = sql<number>`count(*)`;
  return ctx.db
    .select({ category: products.category, count })
    .from(from)
    .crossJoin(products)
    .crossJoin(users)
    .where(and(on, eq(users.id, products.sellerId), passes(filter), productsOnSaleTo(viewer)))
    .groupBy(products.category)
    .orderBy(desc(count), asc(products.category));
}

/** The reader's own, whatever their status. Two statements. */
export async function listOwnProducts(
  ctx: Context,
  actor: Actor,
  { status, ...query }: PageQuery & { readonly status?: ProductStatus | undefined },
) {
  const { limit, offset } = limitAndOffset(query);
  const own = and(
    eq(products.sellerId, actor.userId),
    status === undefined ? undefined : sql`+${eq(products.status, status)}`,
  );
  const [rows, [{ total = 0 } = {}]] = await Promise.all([
    ctx.db
      .select(shopColumns(actor))
      .from(products)
      .innerJoin(users, eq(users.id, products.sellerId))
      .where(own)
      .orderBy(desc(products.id))
      .limit(limit)
      .offset(offset),
    countRows(ctx, ctx.db.select({ one: sql`1` }).from(products).where(own), COUNT_MAX + 1),
  ]);
  return presentPage(await Promise.all(rows.map((row) => presentShopProduct(ctx, actor, row))), total, query);
}
