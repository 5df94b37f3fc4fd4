/** A large file that is already in the store: inspects it there, and creates the row that makes it a file. */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { LargeFileKind, LargeFileType } from '@/contracts/file-kinds';
import { findBlanks } from './blanks';
import { fileError } from './errors';
import { inspectType, TYPE_BYTES } from './inspect';
import { isPrivate, isVideo } from './kinds';
import { mediaFiles } from './tables';

export interface StoredFile {
  key: string;
  contentType: string;
  bytes: number;
  /** For the batch that refers to the file. */
  statements: Statement[];
}

/**
 * Undefined if no object has this key. Throws FILE_TYPE_NOT_ALLOWED, FILE_UNREADABLE, UPLOAD_CONFLICT,
 * MEDIA_STORE_UNAVAILABLE.
 * @param types the allowed types
 */
export async function findStoredFile(
  ctx: Context,
  { key, ownerId, kind, types }: { key: string; ownerId: string; kind: LargeFileKind; types: readonly LargeFileType[] },
): Promise<StoredFile | undefined> {
  const object = await readStart(ctx, key);
  if (!object) return undefined;
  const contentType = await inspectType(object.start, types);
  const file = { key, contentType, bytes: object.size };
  const blanks = isVideo(kind) ? await findBlanks(ctx, file) : null;
  const row = ctx.db
    .insert(mediaFiles)
    .values({ ...file, ownerId, kind, private: isPrivate(kind), blanks, createdAt: ctx.now() });
  return { ...file, statements: [row] };
}

async function readStart(ctx: Context, key: string): Promise<{ size: number; start: Uint8Array } | undefined> {
  try {
    const object = await ctx.files.get(key, { range: { offset: 0, length: TYPE_BYTES } });
    return object ? { size: object.size, start: new Uint8Array(await object.arrayBuffer()) } : undefined;
  } catch (error) {
    ctx.log.fault('media store', error);
    throw fileError('MEDIA_STORE_UNAVAILABLE');
  }
}
