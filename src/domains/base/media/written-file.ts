/**
 * Files that the platform writes itself, in parts and over as many invocations as it takes. Until such a file is closed
 * there is no object: whoever begins one keeps a row that says so, and calls it off (`delete-media`) if it comes to nothing.
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

/** Of every part but the last: the least that R2 takes, since a part is held in memory. It takes 10,000: 50 GB. */
export const PART_BYTES = 5 * 1_048_576;
/** R2's own: there is no such upload, or no longer. */
const NO_SUCH_UPLOAD = /\(10024\)/;

export function isNoSuchUpload(error: unknown): boolean {
  return error instanceof Error && NO_SUCH_UPLOAD.test(error.message);
}

export interface WrittenFile {
  readonly key: string;
  readonly uploadId: string;
}

/** Throws MEDIA_STORE_UNAVAILABLE. R2 itself calls off after seven days what nobody closed. */
export async function beginFile(ctx: Context, kind: WrittenKind): Promise<WrittenFile> {
  const { contentType, nameOf } = WRITTEN_FILES[kind];
  const contentDisposition = `attachment; filename="${nameOf(toDay(ctx.now()))}"`;
  const { key, uploadId } = await askStore(ctx, () =>
    ctx.files.createMultipartUpload(newKey(kind), { httpMetadata: { contentType, contentDisposition } }),
  );
  return { key, uploadId };
}

/** Answers what closes the file. @param number from 1; written again, it takes its place. Throws MEDIA_STORE_UNAVAILABLE. */
export async function putPart(
  ctx: Context,
  { key, uploadId }: WrittenFile,
  number: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const { etag } = await askStore(ctx, () => ctx.files.resumeMultipartUpload(key, uploadId).uploadPart(number, bytes));
  return etag;
}

/** Answers its size (bytes). Safe to repeat. @param etags of its parts, in order. Throws MEDIA_STORE_UNAVAILABLE. */
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

/** For the batch that says that the file is there. */
export function nameFile(
  ctx: Context,
  { key, ownerId, kind, bytes }: { key: string; ownerId: string; kind: WrittenKind; bytes: number },
): Statement {
  const { contentType } = WRITTEN_FILES[kind];
  const file = { key, ownerId, kind, contentType, bytes, private: isPrivate(kind), createdAt: ctx.now() };
  return ctx.db.insert(mediaFiles).values(file);
}

/** Safe to repeat, and of what is closed it changes nothing. */
export async function callOffFile(ctx: Context, { key, uploadId }: WrittenFile): Promise<void> {
  try {
    await ctx.files.resumeMultipartUpload(key, uploadId).abort();
  } catch (error) {
    if (!isNoSuchUpload(error)) throw error;
  }
}

/** Throws MEDIA_STORE_UNAVAILABLE, and what `ask` itself refuses with. */
export async function askStore<T>(ctx: Context, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AppError) throw error; // what was to be stored broke off, and not the store
    ctx.log.fault('media store', error);
    throw fileError('MEDIA_STORE_UNAVAILABLE');
  }
}
