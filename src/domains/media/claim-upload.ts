/** From an upload that waits to a file that something names: looked at once more, and used once. */
import { and, eq, gt, isNull } from 'drizzle-orm';
import type { Context } from '@/context';
import { demandChange, type Statement } from '@/db/commit';
import { fileError } from './errors';
import { inspectType, TYPE_BYTES } from './inspect';
import { mediaUrl } from './keys';
import { isPrivate } from './kinds';
import { mediaFiles, mediaUploads } from './tables';

export interface ClaimedFile {
  key: string;
  url: string;
  contentType: string;
  bytes: number;
  /** For the batch that names the file. Their DEMAND_NOT_MET (UPLOAD_CONFLICT): it was used, or expired, meanwhile. */
  statements: Statement[];
}

/** Throws UPLOAD_NOT_FOUND, UPLOAD_USED, UPLOAD_INCOMPLETE, FILE_TYPE_NOT_ALLOWED, MEDIA_STORE_UNAVAILABLE. */
export async function claimUpload(ctx: Context, ownerId: string, uploadId: string): Promise<ClaimedFile> {
  const isOwn = and(eq(mediaUploads.id, uploadId), eq(mediaUploads.ownerId, ownerId));
  const upload = await ctx.db.select().from(mediaUploads).where(isOwn).get();
  if (!upload || upload.expiresAt <= ctx.now()) throw fileError('UPLOAD_NOT_FOUND');
  if (upload.completedAt !== null) throw fileError('UPLOAD_USED');
  const { key, kind, contentType, bytes } = upload;
  const object = await readStart(ctx, key);
  if (object?.size !== bytes) throw fileError('UPLOAD_INCOMPLETE');
  await inspectType(object.start, [contentType]);
  const now = ctx.now();
  return {
    key,
    url: mediaUrl(ctx.config, key),
    contentType,
    bytes,
    statements: [
      ctx.db
        .update(mediaUploads)
        .set({ completedAt: now })
        .where(and(isOwn, isNull(mediaUploads.completedAt), gt(mediaUploads.expiresAt, now))),
      demandChange(ctx),
      ctx.db
        .insert(mediaFiles)
        .values({ key, ownerId, kind, contentType, bytes, private: isPrivate(kind), createdAt: now }),
    ],
  };
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
