/**
 * Decides who may read a file, which parts of it, and who may cache it: a signed link, or, for pictures and files of
 * posts, the file's row. Files of posts also close with their author's account.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { FileKind } from '@/contracts/file-kinds';
import { commit } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { users } from '@/domains/base/users/tables';
import { findBlanks } from './blanks';
import { findLink, type Link } from './keys';
import { isIdentity, isPostFile, isPrivate, isVideo } from './kinds';
import { type Blank, type FileRow, mediaFiles } from './tables';

/** The bytes at a key never change. Staff may hide a public picture, so shared caches ask again after minutes. */
export const KEPT_FOR_EVER = 'public, max-age=31536000, s-maxage=300, immutable';
/**
 * A public post may become private or be deleted at any time, so shared caches must not keep its files for long. They
 * revalidate soon, and the ETag saves sending the bytes again.
 */
export const KEPT_FOR_MINUTES = 'public, max-age=300, must-revalidate';
const KEPT_NOWHERE = 'private, no-store';

export interface Access {
  readonly cacheControl: string;
  /** The parts of the file that are not shown. */
  readonly blanks: readonly Blank[];
  /** What the file turned out to be, if that may differ from what it was announced as. */
  readonly contentType?: string;
  /** What the file is called when it is downloaded. */
  readonly name?: string | undefined;
}

/**
 * Undefined if this reader has no access. At most one statement, beside the log of a document. Throws as `findBlanks`
 * does, for a video not yet inspected.
 */
export async function findAccess(
  ctx: Context,
  kind: FileKind,
  key: string,
  token: string | undefined,
): Promise<Access | undefined> {
  const link = await findLink(ctx, key, token);
  if (isPrivate(kind) && !isPostFile(kind)) {
    if (!link || (isIdentity(kind) && !(await isLogged(ctx, key, link)))) return undefined;
    return { cacheControl: KEPT_NOWHERE, blanks: [], name: link.name };
  }
  // A reader with a link keeps access until it expires. Checking again would cost a statement per image of a feed.
  if (link && !isVideo(kind)) return { cacheControl: keptFor(link.secondsLeft), blanks: [] };
  const found = await ctx.db
    .select({ row: mediaFiles, ownerStatus: users.status })
    .from(mediaFiles)
    .innerJoin(users, eq(users.id, mediaFiles.ownerId))
    .where(eq(mediaFiles.key, key))
    .get();
  if (!found) return undefined;
  const { row, ownerStatus } = found;
  const isClosed = row.private || (isPostFile(kind) && ownerStatus !== 'active');
  if (isClosed && !link) return undefined;
  const kept = isPostFile(kind) ? KEPT_FOR_MINUTES : KEPT_FOR_EVER;
  return {
    cacheControl: link ? keptFor(link.secondsLeft) : kept,
    ...(isVideo(kind)
      ? { blanks: row.blanks ?? (await lookOnce(ctx, row)), contentType: row.contentType }
      : { blanks: [] }),
  };
}

/** Logs the access before the document is shown. A link that does not name the staff member opens nothing. */
async function isLogged(ctx: Context, key: string, { look }: Link): Promise<boolean> {
  if (!look) return false;
  const file = await ctx.db
    .select({ ownerId: mediaFiles.ownerId })
    .from(mediaFiles)
    .where(eq(mediaFiles.key, key))
    .get();
  if (!file) return false;
  const { lookId: id, staffId, applicationId: targetId } = look;
  const target = { targetType: 'creator-application', targetId, subjectId: file.ownerId };
  await commit(ctx, [logStaff(ctx, { id, staffId, action: 'creator-application.document', ...target })]);
  return true;
}

/** Inspects a video stored before videos were inspected on upload. Takes about ten reads of the store. */
async function lookOnce(ctx: Context, row: FileRow): Promise<readonly Blank[]> {
  const blanks = await findBlanks(ctx, row);
  ctx.waitUntil(commit(ctx, [ctx.db.update(mediaFiles).set({ blanks }).where(eq(mediaFiles.key, row.key))]));
  return blanks;
}

const keptFor = (seconds: number) => `private, max-age=${seconds}`;

/**
 * For the batch that makes files public, or restricts them to readers with a link.
 * @param keys a SELECT of one column
 */
export function setPrivacy(ctx: Context, keys: SQL, isPrivateFile: boolean): Statement {
  return ctx.db.update(mediaFiles).set({ private: isPrivateFile }).where(sql`${mediaFiles.key} IN (${keys})`);
}
