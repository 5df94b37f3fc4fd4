/** Deletes files of products. What an order may still show or deliver stays, as long as its product does. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Plan } from '@/db/commit';
import { forgetMediaIf } from '@/domains/base/media/store';
import { orders } from '@/domains/money/orders/tables';
import { products, productVariants } from './tables';

/** Ordered at any time, paid or not. One look-up by index for each variant. @param id a value or a column */
export function wasOrdered(id: string | SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${productVariants} piece CROSS JOIN ${orders} ON orders.variant_id = piece.id
    WHERE piece.product_id = ${id})`;
}

/** Files that a product no longer shows. Images of one that was ordered stay: an order shows its cover of that time. */
export function dropFiles(ctx: Context, productId: string, keys: readonly string[]): Plan {
  return forgetMediaIf(ctx, keys, sql`(kind = 'product-file' OR NOT ${wasOrdered(productId)})`);
}

/** All files of a product that the batch may have deleted: for after that. They stay if it is still there. */
export function dropFilesOfDeleted(ctx: Context, productId: string, keys: readonly string[]): Plan {
  return forgetMediaIf(ctx, keys, sql`NOT EXISTS (SELECT 1 FROM ${products} WHERE id = ${productId})`);
}
