/**
 * A product that was never ordered nor shown in a stream is deleted with its files. Any other is archived, since orders
 * and streams name it. The batch decides, so an order that is made at the same time finds it or fails.
 */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, type Plan } from '@/db/commit';
import { int } from '@/db/sql';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { sessionProducts } from '@/domains/money/showcase/tables';
import type { Actor } from '@/shared/actor';
import { dropFilesOfDeleted, wasOrdered } from './files';
import { getOwnProduct } from './find';
import { type ProductRow, products } from './tables';
import { endWaits } from './waiting-list';

/** Throws as `getOwnProduct` does. */
export async function deleteProduct(ctx: Context, actor: Actor, id: string): Promise<void> {
  const { product } = await getOwnProduct(ctx, actor, id);
  const { statements, events } = planDeletion(ctx, product);
  await commit(ctx, statements, { events, evenIfUnchanged: true });
  ctx.log.event('product.deleted', { productId: id });
}

/** Deletes or archives it. Idempotent. */
export function planDeletion(ctx: Context, product: ProductRow): Plan {
  const { id, imageKeys, fileKey } = product;
  const wasShown = sql`EXISTS (SELECT 1 FROM ${sessionProducts} WHERE product_id = ${id})`;
  const files = dropFilesOfDeleted(ctx, id, [...imageKeys, ...(fileKey === null ? [] : [fileKey])]);
  return {
    statements: [
      ctx.db.run(sql`DELETE FROM ${products} WHERE id = ${id} AND NOT ${wasOrdered(id)} AND NOT ${wasShown}`),
      ctx.db
        .update(products)
        .set({ status: 'archived', updatedAt: sql`max(updated_at + 1, ${int(ctx.now())})` })
        .where(eq(products.id, id)),
      ...endWaits(ctx, id),
      ...withdrawWaiting(ctx, id),
      ...files.statements,
    ],
    events: [...files.events, { kind: 'stock-changed', productId: id }],
  };
}
