/**
 * Holds files as evidence. While a file is held, the database turns its deletion into hiding (migration 0063), whoever
 * deletes it. Once the last hold ends, a sweep deletes what its owner deleted meanwhile.
 */
import { inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { mediaFiles, mediaHolds } from './tables';

const DROPPED_A_STEP = 40;

/** @param onlyIf the files are held only if this is true when the batch runs */
export function holdFiles(ctx: Context, holderId: string, keys: readonly string[], onlyIf: SQL): Statement {
  return ctx.db.run(sql`INSERT INTO ${mediaHolds} (holder_id, key)
    SELECT ${holderId}, value FROM json_each(${JSON.stringify(keys)}) WHERE ${onlyIf} ON CONFLICT DO NOTHING`);
}

export function releaseFiles(ctx: Context, holderIds: readonly string[]): Statement {
  return ctx.db.delete(mediaHolds).where(inArray(mediaHolds.holderId, [...holderIds]));
}

/** Deletes files that were deleted while they were held, and no longer are. Returns whether there may be more. */
export async function deleteReleased(ctx: Context): Promise<boolean> {
  const rows = await ctx.db
    .select({ key: mediaFiles.key })
    .from(mediaFiles)
    .where(isNotNull(mediaFiles.releasedAt))
    .limit(DROPPED_A_STEP);
  if (rows.length === 0) return false;
  const keys = rows.map(({ key }) => key);
  await commit(ctx, [ctx.db.delete(mediaFiles).where(inArray(mediaFiles.key, keys))], {
    events: keys.map((key) => ({ kind: 'delete-media', key })),
  });
  return rows.length === DROPPED_A_STEP;
}
