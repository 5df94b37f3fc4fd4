/**
 * The smaller sizes of images. They are drawn at upload, and are only a cache: their owner may clear them, and whoever
 * asks for one that is missing gets it drawn again from the image at the key. One reader draws, the others meanwhile get
 * that image itself.
 */
import { and, asc, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { Drawing } from '@/contracts/images';
import { commit } from '@/db/commit';
import { int } from '@/db/sql';
import { DRAWN_TYPE } from '@/providers/images';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import { findKind, variantName } from './keys';
import { drawingOf, isPicture } from './kinds';
import { cacheClears, type FileRow, mediaFiles, mediaVariants } from './tables';

/** Longer than drawing takes. A drawer that died is replaced after this. */
const DRAWING_MS_MAX = MINUTE_MS;
/** R2 deletes as many at once. */
const CLEARED_A_PAGE = 1_000;
/** A user's cache is counted and cleared up to this many. Clearing it again reaches the others. */
export const COUNTED_MAX = 2_000;
/** The name in an image's metadata of the widths that were drawn of it. */
const NOTE = 'widths';

export interface Variant {
  readonly name: string;
  readonly width: number;
}

/** For the object of an image: it says which sizes there are, so that a read of a small image asks nobody. */
export function variantsNote(widths: readonly number[]): Pick<R2PutOptions, 'customMetadata'> {
  return widths.length === 0 ? {} : { customMetadata: { [NOTE]: widths.join(',') } };
}

/** Whether the image was drawn at this width. False for a narrower image, which never was. */
export function wasDrawnAt({ customMetadata }: R2Object, width: number): boolean {
  return customMetadata?.[NOTE]?.split(',').includes(String(width)) ?? false;
}

/** For the batch that names the image. */
export function nameVariants(
  ctx: Context,
  { key, ownerId, createdAt }: Pick<FileRow, 'key' | 'ownerId' | 'createdAt'>,
  variants: readonly { readonly width: number; readonly bytes: number }[],
): Statement[] {
  const rows = variants.map((variant) => ({ key, ownerId, drawnAt: createdAt, ...variant }));
  return rows.length === 0 ? [] : [ctx.db.insert(mediaVariants).values(rows)];
}

/**
 * Draws a size that is missing. False if another reader is at it, the image is gone or it could not be drawn. If the
 * image is deleted meanwhile, so is the size.
 */
export async function redraw(ctx: Context, key: string, { name, width }: Variant): Promise<boolean> {
  try {
    if (!(await claim(ctx, key, width))) return false;
    const image = await ctx.files.get(key);
    const drawn = image && (await ctx.images.draw(new Uint8Array(await image.arrayBuffer()), width, drawingAt(key)));
    if (!drawn) return false;
    await ctx.files.put(name, drawn, { httpMetadata: { contentType: DRAWN_TYPE } });
    const isThis = and(eq(mediaVariants.key, key), eq(mediaVariants.width, width));
    const { meta } = await ctx.db.update(mediaVariants).set({ bytes: drawn.length }).where(isThis);
    if (meta.changes > 0) return true;
    await ctx.files.delete(name);
    return false;
  } catch (error) {
    // The reader gets the image itself, which is only larger.
    ctx.log.warning('variant', error instanceof Error ? error.message : String(error));
    return false;
  }
}

function drawingAt(key: string): Drawing {
  const kind = findKind(key);
  return kind && isPicture(kind) ? drawingOf(kind) : {};
}

async function claim(ctx: Context, key: string, width: number): Promise<boolean> {
  const now = ctx.now();
  const { meta } = (await ctx.db.run(sql`
    INSERT INTO ${mediaVariants} (key, width, owner_id, bytes, drawn_at)
    SELECT key, ${int(width)}, owner_id, 0, ${int(now)} FROM ${mediaFiles} WHERE key = ${key}
    ON CONFLICT (key, width) DO UPDATE SET drawn_at = excluded.drawn_at, cleared_at = NULL
    WHERE drawn_at <= ${now - DRAWING_MS_MAX} OR cleared_at IS NOT NULL`)) as D1Result;
  return meta.changes > 0;
}

/** The bytes of a user's variants by the kind of image, for a batch or alone. The ones that `clearVariants` clears. */
export function variantSizes(ctx: Context, userId: string) {
  const counted = countedOf(ctx, userId).as('counted');
  return ctx.db
    .select({ kind: mediaFiles.kind, total: sql<number>`sum(${counted.bytes})`.as('total') })
    .from(counted)
    .innerJoin(mediaFiles, eq(mediaFiles.key, counted.key))
    .where(sql`${counted.bytes} > 0`)
    .groupBy(mediaFiles.kind)
    .orderBy(mediaFiles.kind);
}

/** In the order of the index. */
function countedOf(ctx: Context, userId: string) {
  const { key, width, bytes, ownerId, clearedAt } = mediaVariants;
  return ctx.db
    .select({ key, width, bytes })
    .from(mediaVariants)
    .where(and(eq(ownerId, userId), isNull(clearedAt)))
    .orderBy(asc(key), asc(width))
    .limit(COUNTED_MAX);
}

/**
 * For the batch that clears a user's cache; pair it with the task `clear-variants`. They count for nothing at once.
 * Violates `cache_clears_spent` if the user has cleared it too often within a day. Clearing nothing does not count.
 * @param clearsMore whether the batch clears something else of theirs, which comes after these statements
 */
export function clearVariants(ctx: Context, userId: string, clearsMore: SQL): Statement[] {
  const now = ctx.now();
  const isOver = sql`started_at <= ${now - DAY_MS}`;
  const clearsAny = sql`EXISTS (SELECT 1 FROM (${countedOf(ctx, userId)}) WHERE bytes > 0)`;
  return [
    // First, since it looks at what the next statement clears.
    ctx.db.run(sql`
      INSERT INTO ${cacheClears} (user_id, started_at, used) SELECT ${userId}, ${int(now)}, 1
      WHERE ${clearsAny} OR ${clearsMore}
      ON CONFLICT (user_id) DO UPDATE SET used = iif(${isOver}, 1, used + 1),
        started_at = iif(${isOver}, excluded.started_at, started_at)`),
    ctx.db
      .update(mediaVariants)
      .set({ bytes: 0, clearedAt: now })
      .where(sql`(key, width) IN (SELECT key, width FROM (${countedOf(ctx, userId)}))`),
  ];
}

/** When (ms) the user may clear the cache again, after too many times. */
export async function clearableAt(ctx: Context, userId: string): Promise<number> {
  const row = await ctx.db.select().from(cacheClears).where(eq(cacheClears.userId, userId)).get();
  return (row?.startedAt ?? ctx.now()) + DAY_MS;
}

/**
 * Deletes a page of a user's cleared variants, and queues the next. NOTE: a reader may draw one between the two steps,
 * and lose it again. The next reader then draws it, after `DRAWING_MS_MAX`.
 */
export async function deleteCleared(ctx: Context, userId: string): Promise<void> {
  const isCleared = and(eq(mediaVariants.ownerId, userId), isNotNull(mediaVariants.clearedAt));
  const { key, width } = mediaVariants;
  const rows = await ctx.db.select({ key, width }).from(mediaVariants).where(isCleared).limit(CLEARED_A_PAGE);
  if (rows.length === 0) return;
  const names = rows.map((row) => variantName(row.key, row.width));
  await ctx.files.delete(names);
  const isDeleted = sql`key || '-' || width IN (SELECT value FROM json_each(${JSON.stringify(names)}))`;
  const isMore = rows.length === CLEARED_A_PAGE;
  await commit(ctx, [ctx.db.delete(mediaVariants).where(and(isCleared, isDeleted))], {
    events: isMore ? [{ kind: 'task', task: { type: 'clear-variants', userId } }] : [],
    evenIfUnchanged: true,
  });
}

/** For the end of an account. The variants go with their images. */
export function forgetClears(ctx: Context, userId: string): Statement {
  return ctx.db.delete(cacheClears).where(eq(cacheClears.userId, userId));
}
