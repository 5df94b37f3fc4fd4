/**
 * A large file is announced before it is sent: key, type, size and expiry are fixed before the first byte, and so are
 * the parts of a very large one. Clients send it directly to R2 if that is configured, otherwise through the Worker
 * (`receive-upload.ts`).
 */

import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { LARGE_FILES, type LargeFileKind } from '@/contracts/file-kinds';
import { commit, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { commitSpent, refund, type Spending } from '@/domains/base/budgets/spend';
import { signPart, signPut } from '@/providers/signed-put';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { HOUR_MS, SECOND_MS, toIso } from '@/shared/time';
import { signToken } from '@/shared/tokens';
import { fileError } from './errors';
import { newKey } from './keys';
import { countedBytes } from './kinds';
import type { NewUpload, Upload } from './schemas';
import { mediaUploads, type UploadRow } from './tables';
import { partsOf } from './upload-parts';
import { askStore, callOffFile, type WrittenFile } from './written-file';

/** Enough for the largest file on a slow connection, sent whole or in parts. */
export const UPLOAD_MS = 2 * HOUR_MS;
export const UPLOAD_IN_PARTS_MS = 12 * HOUR_MS;
/**
 * Limits for uploads that are neither used nor expired: the videos of two posts with ten each; two files of the largest
 * size.
 */
export const OPEN_UPLOADS_MAX = 20;
const OPEN_BYTES_MAX = 10 * 1_024 ** 3;
/** Below Cloudflare's limit for one request. The largest file has 80 parts. */
const PART_BYTES = 64 * 1_048_576;

/** What a DJ's library alone uses, and what creators put into their shop; covers of tracks are images too. */
const FOR_DJS: ReadonlySet<LargeFileKind> = new Set(['track']);
const FOR_CREATORS: ReadonlySet<LargeFileKind> = new Set(['image', 'product-file']);

/** Throws UPLOAD_FOR_DJS, UPLOAD_FOR_CREATORS, FILE_TOO_LARGE, DAILY_BUDGET_SPENT, TOO_MANY_UPLOADS, MEDIA_STORE_UNAVAILABLE. */
export async function beginUpload(
  ctx: Context,
  { userId: ownerId, role, creatorStatus }: Actor,
  { kind, contentType, bytes, name }: z.output<typeof NewUpload>,
): Promise<z.input<typeof Upload>> {
  const isCreator = creatorStatus === 'APPROVED';
  if (FOR_DJS.has(kind) && !(isCreator && role === 'dj')) throw fileError('UPLOAD_FOR_DJS');
  if (FOR_CREATORS.has(kind) && !isCreator) throw fileError('UPLOAD_FOR_CREATORS');
  const { bytesMax, inPartsBytesMax } = LARGE_FILES[kind];
  if (bytes > inPartsBytesMax)
    throw fileError('FILE_TOO_LARGE', { message: `The file is larger than ${inPartsBytesMax} bytes.` });
  // Through the Worker, one request cannot carry more than Cloudflare accepts.
  const isInParts = bytes > (ctx.config.r2 ? bytesMax : PART_BYTES);
  const lifeMs = isInParts ? UPLOAD_IN_PARTS_MS : UPLOAD_MS;
  const upload = {
    id: newId(),
    ownerId,
    key: newKey(kind),
    kind,
    contentType,
    bytes,
    name: name ?? null,
    expiresAt: ctx.now() + lifeMs,
    uploadId: null,
    partBytes: isInParts ? PART_BYTES : null,
  };
  await insertUpload(ctx, upload);
  const opened = isInParts ? { ...upload, uploadId: await openParts(ctx, upload) } : upload;
  return {
    id: upload.id,
    method: 'PUT',
    ...(await signTargets(ctx, opened, lifeMs / SECOND_MS)),
    bytes,
    expiresAt: toIso(upload.expiresAt),
  };
}

type NewRow = Omit<UploadRow, 'completedAt'>;
type Announced = Pick<NewRow, 'ownerId' | 'bytes' | 'expiresAt' | 'partBytes'>;

/** The cost of the whole announced file, at the time of its announcement. */
function spendingOf({ ownerId, bytes, expiresAt, partBytes }: Announced): Spending {
  const at = expiresAt - (partBytes === null ? UPLOAD_MS : UPLOAD_IN_PARTS_MS);
  return { userId: ownerId, costs: { bytes: countedBytes(bytes) }, at };
}

/** For the batch that ends an upload of which nothing was stored. */
export function refundUpload(ctx: Context, upload: Announced): Statement {
  return refund(ctx, spendingOf(upload));
}

/**
 * Inserts the upload without its parts, which `openParts` adds with the store's id. Throws DAILY_BUDGET_SPENT,
 * TOO_MANY_UPLOADS.
 */
async function insertUpload(ctx: Context, upload: NewRow): Promise<void> {
  const { ownerId, bytes } = upload;
  const hasRoom = sql`SELECT count(*) < ${int(OPEN_UPLOADS_MAX)}
      AND coalesce(sum(bytes), 0) <= ${int(OPEN_BYTES_MAX - bytes)}
    FROM media_uploads WHERE owner_id = ${ownerId} AND expires_at > ${ctx.now()} AND completed_at IS NULL`;
  await commitSpent(
    ctx,
    spendingOf(upload),
    [requireThat(ctx, hasRoom), ctx.db.insert(mediaUploads).values({ ...upload, partBytes: null })],
    {
      refusals: { DEMAND_NOT_MET: () => fileError('TOO_MANY_UPLOADS') },
    },
  );
}

/**
 * Opens a multipart upload, whose parts may come through the bucket binding or the S3 API. R2 drops unfinished ones
 * after seven days. Throws MEDIA_STORE_UNAVAILABLE after deleting the upload.
 */
async function openParts(ctx: Context, upload: NewRow): Promise<string> {
  const { id, key, contentType, partBytes } = upload;
  const isThis = eq(mediaUploads.id, id);
  let file: WrittenFile | undefined;
  try {
    file = await askStore(ctx, () => ctx.files.createMultipartUpload(key, { httpMetadata: { contentType } }));
    await commit(ctx, [ctx.db.update(mediaUploads).set({ uploadId: file.uploadId, partBytes }).where(isThis)]);
    return file.uploadId;
  } catch (error) {
    if (file) await callOffFile(ctx, file).catch(() => undefined);
    await commit(ctx, [ctx.db.delete(mediaUploads).where(isThis), refundUpload(ctx, upload)]);
    throw error;
  }
}

async function signTargets(
  ctx: Context,
  upload: NewRow,
  seconds: number,
): Promise<Pick<z.input<typeof Upload>, 'url' | 'headers' | 'parts'>> {
  const { id, key, contentType, bytes, uploadId } = upload;
  const { r2, keys, publicUrl } = ctx.config;
  const now = ctx.now();
  if (r2 && uploadId === null) return signPut(r2, { key, contentType, bytes, seconds }, now);
  const parts = partsOf(upload);
  if (r2 && uploadId !== null) {
    const signed = parts.map(async (part) => ({
      ...part,
      url: await signPart(r2, { key, uploadId, ...part, seconds }, now),
    }));
    return { headers: {}, parts: await Promise.all(signed) };
  }
  const url = `${publicUrl}/media/uploads/${id}`;
  const query = `token=${await signToken(keys, 'upload', { upload: id }, seconds, now)}`;
  if (uploadId === null) return { url: `${url}?${query}`, headers: { 'Content-Type': contentType } };
  return {
    headers: {},
    parts: parts.map((part) => ({ ...part, url: `${url}/parts/${part.partNumber}?${query}` })),
  };
}
