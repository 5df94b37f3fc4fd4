/**
 * The end of a seller's account: their products are deleted. One that was ordered is archived without its description, and
 * keeps its cover and what its buyers download. `keptFiles` names those files, for whoever deletes the others.
 */
import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { int } from '@/db/sql';
import { wasOrdered } from './files';
import { planDeletion } from './remove';
import { products } from './tables';

const PRODUCTS_A_STEP = 10;

/** Returns how many it found; 0 means that none is left. */
export async function forgetProducts(ctx: Context, sellerId: string): Promise<number> {
  const isOrdered = wasOrdered(sql`products.id`);
  const rows = await ctx.db
    .select({ product: products, isOrdered: sql<number>`${isOrdered}`.as('isOrdered') })
    .from(products)
    .where(
      and(
        eq(products.sellerId, sellerId),
        or(sql`status <> 'archived'`, sql`description <> ''`, sql`NOT ${isOrdered}`),
      ),
    )
    .limit(PRODUCTS_A_STEP);
  if (rows.length === 0) return 0;
  const ids = rows.map(({ product }) => product.id);
  const shownAlone = rows.filter((row) => row.isOrdered === 0).map(({ product }) => product.id);
  const deletions = rows.map(({ product }) => planDeletion(ctx, product));
  await commit(
    ctx,
    [
      ...deletions.flatMap(({ statements }) => statements),
      // Streams that showed it no longer do.
      ctx.db.delete(products).where(and(inArray(products.id, shownAlone), sql`NOT ${isOrdered}`)),
      ctx.db
        .update(products)
        .set({
          status: 'archived',
          description: '',
          imageKeys: sql`CASE json_array_length(image_keys) WHEN 0 THEN '[]' ELSE json_array(image_keys ->> '$[0]') END`,
          ...{ reviewReason: null, submittedAt: null, keptUntil: null },
          updatedAt: sql`max(updated_at + 1, ${int(ctx.now())})`,
        })
        .where(inArray(products.id, ids)),
    ],
    { events: deletions.flatMap(({ events }) => events), evenIfUnchanged: true },
  );
  return rows.length;
}
