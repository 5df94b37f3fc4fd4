/**
 * For the end of an account: deletes its files, some at a time. Whatever shows a file must drop it first. A file held as
 * evidence is only marked. What orders still show or deliver of the user's products stays.
 */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { products } from '@/domains/money/products/tables';
import { deletionOf, endingColumns } from './end-upload';
import { mediaFiles, mediaUploads } from './tables';

const FILES_A_STEP = 40;

/** Returns how many it found; 0 means that none is left. */
export async function forgetFiles(ctx: Context, ownerId: string): Promise<number> {
  const [files, uploads] = await Promise.all([
    ctx.db
      .select({ key: mediaFiles.key })
      .from(mediaFiles)
      .where(
        and(
          eq(mediaFiles.ownerId, ownerId),
          isNull(mediaFiles.droppedAt),
          sql`key NOT IN (${filesOfProducts(ownerId)})`,
        ),
      )
      .limit(FILES_A_STEP),
    ctx.db.select(endingColumns).from(mediaUploads).where(eq(mediaUploads.ownerId, ownerId)).limit(FILES_A_STEP),
  ]);
  if (files.length + uploads.length === 0) return 0;
  const keys = files.map(({ key }) => key);
  // The file of a claimed upload has its own row.
  const unclaimed = uploads.filter(({ completedAt }) => completedAt === null);
  await commit(
    ctx,
    [
      ctx.db.delete(mediaFiles).where(inArray(mediaFiles.key, keys)),
      ctx.db.delete(mediaUploads).where(
        inArray(
          mediaUploads.id,
          uploads.map(({ id }) => id),
        ),
      ),
    ],
    {
      events: [...keys.map((key) => deletionOf({ key, uploadId: null })), ...unclaimed.map(deletionOf)],
      evenIfUnchanged: true,
    },
  );
  return files.length + uploads.length;
}

/** Computed once for a statement. */
function filesOfProducts(sellerId: string) {
  return sql`SELECT file_key FROM ${products} WHERE seller_id = ${sellerId} AND file_key IS NOT NULL
    UNION ALL SELECT image.value FROM ${products} CROSS JOIN json_each(image_keys) AS image WHERE seller_id = ${sellerId}`;
}
