/** Staff decide on products that wait for review. */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, isNotNull, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit, requireThat } from '@/db/commit';
import { countRows } from '@/db/count-rows';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { onlyCountryOf } from '@/domains/base/permissions/permissions';
import { requireStaff } from '@/domains/base/permissions/rank';
import { isSeenBy } from '@/domains/base/permissions/reach';
import { users } from '@/domains/base/users/tables';
import { COUNT_MAX, limitAndOffset, type PageQuery, presentPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { planOffers } from './change';
import { productError } from './errors';
import { presentShopProduct, shopColumns } from './find';
import type { ProductReview, ShopProduct } from './schemas';
import { type ProductRow, products } from './tables';

/** The oldest submission first. Staff do not see their own. Two statements. */
export async function listProductsInReview(ctx: Context, actor: Actor, query: PageQuery) {
  const { limit, offset } = limitAndOffset(query);
  const waiting = and(sql`products.status = 'review'`, ne(products.sellerId, actor.userId), isSeenBy(actor));
  const [rows, [{ total = 0 } = {}]] = await Promise.all([
    ctx.db
      .select(shopColumns(actor))
      .from(products)
      .innerJoin(users, eq(users.id, products.sellerId))
      .where(and(waiting, isNotNull(products.submittedAt)))
      .orderBy(asc(products.submittedAt), asc(products.id))
      .limit(limit)
      .offset(offset),
    countRows(
      ctx,
      ctx.db.select({ one: sql`1` }).from(products).innerJoin(users, eq(users.id, products.sellerId)).where(waiting),
      COUNT_MAX + 1,
    ),
  ]);
  const items = rows.map(async (row) => ({
    ...(await presentShopProduct(ctx, actor, row)),
    submittedAt: toIso(row.product.submittedAt ?? row.product.updatedAt),
  }));
  return presentPage(await Promise.all(items), total, query);
}

/**
 * Approved, it is on sale; refused, a draft again. Throws PRODUCT_NOT_FOUND, OWN_PRODUCT, SELLER_OUT_OF_REACH,
 * PRODUCT_NOT_IN_REVIEW, PRODUCT_CHANGED.
 */
export async function reviewProduct(
  ctx: Context,
  actor: Actor,
  id: string,
  { approve, reason, updatedAt }: z.output<typeof ProductReview>,
): Promise<ShopProduct> {
  const found = await ctx.db
    .select({ ...shopColumns(actor), country: users.country })
    .from(products)
    .innerJoin(users, eq(users.id, products.sellerId))
    .where(eq(products.id, id))
    .get();
  if (!found) throw productError('PRODUCT_NOT_FOUND');
  const { product, country } = found;
  if (product.sellerId === actor.userId) throw productError('OWN_PRODUCT');
  const only = onlyCountryOf(actor.staff);
  if (only !== undefined && only !== country) throw productError('SELLER_OUT_OF_REACH');
  if (product.status !== 'review') throw productError('PRODUCT_NOT_IN_REVIEW');
  if (updatedAt !== undefined && Date.parse(updatedAt) !== product.updatedAt) throw productError('PRODUCT_CHANGED');
  const now = ctx.now();
  const changes = {
    ...(approve
      ? { status: 'active', approvedAt: now, reviewReason: null }
      : ({ status: 'draft', reviewReason: reason ?? null } as const)),
    updatedAt: Math.max(now, product.updatedAt + 1),
  } satisfies Partial<ProductRow>;
  const after: ProductRow = { ...product, ...changes };
  const offers = planOffers(ctx, found, after);
  const isSame = sql`EXISTS (SELECT 1 FROM ${products} WHERE id = ${id} AND updated_at = ${product.updatedAt})`;
  await commit(
    ctx,
    [
      requireStaff(ctx, actor),
      requireThat(ctx, isSame),
      ctx.db.update(products).set(changes).where(eq(products.id, id)),
      ...offers.statements,
      ...withdrawWaiting(ctx, id),
      logStaff(ctx, {
        staffId: actor.userId,
        action: 'product.review',
        targetType: 'product',
        targetId: id,
        subjectId: product.sellerId,
        before: { status: product.status, title: product.title },
        after: { status: after.status },
        ...(reason === undefined ? {} : { reason }),
      }),
    ],
    {
      events: [tellSeller(after, reason), { kind: 'stock-changed', productId: id }, ...offers.events],
      refusals: { DEMAND_NOT_MET: () => productError('PRODUCT_CHANGED') },
    },
  );
  ctx.log.event('product.reviewed', { productId: id, approve });
  return presentShopProduct(ctx, actor, { ...found, product: after });
}

function tellSeller({ id, sellerId, title, status }: ProductRow, reason: string | undefined): OutboxEvent {
  const product = { productId: id, productTitle: title };
  return status === 'active'
    ? noticeTo(sellerId, 'product-approved', product)
    : noticeTo(sellerId, 'product-refused', { ...product, reason: reason ?? '' });
}
