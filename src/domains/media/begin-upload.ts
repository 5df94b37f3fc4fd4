/**
 * A large file is announced first and sent after: key, type, size and end are fixed before the first byte. It goes to
 * R2 itself where that is configured, and through the Worker (`receive-upload.ts`) where it is not.
 */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, demandThat } from '@/db/commit';
import { signPut } from '@/providers/signed-put';
import { newId } from '@/shared/ids';
import { HOUR_MS, SECOND_MS, toIso } from '@/shared/time';
import { signToken } from '@/shared/tokens';
import { fileError } from './errors';
import { newKey } from './keys';
import { LARGE_FILES } from './kinds';
import type { NewUpload, Upload } from './schemas';
import { mediaUploads } from './tables';

/** Time enough for the largest file on a slow line. */
export const UPLOAD_MS = 2 * HOUR_MS;
/** Announced, and neither used nor expired: as much as two posts of ten. */
export const OPEN_UPLOADS_MAX = 20;

/** Throws FILE_TOO_LARGE, TOO_MANY_UPLOADS. */
export async function beginUpload(
  ctx: Context,
  ownerId: string,
  { kind, contentType, bytes }: z.output<typeof NewUpload>,
): Promise<z.input<typeof Upload>> {
  const { bytesMax } = LARGE_FILES[kind];
  if (bytes > bytesMax) throw fileError('FILE_TOO_LARGE', { message: `The file is larger than ${bytesMax} bytes.` });
  const now = ctx.now();
  const upload = {
    id: newId(),
    ownerId,
    key: newKey(kind),
    kind,
    contentType,
    bytes,
    expiresAt: now + UPLOAD_MS,
  };
  const hasRoom = sql`SELECT count(*) < CAST(${OPEN_UPLOADS_MAX} AS INTEGER) FROM media_uploads
    WHERE owner_id = ${ownerId} AND expires_at > ${now} AND completed_at IS NULL`;
  await commit(ctx, [demandThat(ctx, hasRoom), ctx.db.insert(mediaUploads).values(upload)], {
    refusals: { DEMAND_NOT_MET: () => fileError('TOO_MANY_UPLOADS') },
  });
  return {
    id: upload.id,
    method: 'PUT',
    ...(await signTarget(ctx, upload)),
    bytes,
    expiresAt: toIso(upload.expiresAt),
  };
}

async function signTarget(
  ctx: Context,
  { id, key, contentType, bytes }: Pick<typeof mediaUploads.$inferSelect, 'id' | 'key' | 'contentType' | 'bytes'>,
): Promise<Pick<z.input<typeof Upload>, 'url' | 'headers'>> {
  const { r2, keys, publicUrl } = ctx.config;
  const seconds = UPLOAD_MS / SECOND_MS;
  if (r2) return signPut(r2, { key, contentType, bytes, seconds }, ctx.now());
  const token = await signToken(keys, 'upload', { upload: id }, seconds, ctx.now());
  return { url: `${publicUrl}/media/uploads/${id}?token=${token}`, headers: { 'Content-Type': contentType } };
}
