/** Stores an avatar, then sets it on the user in the same batch that deletes the previous one. */
import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { PICTURES } from '@/contracts/file-kinds';
import { commit, requireChange } from '@/db/commit';
import { fileError } from '@/domains/base/media/errors';
import { findKeyIn, mediaUrl } from '@/domains/base/media/keys';
import { forgetMedia, storeImage } from '@/domains/base/media/store';
import { mediaFiles } from '@/domains/base/media/tables';
import { readUpload } from '@/domains/base/media/upload';
import { users } from '@/domains/base/users/tables';
import { setAvatar } from '@/domains/base/users/write';
import { requireActive } from '@/domains/people/auth/active';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import type { Avatar } from './avatar-schemas';

/**
 * Throws UPLOAD_CONFLICT if another avatar was set meanwhile, ACCOUNT_BANNED, and what `readUpload` and `storeImage`
 * throw.
 */
export async function uploadAvatar(ctx: Context, userId: string, request: Request): Promise<z.input<typeof Avatar>> {
  const { bytes } = await readUpload(request, { field: 'avatar', bytesMax: PICTURES.avatar.bytesMax });
  const { url, width, height, statements } = await storeImage(ctx, userId, 'avatar', bytes);
  const before = await readAvatar(ctx, userId);
  const replaced = before.key === undefined ? undefined : forgetMedia(ctx, before.key);
  await commit(
    ctx,
    [
      requireActive(ctx, userId),
      ...statements,
      setAvatar(ctx, userId, { from: before.url, to: url }),
      requireChange(ctx),
      ...(replaced ? [replaced.statement] : []),
    ],
    {
      events: [{ kind: 'user-changed', userId }, ...(replaced ? [replaced.event] : [])],
      refusals: { DEMAND_NOT_MET: () => fileError('UPLOAD_CONFLICT'), ...BANNED_MEANWHILE },
    },
  );
  return { avatarUrl: url, width, height };
}

/** Reads the current avatar. `key` is only set for the user's own file, because nothing else may be deleted. */
async function readAvatar(ctx: Context, userId: string): Promise<{ url: string | null; key: string | undefined }> {
  const prefix = mediaUrl(ctx.config, '');
  const own = and(
    sql`${mediaFiles.key} = substr(${users.avatarUrl}, ${prefix.length + 1})`,
    eq(mediaFiles.ownerId, users.id),
    eq(mediaFiles.kind, 'avatar'),
  );
  const user = await ctx.db
    .select({ url: users.avatarUrl, key: mediaFiles.key })
    .from(users)
    .leftJoin(mediaFiles, own)
    .where(eq(users.id, userId))
    .get();
  const url = user?.url ?? null;
  return { url, key: url !== null && findKeyIn(ctx.config, url) === user?.key ? user?.key : undefined };
}
