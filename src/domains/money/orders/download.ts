/** The file that a buyer downloads after paying for a digital product. */
import type { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { namedMediaUrl, SIGNED_URL_SECONDS } from '@/domains/base/media/keys';
import { products } from '@/domains/money/products/tables';
import type { Actor } from '@/shared/actor';
import { SECOND_MS, toIso } from '@/shared/time';
import { orderError } from './errors';
import { getBoughtOrder } from './own-orders';
import { hasDownload } from './present';
import type { Download } from './schemas';

/** A link that opens the file for some minutes. Throws ORDER_NOT_FOUND, also for its seller, NOTHING_TO_DOWNLOAD. */
export async function downloadOrder(ctx: Context, buyer: Actor, id: string): Promise<z.input<typeof Download>> {
  const { order } = await getBoughtOrder(ctx, buyer, id);
  const file = hasDownload(order) ? await findFile(ctx, order.productId) : undefined;
  if (!file || file.key === null) throw orderError('NOTHING_TO_DOWNLOAD');
  const expiresAt = toIso(ctx.now() + SIGNED_URL_SECONDS * SECOND_MS);
  return { url: await namedMediaUrl(ctx, file.key, file.name ?? order.title), expiresAt };
}

/** Archived products keep their file. */
function findFile(ctx: Context, productId: string) {
  return ctx.db
    .select({ key: products.fileKey, name: products.fileName })
    .from(products)
    .where(eq(products.id, productId))
    .get();
}
