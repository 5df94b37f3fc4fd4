/** A large file that is already in the store: inspects it there, and creates the row that makes it a file. */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { LargeFileKind, LargeFileType } from '@/contracts/file-kinds';
import { id3Bytes } from '@/shared/id3';
import { findBlanks, readRange } from './blanks';
import { fileError } from './errors';
import { inspectType, soundIn, TYPE_BYTES, typeNotAllowed } from './inspect';
import { isPrivate, isVideo } from './kinds';
import { mediaFiles } from './tables';
import { trackKinds } from './track-kinds';

/** Enough to tell what kind of sound begins there. */
const SOUND_START_BYTES = 64;

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
  const contentType = await typeOf(ctx, key, object, types);
  const file = { key, contentType, bytes: object.size };
  const blanks = isVideo(kind) ? await findBlanks(ctx, file) : null;
  const row = ctx.db
    .insert(mediaFiles)
    .values({ ...file, ownerId, kind, private: isPrivate(kind), blanks, createdAt: ctx.now() });
  return { ...file, statements: [row] };
}

interface ObjectStart {
  readonly size: number;
  readonly start: Uint8Array;
}

/** Also looks behind a tag that is larger than the start, and whether a file of boxes holds nothing but sound. */
async function typeOf(
  ctx: Context,
  key: string,
  { size, start }: ObjectStart,
  types: readonly LargeFileType[],
): Promise<LargeFileType> {
  const soundAt = id3Bytes(start);
  if (soundAt > start.length - SOUND_START_BYTES && soundAt < size) {
    const behind = await readRange(ctx, key, { offset: soundAt, length: Math.min(TYPE_BYTES, size - soundAt) });
    const sound = await soundIn(behind);
    const type = types.find((candidate) => candidate === sound);
    if (type) return type;
  }
  const isSound = types.includes('audio/mp4') && !types.includes('video/mp4');
  const found = await inspectType(start, types, isSound ? ['video/mp4'] : []);
  const type = types.find((candidate) => candidate === found);
  if (type) return type;
  // Most programs give sound the brand of a video, so its tracks decide.
  const kinds = await trackKinds(size, (offset, length) => readRange(ctx, key, { offset, length }));
  if (kinds.has('soun') && !kinds.has('vide')) return 'audio/mp4';
  throw typeNotAllowed(types);
}

async function readStart(ctx: Context, key: string): Promise<ObjectStart | undefined> {
  try {
    const object = await ctx.files.get(key, { range: { offset: 0, length: TYPE_BYTES } });
    return object ? { size: object.size, start: new Uint8Array(await object.arrayBuffer()) } : undefined;
  } catch (error) {
    ctx.log.fault('media store', error);
    throw fileError('MEDIA_STORE_UNAVAILABLE');
  }
}
