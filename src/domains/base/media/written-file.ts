/**
 * Files that the platform writes itself, in parts and across several invocations. No object exists until the file is
 * closed. The caller keeps a row for an unfinished file, and aborts it (`delete-media`) if it is never finished.
 */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { WRITTEN_FILES, type WrittenKind } from '@/contracts/file-kinds';
import { AppError } from '@/http/errors';
import { toDay } from '@/shared/time';
import { fileError } from './errors';
import { newKey } from './keys';
import { isPrivate } from './kinds';
import { mediaFiles } from './tables';

/** Size of every part but the last: R2's minimum, since parts are held in memory. R2 allows 10,000 parts: 50 GB. */
export const PART_BYTES = 5 * 1_048_576;
/** R2's error code: the upload does not exist, or no longer exists. */
const NO_SUCH_UPLOAD = /\(10024\)/;

export function isNoSuchUpload(error: unknown): boolean {
  return error instanceof Error && NO_SUCH_UPLOAD.test(error.message);
}

export interface WrittenFile {
  readonly key: string;
  readonly uploadId: string;
}

/** Throws MEDIA_STORE_UNAVAILABLE. R2 aborts files that are not closed within seven days. */
export async function beginFile(ctx: Context, kind: WrittenKind): Promise<WrittenFile> {
  const { contentType, nameOf } = WRITTEN_FILES[kind];
  const contentDisposition = `attachment; filename="${nameOf(toDay(ctx.now()))}"`;
  const { key, uploadId } = await askStore(ctx, () =>
    ctx.files.createMultipartUpload(newKey(kind), { httpMetadata: { contentType, contentDisposition } }),
  );
  return { key, uploadId };
}

/**
 * Returns the ETag that `closeFile` needs. Throws MEDIA_STORE_UNAVAILABLE.
 * @param number from 1; a repeat replaces the part
 */
export async function putPart(
  ctx: Context,
  { key, uploadId }: WrittenFile,
  number: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const { etag } = await askStore(ctx, () => ctx.files.resumeMultipartUpload(key, uploadId).uploadPart(number, bytes));
  return etag;
}

/**
 * Returns the file's size (bytes). Safe to repeat. Throws MEDIA_STORE_UNAVAILABLE.
 * @param etags of its parts, in order
 */
export async function closeFile(
  ctx: Context,
  { key, uploadId }: WrittenFile,
  etags: readonly string[],
): Promise<number> {
  const parts = etags.map((etag, index) => ({ partNumber: index + 1, etag }));
  const { size } = await askStore(
    ctx,
    async () => (await ctx.files.head(key)) ?? ctx.files.resumeMultipartUpload(key, uploadId).complete(parts),
  );
  return size;
}

/** For the batch that records the finished file. */
export function nameFile(
  ctx: Context,
  { key, ownerId, kind, bytes }: { key: string; ownerId: string; kind: WrittenKind; bytes: number },
): Statement {
  const { contentType } = WRITTEN_FILES[kind];
  const file = { key, ownerId, kind, contentType, bytes, private: isPrivate(kind), createdAt: ctx.now() };
  return ctx.db.insert(mediaFiles).values(file);
}

/** Aborts the file. Safe to repeat, and has no effect on a closed file. */
export async function callOffFile(ctx: Context, { key, uploadId }: WrittenFile): Promise<void> {
  try {
    await ctx.files.resumeMultipartUpload(key, uploadId).abort();
  } catch (error) {
    if (!isNoSuchUpload(error)) throw error;
  }
}

/** Throws MEDIA_STORE_UNAVAILABLE, or the refusal that `ask` throws. */
export async function askStore<T>(ctx: Context, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AppError) throw error; // the source of the bytes failed, not the store
    ctx.log.fault('media store', error);
    throw fileError('MEDIA_STORE_UNAVAILABLE');
  }
}
