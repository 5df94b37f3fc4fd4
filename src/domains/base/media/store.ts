/**
 * Files in R2 and their rows in D1, kept in step without a transaction over both: before an object is put, its deletion
 * is planned, and the batch that names the object calls the deletion off. Whatever fails in between leaves no orphan.
 */
import { eq } from 'drizzle-orm';
import { imageSize } from 'image-size';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { DOCUMENTS, type DocumentKind, type FileKind, PICTURES, type PictureKind } from '@/contracts/file-kinds';
import type { OutboxEvent } from '@/contracts/messages';
import { requireChange } from '@/db/commit';
import { callOffEvent, planEvent } from '@/db/outbox';
import { type Costs, commitRefund, commitSpent, refund, type Spending, spend } from '@/domains/base/budgets/spend';
import { DRAWN_TYPE } from '@/providers/images';
import { HOUR_MS } from '@/shared/time';
import { fileError } from './errors';
import { inspectFile } from './inspect';
import { mediaUrl, newKey, objectNames, variantName } from './keys';
import { countedBytes, isPrivate } from './kinds';
import { mediaFiles } from './tables';
import { askStore, callOffFile } from './written-file';

/** Longer than the slowest form takes, whose first file this may be. */
export const UNNAMED_FOR_MS_MAX = 2 * HOUR_MS;

interface StoredFile {
  key: string;
  /**
   * For the batch that names the file. If that batch fails, or never comes, the object is deleted within hours.
   * Their DEMAND_NOT_MET (UPLOAD_CONFLICT) means that it has been already.
   */
  statements: Statement[];
}

interface StoredImage extends StoredFile {
  /** Anyone's, but for a post's. `?w=` on it asks for a width: the smallest that is stored and no narrower. */
  url: string;
  /** Pixels, of the largest. */
  width: number;
  height: number;
  contentType: string;
}

/** As it came, for its owner and staff. Throws FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED, FILE_UNREADABLE, DAILY_BUDGET_SPENT, MEDIA_STORE_UNAVAILABLE. */
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
 * A picture for others to see, drawn anew at the widths of its kind: nothing of what was uploaded is stored but its
 * pixels. Throws as `storeUpload` does, and IMAGES_UNAVAILABLE.
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
  const { width, height } = imageSize(picture);
  const stored = await storing(ctx, place, async () => {
    const variants = narrowerThan({ width, height }, widths).map(async (narrower) => ({
      name: variantName(key, narrower),
      bytes: await draw(ctx, bytes, narrower),
    }));
    return putObjects(ctx, place, DRAWN_TYPE, [{ name: key, bytes: picture }, ...(await Promise.all(variants))]);
  });
  return { ...stored, url: mediaUrl(ctx.config, key), width, height, contentType: DRAWN_TYPE };
}

/** The widths at which it is drawn once more. None for a strip, which would lose its shape at the narrowest of them. */
function narrowerThan(picture: { width: number; height: number }, widths: readonly number[]): number[] {
  const isStrip = picture.height * Math.min(...widths) < picture.width;
  return isStrip ? [] : widths.filter((width) => width < picture.width);
}

/** Drawing shows whether it is a picture at all. If it is not, what it spent is given back. */
async function drawFirst(ctx: Context, place: StoragePlace, bytes: Uint8Array, width: number): Promise<Uint8Array> {
  const drawn = await ctx.images.draw(bytes, width).catch(async (error) => {
    await refundFile(ctx, place, place.spending.costs);
    throw error;
  });
  if (drawn) return drawn;
  // It cost a drawing all the same, so broken pictures have a daily limit too. Past it, each counts as a picture.
  const { spending } = place;
  await refundFile(ctx, place, spending.costs, [spend(ctx, { ...spending, costs: { brokenPictures: 1 } })]);
  throw fileError('FILE_UNREADABLE');
}

async function draw(ctx: Context, bytes: Uint8Array, width: number): Promise<Uint8Array> {
  const drawn = await ctx.images.draw(bytes, width);
  if (!drawn) throw fileError('FILE_UNREADABLE');
  return drawn;
}

interface NewPlace {
  readonly ownerId: string;
  readonly kind: FileKind;
  readonly costs: Costs;
}

/** Where a file will be stored. What it costs is spent. */
interface StoragePlace {
  readonly key: string;
  readonly kind: FileKind;
  readonly spending: Spending;
  /** For the batch that names the file: they call its deletion off. */
  readonly statements: readonly Statement[];
}

/** Spends what the file costs and plans the deletion of what is put under its key. Throws DAILY_BUDGET_SPENT. */
export async function openPlace(ctx: Context, { ownerId, kind, costs }: NewPlace): Promise<StoragePlace> {
  const key = newKey(kind);
  const deletion = planEvent(ctx, { kind: 'delete-media', key }, UNNAMED_FOR_MS_MAX);
  const spending = { userId: ownerId, costs, at: ctx.now() };
  await commitSpent(ctx, spending, [deletion.insert]);
  return { key, kind, spending, statements: [callOffEvent(ctx, deletion.id), requireChange(ctx)] };
}

/** For a file that is not stored after all. */
export async function refundFile(
  ctx: Context,
  { spending }: StoragePlace,
  costs: Costs,
  alongside: readonly Statement[] = [],
): Promise<void> {
  await commitRefund(ctx, [refund(ctx, { ...spending, costs }), ...alongside]);
}

/** If this fails nothing is stored, so the bytes are given back. A drawing has cost what it cost. */
async function storing<T>(ctx: Context, place: StoragePlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await refundFile(ctx, place, { bytes: place.spending.costs.bytes ?? 0 });
    throw error;
  }
}

async function putObjects(
  ctx: Context,
  { key, kind, spending, statements }: StoragePlace,
  contentType: string,
  objects: readonly { name: string; bytes: Uint8Array }[],
): Promise<StoredFile> {
  const row = {
    key,
    ownerId: spending.userId,
    kind,
    contentType,
    bytes: objects.reduce((sum, { bytes }) => sum + bytes.length, 0),
    private: isPrivate(kind),
    createdAt: ctx.now(),
  };
  await askStore(ctx, () =>
    Promise.all(objects.map(({ name, bytes }) => ctx.files.put(name, bytes, { httpMetadata: { contentType } }))),
  );
  return { key, statements: [...statements, ctx.db.insert(mediaFiles).values(row)] };
}

/** For the batch that stops naming a file: the row goes with it, the objects after it. */
export function forgetMedia(ctx: Context, key: string): { statement: Statement; event: OutboxEvent } {
  return {
    statement: ctx.db.delete(mediaFiles).where(eq(mediaFiles.key, key)),
    event: { kind: 'delete-media', key },
  };
}

/** What `delete-media` stands for. Safe to repeat. */
export async function deleteObjects(ctx: Context, key: string, uploadId?: string): Promise<void> {
  // In this order: what is called off can no longer become an object.
  if (uploadId !== undefined) await callOffFile(ctx, { key, uploadId });
  await ctx.files.delete(objectNames(key));
}
