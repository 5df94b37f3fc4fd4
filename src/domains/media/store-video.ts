/** Videos out of a form: streamed to the store as they come, a piece in memory, kept as they came. */
import type { Context } from '@/context';
import { fileError } from './errors';
import { capped, inPieces } from './file-content';
import { newKey } from './keys';
import { LARGE_FILES, type LargeFileKind, type VideoType } from './kinds';
import { putPlanned } from './store';
import { findStoredVideo, type StoredVideo } from './stored-video';

/** Parts of an object must be of one size, of 5 MiB at least; memory holds one for each form that is on its way. */
const PART_BYTES = 8 * 1_048_576;

interface NewVideo {
  ownerId: string;
  kind: LargeFileKind;
  /** As its first bytes say. */
  contentType: VideoType;
  content: AsyncIterable<Uint8Array>;
}

/** Throws FILE_TOO_LARGE, what `findStoredVideo` does, and what `content` does. */
export async function storeVideo(
  ctx: Context,
  { ownerId, kind, contentType, content }: NewVideo,
): Promise<StoredVideo> {
  const key = newKey(kind);
  const pieces = inPieces(capped(content, LARGE_FILES[kind].bytesMax), PART_BYTES);
  const callOff = await putPlanned(ctx, key, () => putPieces(ctx, key, pieces, { httpMetadata: { contentType } }));
  const video = await findStoredVideo(ctx, { key, ownerId, kind, types: [contentType] });
  if (!video) throw fileError('UPLOAD_CONFLICT'); // it took so long that its deletion has come
  return { ...video, statements: [...callOff, ...video.statements] };
}

/** In parts, since the store takes a stream of a known length alone; what is no larger than one, at once. */
async function putPieces(
  ctx: Context,
  key: string,
  pieces: AsyncGenerator<Uint8Array>,
  options: R2MultipartOptions,
): Promise<void> {
  const { value: first = new Uint8Array() } = await pieces.next();
  if (first.length < PART_BYTES) {
    await ctx.files.put(key, first, options);
    return;
  }
  const upload = await ctx.files.createMultipartUpload(key, options);
  try {
    const parts = [await upload.uploadPart(1, first)];
    for await (const piece of pieces) parts.push(await upload.uploadPart(parts.length + 1, piece));
    await upload.complete(parts);
  } catch (error) {
    // The store drops what is neither completed nor aborted after seven days.
    await upload.abort().catch(() => undefined);
    throw error;
  }
}
