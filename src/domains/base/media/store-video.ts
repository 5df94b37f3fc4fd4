/** Videos out of a form: streamed to the store as they come, a piece in memory, kept as they came. */
import type { Context } from '@/contracts/context';
import { LARGE_FILES, type LargeFileKind, type VideoType } from '@/contracts/file-kinds';
import { refund } from '@/domains/base/budgets/spend';
import { fileError } from './errors';
import { capped, inPieces } from './file-content';
import { countedBytes } from './kinds';
import { openPlace, refundFile } from './store';
import { findStoredVideo, type StoredVideo } from './stored-video';
import { askStore } from './written-file';

/** Parts of an object must be of one size, of 5 MiB at least; memory holds one for each form that is on its way. */
const PART_BYTES = 8 * 1_048_576;

interface NewVideo {
  ownerId: string;
  kind: LargeFileKind;
  /** As its first bytes say. */
  contentType: VideoType;
  /** What is left of the form at most: the size of the file is known only at its end. */
  bytesMax: number;
  content: AsyncIterable<Uint8Array>;
}

/**
 * Spends as much as the file can be, and gives back what it turns out not to need. Throws FILE_TOO_LARGE,
 * DAILY_BUDGET_SPENT, what `findStoredVideo` does, and what `content` does.
 */
export async function storeVideo(
  ctx: Context,
  { ownerId, kind, contentType, bytesMax, content }: NewVideo,
): Promise<StoredVideo> {
  const largest = Math.min(bytesMax, LARGE_FILES[kind].bytesMax);
  const pieces = inPieces(capped(content, largest), PART_BYTES);
  const { value: first = new Uint8Array() } = await pieces.next();
  const reserved = countedBytes(first.length < PART_BYTES ? first.length : largest);
  const place = await openPlace(ctx, { ownerId, kind, costs: { bytes: reserved } });
  const { key, spending, statements } = place;
  let stored = 0;
  const count = (bytes: number) => {
    stored += bytes;
  };
  const unused = () => ({ bytes: Math.max(0, reserved - (stored === 0 ? 0 : countedBytes(stored))) });
  try {
    const options = { httpMetadata: { contentType } };
    await askStore(ctx, () => putPieces(ctx, key, first, pieces, { count, options }));
    const video = await findStoredVideo(ctx, { key, ownerId, kind, types: [contentType] });
    if (!video) throw fileError('UPLOAD_CONFLICT'); // it took so long that its deletion has come
    const settlement = refund(ctx, { ...spending, costs: unused() });
    return { ...video, statements: [...statements, settlement, ...video.statements] };
  } catch (error) {
    await refundFile(ctx, place, unused());
    throw error;
  }
}

interface Putting {
  /** Called with the bytes of each piece that the store has taken. */
  count: (bytes: number) => void;
  options: R2MultipartOptions;
}

/** In parts, since the store takes a stream of a known length alone; what is no larger than one, at once. */
async function putPieces(
  ctx: Context,
  key: string,
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  { count, options }: Putting,
): Promise<void> {
  if (first.length < PART_BYTES) {
    await ctx.files.put(key, first, options);
    return count(first.length);
  }
  const upload = await ctx.files.createMultipartUpload(key, options);
  try {
    const parts: R2UploadedPart[] = [];
    const put = async (piece: Uint8Array) => {
      parts.push(await upload.uploadPart(parts.length + 1, piece));
      count(piece.length);
    };
    await put(first);
    for await (const piece of rest) await put(piece);
    await upload.complete(parts);
  } catch (error) {
    // The store drops what is neither completed nor aborted after seven days.
    await upload.abort().catch(() => undefined);
    throw error;
  }
}
