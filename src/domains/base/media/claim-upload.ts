/** Turns waiting uploads into files that something refers to. Inspects each once more, and allows this once. */
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { LargeFileKind } from '@/contracts/file-kinds';
import type { OutboxEvent } from '@/contracts/messages';
import { requireChange } from '@/db/commit';
import { checkOpen, deletionOf, getOpenUpload } from './end-upload';
import { fileError } from './errors';
import { typesLike } from './kinds';
import { findStoredFile, type StoredFile } from './stored-file';
import { mediaUploads, type UploadRow } from './tables';
import { askStore } from './written-file';

export interface ClaimedFile extends StoredFile {
  /** What its sender calls the file. */
  readonly name: string | null;
}

/**
 * If their statements fail with DEMAND_NOT_MET (UPLOAD_CONFLICT), an upload was used meanwhile, or expired. Throws
 * UPLOAD_NOT_FOUND, UPLOAD_USED, UPLOAD_INCOMPLETE, FILE_TYPE_NOT_ALLOWED, MEDIA_STORE_UNAVAILABLE.
 * @param uploadIds distinct; the files come in this order
 */
export async function claimUploads(
  ctx: Context,
  ownerId: string,
  kind: LargeFileKind,
  uploadIds: readonly string[],
): Promise<ClaimedFile[]> {
  if (uploadIds.length === 0) return [];
  const rows = await ctx.db
    .select()
    .from(mediaUploads)
    .where(
      and(
        sql`${mediaUploads.id} IN (SELECT value FROM json_each(${JSON.stringify(uploadIds)}))`,
        eq(mediaUploads.ownerId, ownerId),
      ),
    );
  const uploads = uploadIds.map((uploadId) =>
    checkOpen(
      ctx,
      rows.find(({ id }) => id === uploadId),
    ),
  );
  const files: ClaimedFile[] = [];
  for (const upload of uploads) files.push(await claim(ctx, upload, kind));
  return files;
}

async function claim(ctx: Context, upload: UploadRow, kind: LargeFileKind): Promise<ClaimedFile> {
  const { id, ownerId, key, contentType, bytes, name } = upload;
  requireKind(upload, kind);
  const file = await findStoredFile(ctx, { key, ownerId, kind, types: typesLike(contentType, kind) });
  if (file?.bytes !== bytes) throw fileError('UPLOAD_INCOMPLETE');
  const now = ctx.now();
  const use = ctx.db
    .update(mediaUploads)
    .set({ completedAt: now })
    .where(and(eq(mediaUploads.id, id), isNull(mediaUploads.completedAt), gt(mediaUploads.expiresAt, now)));
  return { ...file, name, statements: [use, requireChange(ctx), ...file.statements] };
}

function requireKind(upload: UploadRow, kind: LargeFileKind): void {
  if (upload.kind !== kind)
    throw fileError('FILE_TYPE_NOT_ALLOWED', { message: `Announce this file with the kind ${kind} to use it here.` });
}

interface ReadUpload {
  readonly bytes: Uint8Array;
  /** For the batch that uses the content: they end the upload. */
  readonly statements: readonly Statement[];
  readonly event: OutboxEvent;
}

/**
 * Reads a small upload into memory, for something else that is made from it. Throws as `claimUploads` does.
 */
export async function readImageUpload(ctx: Context, ownerId: string, uploadId: string): Promise<ReadUpload> {
  const upload = await getOpenUpload(ctx, ownerId, uploadId);
  requireKind(upload, 'image');
  const bytes = await askStore(ctx, async () => (await ctx.files.get(upload.key))?.arrayBuffer());
  if (bytes?.byteLength !== upload.bytes) throw fileError('UPLOAD_INCOMPLETE');
  const end = ctx.db.delete(mediaUploads).where(and(eq(mediaUploads.id, upload.id), isNull(mediaUploads.completedAt)));
  return { bytes: new Uint8Array(bytes), statements: [end, requireChange(ctx)], event: deletionOf(upload) };
}
