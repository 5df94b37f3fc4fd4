/**
 * What the platform keeps for a user and could make again: the smaller sizes of their images, and their last data
 * export. They may look at its size and clear it.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { mediaFiles } from '@/domains/base/media/tables';
import { clearableAt, clearVariants, variantSizes } from '@/domains/base/media/variants';
import { dropExport, findExport } from '@/domains/operations/privacy/export-rows';
import { accountExports } from '@/domains/operations/privacy/tables';
import type { Actor } from '@/shared/actor';
import { SECOND_MS } from '@/shared/time';
import { cacheError } from './errors';
import type { CacheSize, ClearedCache } from './schemas';

interface Sum {
  readonly kind: string;
  readonly total: number;
}

export async function readCacheSize(ctx: Context, { userId }: Actor): Promise<z.input<typeof CacheSize>> {
  const [variants, exports] = await ctx.db.batch([variantSizes(ctx, userId), exportSize(ctx, userId)]);
  const sums: Sum[] = [...variants, ...exports];
  return { bytes: totalOf(sums), items: sums.map(({ kind, total }) => ({ kind, bytes: total })) };
}

/** Clears everything but an export that is being prepared. Throws CACHE_CLEARED_OFTEN. */
export async function clearCache(ctx: Context, actor: Actor): Promise<z.input<typeof ClearedCache>> {
  const { userId } = actor;
  const [{ bytes }, last] = await Promise.all([readCacheSize(ctx, actor), findExport(ctx, userId)]);
  if (bytes === 0) return { freedBytes: 0 };
  const dropped = last && last.readyAt !== null ? dropExport(ctx, last) : undefined;
  const tooOften = cacheError('CACHE_CLEARED_OFTEN');
  try {
    // Read again in the batch: of two at once, each says what it freed itself.
    const [variants, exports] = (await commit(
      ctx,
      [
        variantSizes(ctx, userId),
        exportSize(ctx, userId),
        ...clearVariants(ctx, userId, dropped ? sql`EXISTS (${exportSize(ctx, userId)})` : sql`false`),
        ...(dropped?.statements ?? []),
      ],
      {
        events: [{ kind: 'task', task: { type: 'clear-variants', userId } }, ...(dropped ? [dropped.event] : [])],
        evenIfUnchanged: true,
        refusals: { cache_clears_spent: () => tooOften },
      },
    )) as [Sum[], Sum[]]; // the rows of the first two
    ctx.log.event('cache.cleared', { userId });
    return { freedBytes: totalOf(variants) + totalOf(dropped ? exports : []) };
  } catch (error) {
    if (error !== tooOften) throw error;
    const seconds = Math.ceil(((await clearableAt(ctx, userId)) - ctx.now()) / SECOND_MS);
    throw cacheError('CACHE_CLEARED_OFTEN', { headers: { 'Retry-After': String(Math.max(1, seconds)) } });
  }
}

/** At most one row: a user has one export. */
function exportSize(ctx: Context, userId: string) {
  return ctx.db
    .select({ kind: mediaFiles.kind, total: mediaFiles.bytes })
    .from(accountExports)
    .innerJoin(mediaFiles, eq(mediaFiles.key, accountExports.key))
    .where(and(eq(accountExports.userId, userId), isNotNull(accountExports.readyAt)));
}

function totalOf(sums: readonly Sum[]): number {
  return sums.reduce((sum, { total }) => sum + total, 0);
}
