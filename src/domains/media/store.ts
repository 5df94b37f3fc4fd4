/**
 * Files in R2 and their rows in D1, kept in step without a transaction over both: before an object is put, its deletion
 * is planned, and the batch that names the object calls the deletion off. Whatever fails in between leaves no orphan.
 */
import { eq } from 'drizzle-orm';
import { imageSize } from 'image-size';
import type { Context } from '@/context';
import { demandChange, type Statement } from '@/db/commit';
import { callOffEvent, planEvent } from '@/db/outbox';
import { AppError } from '@/http/errors';
import { DRAWN_TYPE } from '@/providers/images';
import type { OutboxEvent } from '@/queues/messages';
import { HOUR_MS } from '@/shared/time';
import { fileError } from './errors';
import { inspectFile } from './inspect';
import { mediaUrl, newKey, objectNames, variantName } from './keys';
import { DOCUMENTS, type DocumentKind, type FileKind, isPrivate, PICTURES, type PictureKind } from './kinds';
import { mediaFiles } from './tables';
import { callOffFile } from './written-file';

/** Longer than the slowest form takes, whose first file this may be. */
export const UNNAMED_FOR_MS_MAX = 2 * HOUR_MS;

export interface StoredFile {
  key: string;
  /**
   * For the batch that names the file. If that batch fails, or never comes, the object is deleted within hours.
   * Their DEMAND_NOT_MET (UPLOAD_CONFLICT) means that it has been already.
   */
  statements: Statement[];
}

export interface StoredImage extends StoredFile {
  /** Anyone's, but for a post's. `?w=` on it asks for a width: the smallest that is stored and no narrower. */
  url: string;
  /** Pixels, of the largest. */
  width: number;
  height: number;
  contentType: string;
}

/** As it came, for its owner and staff. Throws FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED, FILE_UNREADABLE, MEDIA_STORE_UNAVAILABLE. */
export async function storeUpload(
  ctx: Context,
  { ownerId, kind, bytes }: { ownerId: string; kind: DocumentKind; bytes: Uint8Array },
): Promise<StoredFile> {
  const { types, bytesMax } = DOCUMENTS[kind];
  if (bytes.length > bytesMax) throw fileError('FILE_TOO_LARGE');
  const contentType = await inspectFile(bytes, types);
  return putObjects(ctx, { ownerId, kind, contentType, picture: bytes, variants: [] });
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
  const picture = await draw(ctx, bytes, Math.max(...widths));
  const { width, height } = imageSize(picture);
  const variants = await Promise.all(
    widths
      .filter((narrower) => narrower < width)
      .map(async (narrower) => ({ width: narrower, bytes: await draw(ctx, bytes, narrower) })),
  );
  const stored = await putObjects(ctx, { ownerId, kind, contentType: DRAWN_TYPE, picture, variants });
  return { ...stored, url: mediaUrl(ctx.config, stored.key), width, height, contentType: DRAWN_TYPE };
}

async function draw(ctx: Context, bytes: Uint8Array, width: number): Promise<Uint8Array> {
  const drawn = await ctx.images.draw(bytes, width);
  if (!drawn) throw fileError('FILE_UNREADABLE');
  return drawn;
}

interface NewObjects {
  ownerId: string;
  kind: FileKind;
  contentType: string;
  picture: Uint8Array;
  variants: readonly { width: number; bytes: Uint8Array }[];
}

async function putObjects(
  ctx: Context,
  { ownerId, kind, contentType, picture, variants }: NewObjects,
): Promise<StoredFile> {
  const key = newKey(kind);
  const objects = [
    { name: key, bytes: picture },
    ...variants.map(({ width, bytes }) => ({ name: variantName(key, width), bytes })),
  ];
  const row = {
    key,
    ownerId,
    kind,
    contentType,
    bytes: objects.reduce((sum, { bytes }) => sum + bytes.length, 0),
    private: isPrivate(kind),
    createdAt: ctx.now(),
  };
  const callOff = await putPlanned(ctx, key, () =>
    Promise.all(objects.map(({ name, bytes }) => ctx.files.put(name, bytes, { httpMetadata: { contentType } }))),
  );
  return { key, statements: [...callOff, ctx.db.insert(mediaFiles).values(row)] };
}

/** Plans the deletion of what is put under the key; the statements call it off. Throws MEDIA_STORE_UNAVAILABLE. */
export async function putPlanned(ctx: Context, key: string, put: () => Promise<unknown>): Promise<Statement[]> {
  const deletion = planEvent(ctx, { kind: 'delete-media', key }, UNNAMED_FOR_MS_MAX);
  await deletion.insert;
  try {
    await put();
  } catch (error) {
    if (error instanceof AppError) throw error; // what was to be put broke off, and not the store
    ctx.log.fault('media store', error);
    throw fileError('MEDIA_STORE_UNAVAILABLE');
  }
  return [callOffEvent(ctx, deletion.id), demandChange(ctx)];
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
