/** What happens to those who wait for a piece: they are notified of an offer, and lose it after two minutes. */

import { and, eq, isNotNull, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { TaskMessage } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit } from '@/db/commit';
import { toIso } from '@/shared/time';
import { offerStock } from './stock';
import { products, productVariants, productWaits } from './tables';

const VARIANTS_AT_ONCE = 20;
const TOLD_AT_ONCE = 100;

/** Notifies once of each offer, however many there are: nobody has longer than two minutes to take theirs. */
export async function tellOffered(
  ctx: Context,
  { type, variantId }: Extract<TaskMessage, { type: 'tell-offered' }>,
): Promise<void> {
  const untold = and(
    eq(productWaits.variantId, variantId),
    isNotNull(productWaits.offeredUntil),
    eq(productWaits.notified, false),
  );
  const rows = await ctx.db
    .select({ userId: productWaits.userId, until: productWaits.offeredUntil, id: products.id, title: products.title })
    .from(productWaits)
    .innerJoin(productVariants, eq(productVariants.id, productWaits.variantId))
    .innerJoin(products, eq(products.id, productVariants.productId))
    .where(untold)
    .limit(TOLD_AT_ONCE);
  if (rows.length === 0) return;
  const told = sql`user_id IN (SELECT value FROM json_each(${JSON.stringify(rows.map(({ userId }) => userId))}))`;
  await commit(ctx, [ctx.db.update(productWaits).set({ notified: true }).where(and(untold, told))], {
    events: rows.map(({ userId, until, id, title }) => {
      const data = { productId: id, productTitle: title, variantId, until: toIso(until ?? ctx.now()) };
      return noticeTo(userId, 'stock-offered', data);
    }),
  });
  if (rows.length === TOLD_AT_ONCE) await tellOffered(ctx, { type, variantId });
}

/** Ends offers that nobody took, and offers the pieces to the next who wait. Returns whether there may be more. */
export async function endOffers(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  const due = await ctx.db
    .selectDistinct({ variantId: productWaits.variantId, productId: productVariants.productId })
    .from(productWaits)
    .innerJoin(productVariants, eq(productVariants.id, productWaits.variantId))
    .where(and(isNotNull(productWaits.offeredUntil), lte(productWaits.offeredUntil, now)))
    .limit(VARIANTS_AT_ONCE);
  for (const variant of due) {
    const { statements, events } = offerStock(ctx, variant);
    const lapsed = and(eq(productWaits.variantId, variant.variantId), lte(productWaits.offeredUntil, now));
    await commit(ctx, [ctx.db.delete(productWaits).where(lapsed), giveBack(ctx, variant.variantId), ...statements], {
      events,
    });
  }
  return due.length === VARIANTS_AT_ONCE;
}

/** The pieces of offers that are gone are in stock again. */
export function giveBack(ctx: Context, variantId: string) {
  const offered = sql`(SELECT count(*) FROM ${productWaits} WHERE variant_id = ${variantId} AND offered_until IS NOT NULL)`;
  return ctx.db.run(sql`
    UPDATE ${productVariants} SET stock = stock + offered - ${offered}, offered = ${offered} WHERE id = ${variantId}`);
}

/** For the batch after which nobody can buy the product again soon. */
export function endWaits(ctx: Context, productId: string): Statement[] {
  const ofProduct = sql`(SELECT id FROM ${productVariants} WHERE product_id = ${productId})`;
  return [
    ctx.db.run(sql`DELETE FROM ${productWaits} WHERE variant_id IN ${ofProduct}`),
    ctx.db.run(sql`UPDATE ${productVariants} SET stock = stock + offered, offered = 0
      WHERE product_id = ${productId} AND offered > 0`),
  ];
}
