/** Ends an upload before anything refers to it: joins its parts into a file, or drops it. */

import type { z } from '@hono/zod-openapi';
import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, requireChange } from '@/db/commit';
import { toIso } from '@/shared/time';
import { refundUpload } from './begin-upload';
import { fileError } from './errors';
import type { CompletedUpload, SentParts } from './schemas';
import { mediaUploads, type UploadRow } from './tables';
import { partsOf } from './upload-parts';
import { askStore, isNoSuchUpload } from './written-file';

/** R2's error codes: a part is missing, has another ETag, or has an invalid size. */
const PARTS_DIFFER = /\((10011|10025|10048)\)/;

/** The owner's upload, neither used nor expired. Throws UPLOAD_NOT_FOUND, UPLOAD_USED. */
export async function getOpenUpload(ctx: Context, ownerId: string, id: string): Promise<UploadRow> {
  const upload = await ctx.db
    .select()
    .from(mediaUploads)
    .where(and(eq(mediaUploads.id, id), eq(mediaUploads.ownerId, ownerId)))
    .get();
  return checkOpen(ctx, upload);
}

/** Throws UPLOAD_NOT_FOUND, UPLOAD_USED. */
export function checkOpen(ctx: Context, upload: UploadRow | undefined): UploadRow {
  if (!upload || upload.expiresAt <= ctx.now()) throw fileError('UPLOAD_NOT_FOUND');
  if (upload.completedAt !== null) throw fileError('UPLOAD_USED');
  return upload;
}

/** Safe to repeat. Throws as `getOpenUpload` does, UPLOAD_PARTS_DIFFER, MEDIA_STORE_UNAVAILABLE. */
export async function completeUpload(
  ctx: Context,
  ownerId: string,
  id: string,
  { parts }: z.output<typeof SentParts>,
): Promise<z.input<typeof CompletedUpload>> {
  const upload = await getOpenUpload(ctx, ownerId, id);
  const sent = parts.toSorted((one, other) => one.partNumber - other.partNumber);
  const isEach = partsOf(upload).every(({ partNumber }, index) => sent[index]?.partNumber === partNumber);
  if (!isEach || sent.length !== partsOf(upload).length) throw fileError('UPLOAD_PARTS_DIFFER');
  await joinParts(ctx, upload, sent);
  return { id, bytes: upload.bytes, expiresAt: toIso(upload.expiresAt) };
}

async function joinParts(ctx: Context, { key, uploadId }: UploadRow, parts: R2UploadedPart[]): Promise<void> {
  const isThere = async () => (await ctx.files.head(key)) !== null;
  try {
    if (uploadId === null || (await isThere())) return;
    await ctx.files.resumeMultipartUpload(key, uploadId).complete(parts);
  } catch (error) {
    if (error instanceof Error && PARTS_DIFFER.test(error.message)) throw fileError('UPLOAD_PARTS_DIFFER');
    // The same request, sent twice, has just completed it; or it was dropped.
    if (isNoSuchUpload(error) && (await isThere().catch(() => false))) return;
    if (isNoSuchUpload(error)) throw fileError('UPLOAD_NOT_FOUND');
    ctx.log.fault('media store', error);
    throw fileError('MEDIA_STORE_UNAVAILABLE');
  }
}

/**
 * Deletes what was sent, and refunds what was never sent. Throws as `getOpenUpload` does, MEDIA_STORE_UNAVAILABLE.
 *
 * NOTE: R2 may still accept bytes for it. The sweep of orphans finds those.
 */
export async function dropUpload(ctx: Context, ownerId: string, id: string): Promise<void> {
  const upload = await getOpenUpload(ctx, ownerId, id);
  const isOpen = and(eq(mediaUploads.id, id), isNull(mediaUploads.completedAt));
  const refunds = await refundUnsent(ctx, upload);
  await commit(ctx, [ctx.db.delete(mediaUploads).where(isOpen), requireChange(ctx), ...refunds], {
    events: [deletionOf(upload)],
    refusals: { DEMAND_NOT_MET: () => fileError('UPLOAD_NOT_FOUND') },
  });
}

/**
 * Refunds an upload whose file was never stored; parts that never became a file are dropped. For the batch that ends an
 * unused upload. Throws MEDIA_STORE_UNAVAILABLE.
 *
 * NOTE: R2 accepts a file sent whole until its URL expires, whatever happens to the upload here. Until then it costs
 * the announced size.
 */
export async function refundUnsent(
  ctx: Context,
  upload: Pick<UploadRow, 'ownerId' | 'key' | 'bytes' | 'expiresAt' | 'partBytes'>,
): Promise<Statement[]> {
  const isOpenAtR2 = ctx.config.r2 !== undefined && upload.partBytes === null && upload.expiresAt > ctx.now();
  if (isOpenAtR2 || (await askStore(ctx, () => ctx.files.head(upload.key)))) return [];
  return [refundUpload(ctx, upload)];
}

/** The columns for ending unused uploads: their id, the objects to delete, and the costs to refund. */
export const endingColumns = {
  id: mediaUploads.id,
  key: mediaUploads.key,
  completedAt: mediaUploads.completedAt,
  uploadId: mediaUploads.uploadId,
  ownerId: mediaUploads.ownerId,
  bytes: mediaUploads.bytes,
  expiresAt: mediaUploads.expiresAt,
  partBytes: mediaUploads.partBytes,
};

/** Deletes what was sent: a file, or some parts of one. */
export function deletionOf({ key, uploadId }: Pick<UploadRow, 'key' | 'uploadId'>) {
  return { kind: 'delete-media', key, ...(uploadId === null ? {} : { uploadId }) } as const;
}
