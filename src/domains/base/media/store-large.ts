/** Stores large files from a form: streamed to the store unchanged, with one piece in memory at a time. */
import type { Context } from '@/contracts/context';
import { LARGE_FILES, type LargeFileKind, type LargeFileType } from '@/contracts/file-kinds';
import { refund } from '@/domains/base/budgets/spend';
import { fileError } from './errors';
import { capped, inPieces } from './file-content';
import { countedBytes, typesLike } from './kinds';
import { openPlace, refundFile } from './store';
import { findStoredFile, type StoredFile } from './stored-file';
import { askStore } from './written-file';

/** NOTE: R2 needs parts of equal size and at least 5 MiB. Memory holds one part for each form in progress. */
const PART_BYTES = 8 * 1_048_576;

interface NewFile {
  ownerId: string;
  kind: LargeFileKind;
  /** Determined from its first bytes. */
  contentType: LargeFileType;
  /** At most the rest of the form. The file's size is only known at its end. */
  bytesMax: number;
  content: AsyncIterable<Uint8Array>;
}

/**
 * Spends the largest possible size and refunds what the file does not need. Throws FILE_TOO_LARGE, DAILY_BUDGET_SPENT,
 * what `findStoredFile` throws, and what `content` throws.
 */
export async function storeLarge(
  ctx: Context,
  { ownerId, kind, contentType, bytesMax, content }: NewFile,
): Promise<StoredFile> {
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
    const file = await findStoredFile(ctx, { key, ownerId, kind, types: typesLike(contentType, kind) });
    if (!file) throw fileError('UPLOAD_CONFLICT'); // it took so long that its planned deletion ran
    const settlement = refund(ctx, { ...spending, costs: unused() });
    return { ...file, statements: [...statements, settlement, ...file.statements] };
  } catch (error) {
    await refundFile(ctx, place, unused());
    throw error;
  }
}

interface Putting {
  /** Called with the size of each piece that the store accepted. */
  count: (bytes: number) => void;
  options: R2MultipartOptions;
}

/** Uploads in parts, since R2 only accepts a stream of known length. A file no larger than one part is put whole. */
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
    // If the abort fails, the store drops the upload after seven days.
    await upload.abort().catch(() => undefined);
    throw error;
  }
}
