/**
 * Deletes what nobody will use: expired uploads, and objects without a row. Each run is bounded; the rest waits for the
 * next minute.
 */
import { inArray, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import { deletionOf, endingColumns, refundUnsent } from './end-upload';
import { findKeyOf } from './keys';
import { mediaSweep, mediaUploads } from './tables';

const EXPIRED_MAX = 50;
const OBJECTS_MAX = 500;
/** Longer than a claim takes from reading the clock to its batch. */
const CLAIM_MS_MAX = 10 * MINUTE_MS;
/** An object exists before its row, and a large one may arrive long after its URL has expired. */
const ORPHAN_AFTER_MS = DAY_MS;
/** Former logs of rooms, which contain everything that was said and by whom. */
const FORMER_ROOM_LOGS = 'rooms/';

/** Keeps the files of claimed uploads, since those have their own rows. */
export async function sweepUploads(ctx: Context): Promise<void> {
  const expired = await ctx.db
    .select(endingColumns)
    .from(mediaUploads)
    .where(lte(mediaUploads.expiresAt, ctx.now() - CLAIM_MS_MAX))
    .limit(EXPIRED_MAX);
  if (expired.length === 0) return;
  const unused = expired.filter(({ completedAt }) => completedAt === null);
  const refunds = await Promise.all(unused.map((upload) => refundUnsent(ctx, upload)));
  await commit(
    ctx,
    [
      ctx.db.delete(mediaUploads).where(
        inArray(
          mediaUploads.id,
          expired.map(({ id }) => id),
        ),
      ),
      ...refunds.flat(),
    ],
    { events: unused.map(deletionOf) },
  );
}

/** Walks through the bucket by name, a page per run, and restarts at its end. Ignores objects that we did not name. */
export async function sweepOrphans(ctx: Context): Promise<void> {
  const place = await ctx.db.select().from(mediaSweep).get();
  const page = await ctx.files.list({
    limit: OBJECTS_MAX,
    ...(place?.afterName ? { startAfter: place.afterName } : {}),
  });
  const settled = page.objects.filter(({ uploaded }) => uploaded.getTime() <= ctx.now() - ORPHAN_AFTER_MS);
  const names = settled.map(({ key }) => key);
  const orphans = [...(await findOrphans(ctx, names)), ...names.filter((name) => name.startsWith(FORMER_ROOM_LOGS))];
  if (orphans.length > 0) {
    await ctx.files.delete(orphans);
    ctx.log.event('orphans deleted', { count: orphans.length });
  }
  await ctx.db.update(mediaSweep).set({ afterName: page.truncated ? (page.objects.at(-1)?.key ?? '') : '' });
}

/** Finds the objects, among these names, that have no row. */
async function findOrphans(ctx: Context, names: readonly string[]): Promise<string[]> {
  const named = names.flatMap((name) => {
    const key = findKeyOf(name);
    return key ? [{ name, key }] : [];
  });
  if (named.length === 0) return [];
  const keys = JSON.stringify([...new Set(named.map(({ key }) => key))]);
  const unknown = await ctx.db.all<{ key: string }>(sql`SELECT value AS key FROM json_each(${keys})
    WHERE NOT EXISTS (SELECT 1 FROM media_files WHERE media_files.key = value)
      AND NOT EXISTS (SELECT 1 FROM media_uploads WHERE media_uploads.key = value)`);
  const orphaned = new Set(unknown.map(({ key }) => key));
  return named.filter(({ key }) => orphaned.has(key)).map(({ name }) => name);
}
