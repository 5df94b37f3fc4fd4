/**
 * Keeps files in R2 and their rows in D1 consistent without a common transaction. Before an object is put, its deletion
 * is scheduled, and the batch that refers to the object cancels the deletion. So a failure in between leaves no orphan.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import { imageSize } from 'image-size';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { DOCUMENTS, type DocumentKind, type FileKind, PICTURES, type PictureKind } from '@/contracts/file-kinds';
import type { Drawing } from '@/contracts/images';
import type { OutboxEvent } from '@/contracts/messages';
import { NOTHING, type Plan, requireChange } from '@/db/commit';
import { callOffEvent, planEvent } from '@/db/outbox';
import { type Costs, commitRefund, commitSpent, refund, type Spending, spend } from '@/domains/base/budgets/spend';
import { DRAWN_TYPE } from '@/providers/images';
import { HOUR_MS } from '@/shared/time';
import { fileError } from './errors';
import { inspectFile } from './inspect';
import { mediaUrl, newKey, objectNames, variantName } from './keys';
import { countedBytes, drawingOf, isPicture, isPrivate } from './kinds';
import { mediaFiles } from './tables';
import { nameVariants, variantsNote } from './variants';
import { askStore, callOffFile } from './written-file';

/** Longer than the slowest form takes, since this may be its first file. */
export const UNNAMED_FOR_MS_MAX = 2 * HOUR_MS;

interface StoredFile {
  key: string;
  /**
   * For the batch that refers to the file. If that batch fails or never comes, the object is deleted within hours.
   * DEMAND_NOT_MET (UPLOAD_CONFLICT) means that it was already deleted.
   */
  statements: Statement[];
}

interface StoredImage extends StoredFile {
  /** Public, except for a post's image. `?w=` selects a width: the narrowest stored one that is at least as wide. */
  url: string;
  /** Pixels of the largest size. */
  width: number;
  height: number;
  contentType: string;
}

/**
 * Stores a document unchanged, for its owner and staff. Throws FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED, FILE_UNREADABLE,
 * DAILY_BUDGET_SPENT, MEDIA_STORE_UNAVAILABLE.
 */
export async function storeUpload(
  ctx: Context,
  { ownerId, kind, bytes }: { ownerId: string; kind: DocumentKind; bytes: Uint8Array },
): Promise<StoredFile> {
  const { types, bytesMax } = DOCUMENTS[kind];
  if (bytes.length > bytesMax) throw fileError('FILE_TOO_LARGE');
  const contentType = await inspectFile(bytes, types);
  const place = await openPlace(ctx, { ownerId, kind, costs: { bytes: countedBytes(bytes.length) } });
  return storing(ctx, place, () => putObjects(ctx, place, contentType, [{ name: place.key, bytes }]));
}

/**
 * Stores an image for others to see, re-encoded at the widths of its kind, so that only pixels of the upload are
 * stored. Throws as `storeUpload` does, and IMAGES_UNAVAILABLE.
 */
export async function storeImage(
  ctx: Context,
  ownerId: string,
  kind: PictureKind,
  bytes: Uint8Array,
): Promise<StoredImage> {
  const { types, bytesMax, widths } = PICTURES[kind];
  if (bytes.length > bytesMax) throw fileError('FILE_TOO_LARGE');
  await inspectFile(bytes, types);
  const place = await openPlace(ctx, { ownerId, kind, costs: { pictures: 1, bytes: countedBytes(bytes.length) } });
  const { key } = place;
  const picture = await drawFirst(ctx, place, bytes, Math.max(...widths));
  const drawing = drawingOf(kind);
  const { width, height } = imageSize(picture);
  const stored = await storing(ctx, place, async () => {
    const variants = narrowerThan({ width, height }, widths).map(async (narrower) => ({
      width: narrower,
      name: variantName(key, narrower),
      bytes: await draw(ctx, bytes, narrower, drawing),
    }));
    return putObjects(ctx, place, DRAWN_TYPE, [{ name: key, bytes: picture }, ...(await Promise.all(variants))]);
  });
  return { ...stored, url: mediaUrl(ctx.config, key), width, height, contentType: DRAWN_TYPE };
}

/** The smaller widths to create. None for a strip, whose shape would be lost at the narrowest of them. */
function narrowerThan(picture: { width: number; height: number }, widths: readonly number[]): number[] {
  const isStrip = picture.height * Math.min(...widths) < picture.width;
  return isStrip ? [] : widths.filter((width) => width < picture.width);
}

/** Re-encoding shows whether the file is an image at all. If it is not, its costs are refunded. */
async function drawFirst(ctx: Context, place: StoragePlace, bytes: Uint8Array, width: number): Promise<Uint8Array> {
  const drawing = isPicture(place.kind) ? drawingOf(place.kind) : {};
  const drawn = await ctx.images.draw(bytes, width, drawing).catch(async (error) => {
    await refundFile(ctx, place, place.spending.costs);
    throw error;
  });
  if (drawn) return drawn;
  // The attempt still costs money, so broken images have a daily limit too. Past it, each counts as an image.
  const { spending } = place;
  await refundFile(ctx, place, spending.costs, [spend(ctx, { ...spending, costs: { brokenPictures: 1 } })]);
  throw fileError('FILE_UNREADABLE');
}

