/**
 * Who may read a file, what of it, and who may keep what was read: its kind settles it, or, for the files of posts, a
 * signed link or the file's row.
 */

import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { FileKind } from '@/contracts/file-kinds';
import { commit } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { findBlanks } from './blanks';
import { findLink, type Link } from './keys';
import { isIdentity, isPostFile, isPrivate, isVideo } from './kinds';
import type { FileRow } from './tables';
import { type Blank, mediaFiles } from './tables';

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
  /** What of the file is not shown. */
  readonly blanks: readonly Blank[];
}

/** Nothing, if this reader has none. At most one statement. Throws as `findBlanks` does, of a video nobody has looked at. */
export async function findAccess(
  ctx: Context,
  kind: FileKind,
  key: string,
  token: string | undefined,
): Promise<Access | undefined> {
  if (!isPrivate(kind)) return { cacheControl: KEPT_FOR_EVER, blanks: [] };
  const link = await findLink(ctx, key, token);
  if (!isPostFile(kind)) {
    if (!link || (isIdentity(kind) && !(await isLogged(ctx, link)))) return undefined;
    return { cacheControl: KEPT_NOWHERE, blanks: [] };
  }
  // Whoever was let in stays in until the link expires: a page of a feed would cost a statement a picture otherwise.
  if (link && !isVideo(kind)) return { cacheControl: keptFor(link.secondsLeft), blanks: [] };
  const row = await ctx.db.select().from(mediaFiles).where(eq(mediaFiles.key, key)).get();
  if (!row || (row.private && !link)) return undefined;
  return {
    cacheControl: link ? keptFor(link.secondsLeft) : KEPT_FOR_MINUTES,
    blanks: isVideo(kind) ? (row.blanks ?? (await lookOnce(ctx, row))) : [],
  };
}

/** Logs the look before the document is shown. A link that does not say who looks opens nothing. */
async function isLogged(ctx: Context, { look }: Link): Promise<boolean> {
  if (!look) return false;
  const { lookId: id, staffId, applicationId: targetId } = look;
  const target = { targetType: 'creator-application', targetId };
  await commit(ctx, [logStaff(ctx, { id, staffId, action: 'creator-application.document', ...target })]);
  return true;
}

/** At a video from before they were looked at as they come: some ten reads of the store. */
async function lookOnce(ctx: Context, row: FileRow): Promise<readonly Blank[]> {
  const blanks = await findBlanks(ctx, row);
  ctx.waitUntil(commit(ctx, [ctx.db.update(mediaFiles).set({ blanks }).where(eq(mediaFiles.key, row.key))]));
  return blanks;
}

const keptFor = (seconds: number) => `private, max-age=${seconds}`;

/**
 * For the batch that opens files to all, or closes them to all who have no link.
 * @param keys a SELECT of one column
 */
export function setPrivacy(ctx: Context, keys: SQL, isPrivateFile: boolean): Statement {
  return ctx.db.update(mediaFiles).set({ private: isPrivateFile }).where(sql`${mediaFiles.key} IN (${keys})`);
}
