/**
 * Who may read a file, and who may keep what was read: its kind settles it, or, for the files of posts, a signed link or
 * the file's row.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';
import { findSecondsLeft } from './keys';
import { type FileKind, isOfPost, isPrivate } from './kinds';
import { mediaFiles } from './tables';

/** A key never gets other bytes, and what is public by its kind stays so. */
const KEPT_FOR_EVER = 'public, max-age=31536000, immutable';
/**
 * A public post may be for followers alone a moment later, or gone: what was kept for a year would go on being shown,
 * by shared caches to anyone. So they ask again soon, and by the ETag get no byte twice.
 */
const KEPT_FOR_MINUTES = 'public, max-age=300, must-revalidate';
const KEPT_NOWHERE = 'private, no-store';

export interface Access {
  readonly cacheControl: string;
}

/** Nothing, if this reader has none. At most one statement. */
export async function findAccess(
  ctx: Context,
  kind: FileKind,
  key: string,
  token: string | undefined,
): Promise<Access | undefined> {
  if (!isPrivate(kind)) return { cacheControl: KEPT_FOR_EVER };
  const secondsLeft = await findSecondsLeft(ctx, key, token);
  if (!isOfPost(kind)) return secondsLeft === undefined ? undefined : { cacheControl: KEPT_NOWHERE };
  // Whoever was let in stays in until the link expires: a page of a feed would cost a statement a picture otherwise.
  if (secondsLeft !== undefined) return { cacheControl: `private, max-age=${secondsLeft}` };
  const row = await ctx.db
    .select({ private: mediaFiles.private })
    .from(mediaFiles)
    .where(eq(mediaFiles.key, key))
    .get();
  return !row || row.private ? undefined : { cacheControl: KEPT_FOR_MINUTES };
}

/**
 * For the batch that opens files to all, or closes them to all who have no link.
 * @param keys a SELECT of one column
 */
export function setPrivacy(ctx: Context, keys: SQL, isPrivateFile: boolean): Statement {
  return ctx.db.update(mediaFiles).set({ private: isPrivateFile }).where(sql`${mediaFiles.key} IN (${keys})`);
}
