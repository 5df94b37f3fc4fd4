/** Turns a waiting upload into a file that something refers to. Inspects it once more, and allows this once. */
import { and, eq, gt, isNull } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { requireChange } from '@/db/commit';
import { getOpenUpload } from './end-upload';
import { fileError } from './errors';
import { findStoredVideo, type StoredVideo } from './stored-video';
import { mediaUploads } from './tables';

/**
 * If its statements fail with DEMAND_NOT_MET (UPLOAD_CONFLICT), the upload was used meanwhile, or expired. Throws
 * UPLOAD_NOT_FOUND, UPLOAD_USED, UPLOAD_INCOMPLETE, FILE_TYPE_NOT_ALLOWED, MEDIA_STORE_UNAVAILABLE.
 */
export async function claimUpload(ctx: Context, ownerId: string, uploadId: string): Promise<StoredVideo> {
  const { key, kind, contentType, bytes } = await getOpenUpload(ctx, ownerId, uploadId);
  const video = await findStoredVideo(ctx, { key, ownerId, kind, types: [contentType] });
  if (video?.bytes !== bytes) throw fileError('UPLOAD_INCOMPLETE');
  const now = ctx.now();
  const use = ctx.db
    .update(mediaUploads)
    .set({ completedAt: now })
    .where(and(eq(mediaUploads.id, uploadId), isNull(mediaUploads.completedAt), gt(mediaUploads.expiresAt, now)));
  return { ...video, statements: [use, requireChange(ctx), ...video.statements] };
}