async function draw(ctx: Context, bytes: Uint8Array, width: number, drawing: Drawing): Promise<Uint8Array> {
  const drawn = await ctx.images.draw(bytes, width, drawing);
  if (!drawn) throw fileError('FILE_UNREADABLE');
  return drawn;
}

interface NewPlace {
  readonly ownerId: string;
  readonly kind: FileKind;
  readonly costs: Costs;
}

/** A place for a file to be stored. Its costs are already spent. */
interface StoragePlace {
  readonly key: string;
  readonly kind: FileKind;
  readonly spending: Spending;
  /** For the batch that refers to the file: they cancel its deletion. */
  readonly statements: readonly Statement[];
}

/** Spends the file's costs and schedules the deletion of objects put under its key. Throws DAILY_BUDGET_SPENT. */
export async function openPlace(ctx: Context, { ownerId, kind, costs }: NewPlace): Promise<StoragePlace> {
  const key = newKey(kind);
  const deletion = planEvent(ctx, { kind: 'delete-media', key }, UNNAMED_FOR_MS_MAX);
  const spending = { userId: ownerId, costs, at: ctx.now() };
  await commitSpent(ctx, spending, [deletion.insert]);
  return { key, kind, spending, statements: [callOffEvent(ctx, deletion.id), requireChange(ctx)] };
}

/** For a file that was not stored after all. */
export async function refundFile(
  ctx: Context,
  { spending }: StoragePlace,
  costs: Costs,
  alongside: readonly Statement[] = [],
): Promise<void> {
  await commitRefund(ctx, [refund(ctx, { ...spending, costs }), ...alongside]);
}

/** If the work fails, nothing is stored, so the bytes are refunded. The cost of re-encoding is not. */
async function storing<T>(ctx: Context, place: StoragePlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await refundFile(ctx, place, { bytes: place.spending.costs.bytes ?? 0 });
    throw error;
  }
}

interface StoredObject {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The width of a smaller copy in pixels; absent for the image itself. */
  readonly width?: number;
}

async function putObjects(
  ctx: Context,
  { key, kind, spending, statements }: StoragePlace,
  contentType: string,
  objects: readonly StoredObject[],
): Promise<StoredFile> {
  const variants = objects.flatMap(({ width, bytes }) => (width === undefined ? [] : [{ width, bytes: bytes.length }]));
  const widths = variants.map(({ width }) => width);
  const row = {
    key,
    ownerId: spending.userId,
    kind,
    contentType,
    bytes: objects.reduce((sum, { bytes, width }) => sum + (width === undefined ? bytes.length : 0), 0),
    private: isPrivate(kind),
    createdAt: ctx.now(),
  };
  await askStore(ctx, () =>
    Promise.all(
      objects.map(({ name, bytes }) =>
        ctx.files.put(name, bytes, { httpMetadata: { contentType }, ...(name === key ? variantsNote(widths) : {}) }),
      ),
    ),
  );
  return {
    key,
    statements: [...statements, ctx.db.insert(mediaFiles).values(row), ...nameVariants(ctx, row, variants)],
  };
}

/** For the batch that stops referring to a file: it deletes the row, and the event deletes the objects. */
export function forgetMedia(ctx: Context, key: string): { statement: Statement; event: OutboxEvent } {
  return {
    statement: ctx.db.delete(mediaFiles).where(eq(mediaFiles.key, key)),
    event: { kind: 'delete-media', key },
  };
}

/** The same for several files, of which those go for which the condition holds when the batch runs. */
export function forgetMediaIf(ctx: Context, keys: readonly string[], condition: SQL): Plan {
  if (keys.length === 0) return NOTHING;
  return {
    statements: [
      ctx.db.run(sql`DELETE FROM ${mediaFiles}
        WHERE key IN (SELECT value FROM json_each(${JSON.stringify(keys)})) AND ${condition}`),
    ],
    // It keeps the objects of a file whose row is still there.
    events: keys.map((key) => ({ kind: 'delete-media', key })),
  };
}

/** Handles `delete-media`. Safe to repeat. */
export async function deleteObjects(ctx: Context, key: string, uploadId?: string): Promise<void> {
  // In this order, because an aborted upload can no longer become an object.
  if (uploadId !== undefined) await callOffFile(ctx, { key, uploadId });
  else if (await hasRow(ctx, key)) return;
  await ctx.files.delete(objectNames(key));
}

/** A file's row goes with it, unless the file is held as evidence. */
async function hasRow(ctx: Context, key: string): Promise<boolean> {
  const row = await ctx.db.select({ key: mediaFiles.key }).from(mediaFiles).where(eq(mediaFiles.key, key)).get();
  return row !== undefined;
}
