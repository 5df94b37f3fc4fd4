/** Finds one product, as this reader may see it, and presents it with its seller. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cacheableMediaUrl } from '@/domains/base/media/keys';
import { type CardRow, cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { isProductInsider, productVisibleElsewhere } from '@/domains/base/visibility/products';
import { shownTo } from '@/domains/base/visibility/regions';
import type { Actor, Viewer } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { productError } from './errors';
import { type ProductWithVariants, presentProduct, productColumns, variantsOf } from './present';
import type { ShopProduct } from './schemas';
import { products } from './tables';

export interface FoundProduct extends ProductWithVariants {
  readonly seller: CardRow;
}

/** For a SELECT that joins `products` with `users` as the seller. Not for a batch: both have an `id`. */
export function shopColumns(viewer: Viewer) {
  return { ...productColumns, seller: cardColumnsFor(viewer) };
}

/** Throws NOT_IN_YOUR_COUNTRY, and PRODUCT_NOT_FOUND for both hidden and missing products. */
export async function getProduct(ctx: Context, viewer: Viewer, id: string): Promise<FoundProduct> {
  const row = await ctx.db
    .select({ ...shopColumns(viewer), shown: shownTo(viewer) ?? sql<number>`1` })
    .from(products)
    .innerJoin(users, eq(users.id, products.sellerId))
    .where(and(eq(products.id, id), productVisibleElsewhere(viewer)))
    .get();
  if (!row) throw productError('PRODUCT_NOT_FOUND');
  if (row.shown === 0) throw productError('NOT_IN_YOUR_COUNTRY');
  return row;
}

/** Throws as `getProduct` does, and NOT_YOUR_PRODUCT. */
export async function getOwnProduct(ctx: Context, actor: Actor, id: string): Promise<FoundProduct> {
  const found = await getProduct(ctx, actor, id);
  if (found.product.sellerId !== actor.userId) throw productError('NOT_YOUR_PRODUCT');
  return found;
}

export async function presentShopProduct(ctx: Context, viewer: Viewer, found: FoundProduct): Promise<ShopProduct> {
  const { product } = found;
  const variants = variantsOf(found);
  const shown = { ...presentProduct(ctx.config, product, variants), seller: presentCard(found.seller) };
  if (!isProductInsider(viewer, product.sellerId)) return shown;
  const sum = (field: 'sold' | 'held') => variants.reduce((total, variant) => total + variant[field], 0);
  return {
    ...shown,
    // The files of a hidden product open by a signed link alone.
    ...(product.hiddenAt === null
      ? {}
      : {
          images: await Promise.all(product.imageKeys.map((key) => cacheableMediaUrl(ctx, key))),
          hidden: true as const,
        }),
    ...{ reviewReason: product.reviewReason, fileName: product.fileName, sold: sum('sold'), held: sum('held') },
    updatedAt: toIso(product.updatedAt),
  };
}
