/** Which products a reader may see: the only place for this rule, as conditions for any SELECT. */
import { and, or, type SQL, sql } from 'drizzle-orm';
import { users } from '@/domains/base/users/tables';
import { orders } from '@/domains/money/orders/tables';
import { type ProductRow, products } from '@/domains/money/products/tables';
import type { Viewer } from '@/shared/actor';
import { isActive, isStayingCreator, noBlockBetween } from './people';
import { shownTo } from './regions';

/**
 * Active, and not hidden by staff. NOTE: must match the text of the condition of the indexes `products_on_sale`.
 * @param product the name of `products` in the query
 */
export function isOnSale(product: SQL = sql`products`): SQL<number> {
  return sql<number>`(${product}.status = 'active' AND ${product}.hidden_at IS NULL)`;
}

/** The same, for a row that was read. */
export function isProductOnSale({ status, hiddenAt }: Pick<ProductRow, 'status' | 'hiddenAt'>): boolean {
  return status === 'active' && hiddenAt === null;
}

/** Active and approved. @param user the name of `users` in the query */
function isSeller(user: SQL = sql`users`): SQL<number> {
  return sql<number>`(${isActive(user)} AND ${user}.creator_status = 'APPROVED')`;
}

/** Also not about to be deleted: only then can anyone buy from them. @param user the name of `users` in the query */
export function canSell(user: SQL = sql`users`): SQL<number> {
  return isStayingCreator(user);
}

/**
 * The products that lists and searches show to this reader, for a SELECT that joins `users` as the seller: on sale by an
 * active, approved seller, without a block in between, and not hidden in the reader's region. Also their own.
 */
export function productsOnSaleTo(viewer: Viewer): SQL | undefined {
  return and(isOnSale(), isSeller(), noBlock(viewer), shownTo(viewer));
}

/**
 * The products that this reader may open, for a SELECT that joins `users` as the seller, wherever they are. Add `shownTo`,
 * so that a refusal can say that a product is hidden in the reader's region. Its seller and staff see every product; a
 * buyer sees an archived one too.
 */
export function productVisibleElsewhere(viewer: Viewer): SQL | undefined {
  const offered = and(isOnSale(), isSeller(), noBlock(viewer));
  if (viewer?.kind !== 'user') return offered;
  if (viewer.staff) return sql`1`;
  return or(sql`products.seller_id = ${viewer.userId}`, offered, and(wasBoughtBy(viewer.userId), noBlock(viewer)));
}

/**
 * The products of a stream that this reader sees, who may see the stream, for a SELECT that joins `streams`, and `users`
 * as the seller. In a stream that is over, archived products stay.
 */
export function shownInSession(viewer: Viewer): SQL | undefined {
  const isPast = sql`(products.status = 'archived' AND products.hidden_at IS NULL
    AND streams.status IN ('ended', 'cancelled'))`;
  const offered = and(or(isOnSale(), isPast), isSeller(), noBlock(viewer), shownTo(viewer));
  if (viewer?.kind !== 'user') return offered;
  return viewer.staff ? undefined : or(sql`products.seller_id = ${viewer.userId}`, offered);
}

/** Whether this reader sees what its seller sees. */
export function isProductInsider(viewer: Viewer, sellerId: string): boolean {
  return viewer?.kind === 'user' && (viewer.userId === sellerId || viewer.staff !== null);
}

function noBlock(viewer: Viewer): SQL | undefined {
  return viewer?.kind === 'user' && !viewer.staff ? noBlockBetween(viewer.userId, users.id) : undefined;
}

/** One look-up by index. */
function wasBoughtBy(userId: string): SQL {
  return sql`(products.status = 'archived' AND products.hidden_at IS NULL AND EXISTS (
    SELECT 1 FROM ${orders} bought
    WHERE bought.user_id = ${userId} AND bought.product_id = ${products.id} AND bought.paid_at IS NOT NULL))`;
}
