/** Searches products by title, description and category, with or without the filters of a shop. */
import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { EVERYBODY } from '@/db/fts';
import { users } from '@/domains/base/users/tables';
import { productsOnSaleTo } from '@/domains/base/visibility/products';
import { presentShopProduct, shopColumns } from '@/domains/money/products/find';
import { countCategories, listFrom, orderOf, type Window, windowOf } from '@/domains/money/products/list';
import type { ProductSearchQuery } from '@/domains/money/products/schemas';
import { products } from '@/domains/money/products/tables';
import type { Viewer } from '@/shared/actor';
import { hitColumns, hitsOf, isShown, presentHits } from './hits';
import type { Index, Question } from './place';

const INDEX: Index = {
  table: 'products_fts',
  rows: products,
  fields: [
    { name: 'title', weight: 10 },
    { name: 'description', weight: 1, isLong: true },
    { name: 'category', weight: 5 },
  ],
};

/** Runs one statement. Throws CURSOR_INVALID. */
export async function searchProducts(ctx: Context, viewer: Viewer, question: Question) {
  const hits = hitsOf({ index: INDEX, question, audience: EVERYBODY });
  const rows = await ctx.db
    .select({ ...shopColumns(viewer), hit: hitColumns })
    .from(hits)
    .crossJoin(products)
    .crossJoin(users)
    .where(and(sql`products.rowid = hits.hit_row`, eq(users.id, products.sellerId), isShown(productsOnSaleTo(viewer))))
    .limit(question.perPage + 1);
  return presentHits(INDEX, question, rows, (row) => presentShopProduct(ctx, undefined, row));
}

/** Its window has a thousand matches: ten for each item of such a page. */
const RANKED_PAGE = 100;
const FACETED_MAX = 1_000;

/** Runs three statements. */
export async function findProducts(ctx: Context, viewer: Viewer, query: z.output<typeof ProductSearchQuery>) {
  const { sort = query.q === undefined ? 'newest' : 'relevance', category: _, ...anyCategory } = query;
  const listed = sort === 'relevance' ? 'newest' : sort;
  const matches = query.q === undefined ? undefined : rankedBy(query.q);
  const chosen = matches
    ? { ...matches, ...(sort === 'relevance' ? {} : { order: orderOf(listed) }) }
    : windowOf(query, listed);
  const [page, categories] = await Promise.all([
    listFrom(ctx, viewer, query, chosen),
    countCategories(ctx, viewer, anyCategory, matches ?? windowOf(anyCategory, listed, FACETED_MAX)),
  ]);
  return { ...page, facets: { categories } };
}

/** The best matches first. */
function rankedBy(q: string): Window {
  const hits = hitsOf({ index: INDEX, question: { q, perPage: RANKED_PAGE }, audience: EVERYBODY });
  return { from: hits, on: sql`NOT hits.hit_beyond AND products.rowid = hits.hit_row` };
}
