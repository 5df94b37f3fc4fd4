/**
 * Files in R2 and their rows in D1, kept in step without a transaction over both: before an object is put, its deletion
 * is planned, and the batch that names the object calls the deletion off. Whatever fails in between leaves no orphan.
 */
import { eq } from 'drizzle-orm';
import type { Context } from '@/context';
import { demandChange, type Statement } from '@/db/commit';
import { callOffEvent, planEvent } from '@/db/outbox';
import type { OutboxEvent } from '@/queues/messages';
import { MINUTE_MS } from '@/shared/time';
import { fileError } from './errors';
import { DOCUMENT_TYPES, type FileType, IMAGE_TYPES, inspectFile } from './inspect';
import { type FileKind, isPrivate, mediaUrl, newKey } from './keys';
import { mediaFiles } from './tables';

const MEGABYTE = 1_048_576;
export const THUMBNAIL_BYTES_MAX = 5 * MEGABYTE;
export const DOCUMENT_BYTES_MAX = 10 * MEGABYTE;

/** Far longer than a put and a batch take. */
const UNNAMED_FOR_MS_MAX = 10 * MINUTE_MS;

const RULES: Readonly<Record<FileKind, { types: readonly FileType[]; bytesMax: number }>> = {
  thumbnail: { types: IMAGE_TYPES, bytesMax: THUMBNAIL_BYTES_MAX },
  'identity-document': { types: DOCUMENT_TYPES, bytesMax: DOCUMENT_BYTES_MAX },
};

export interface StoredFile {
  key: string;
  /**
   * For the batch that names the file. If that batch fails, or never comes, the object is deleted within minutes.
   * Their DEMAND_NOT_MET (UPLOAD_CONFLICT) means that it has been already.
   */
  statements: Statement[];
}

/** Throws FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED, FILE_UNREADABLE, MEDIA_STORE_UNAVAILABLE. */
export async function storeUpload(
  ctx: Context,
  { ownerId, kind, bytes }: { ownerId: string; kind: FileKind; bytes: Uint8Array },
): Promise<StoredFile> {
  const { types, bytesMax } = RULES[kind];
  if (bytes.length > bytesMax) throw fileError('FILE_TOO_LARGE');
  const contentType = await inspectFile(bytes, types);
  const key = newKey(kind);
  const row = {
    key,
    ownerId,
    kind,
    contentType,
    bytes: bytes.length,
    private: isPrivate(kind),
    createdAt: ctx.now(),
  };
  const deletion = planEvent(ctx, { kind: 'delete-media', key }, UNNAMED_FOR_MS_MAX);
  await deletion.insert;
  try {
    await ctx.files.put(key, bytes, { httpMetadata: { contentType } });
  } catch (error) {
    ctx.log.fault('media store', error);
    throw fileError('MEDIA_STORE_UNAVAILABLE');
  }
  return {
    key,
    statements: [callOffEvent(ctx, deletion.id), demandChange(ctx), ctx.db.insert(mediaFiles).values(row)],
  };
}

/** A picture that anyone may see, with the URL at which they will. Throws as `storeUpload` does. */
export async function storeImage(
  ctx: Context,
  ownerId: string,
  kind: 'thumbnail',
  bytes: Uint8Array,
): Promise<StoredFile & { url: string }> {
  const stored = await storeUpload(ctx, { ownerId, kind, bytes });
  return { ...stored, url: mediaUrl(ctx.config, stored.key) };
}

/** For the batch that stops naming a file: the row goes with it, the object after it. */
export function forgetMedia(ctx: Context, key: string): { statement: Statement; event: OutboxEvent } {
  return {
    statement: ctx.db.delete(mediaFiles).where(eq(mediaFiles.key, key)),
    event: { kind: 'delete-media', key },
  };
}
