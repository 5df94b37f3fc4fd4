/**
 * Writes, edits and deletes posts. A post and its files are created in one batch. A deleted post is hidden at once; its
 * files are deleted after the commit, and a task deletes its likes and comments, which may be a million.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { removeAsStaff } from '@/domains/base/decisions/direct-removal';
import { KEPT_MS } from '@/domains/base/decisions/record';
import { setPrivacy } from '@/domains/base/media/access';
import { claimUploads } from '@/domains/base/media/claim-upload';
import { fileError } from '@/domains/base/media/errors';
import { counted } from '@/domains/base/media/file-content';
import { receiveForm } from '@/domains/base/media/form';
import { forgetMedia } from '@/domains/base/media/store';
import { withdrawAbout } from '@/domains/base/notifications/withdraw';
import { staffCan } from '@/domains/base/permissions/permissions';
import { staffReaches } from '@/domains/base/permissions/reach';
import { users } from '@/domains/base/users/tables';
import { requireActive } from '@/domains/people/auth/active';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { httpError } from '@/http/errors';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { IS_REQUIRED } from '@/shared/wording';
import { contentError } from './errors';
import { getPost } from './find-post';
import { hidePosts } from './hide';
import { postColumns, presentPost } from './present';
import { filesOf, keepRemovedPost } from './removal';
import { NewPostFields, POST_MEDIA_MAX, type Post, type PostChanges } from './schemas';
import { type PostRow, postMedia, posts } from './tables';
import { type Medium, takeFile } from './take-media';

/** For all files of a form: fits one video and nine images of the largest size. */
const POST_FORM_BYTES_MAX = 300 * 1_048_576;
/** `FoundPost.media` of a post that has none. */
const NO_MEDIA = '[]';

/**
 * The post shows the form's files in their order, then the uploads. Throws the errors of forms, files and uploads,
 * ACCOUNT_BANNED.
 */
export async function createPost(ctx: Context, actor: Actor, request: Request): Promise<z.input<typeof Post>> {
  let bytesLeft = Number(request.headers.get('content-length') ?? POST_FORM_BYTES_MAX);
  const count = (bytes: number) => {
    bytesLeft -= bytes;
  };
  const { files, fields } = await receiveForm(request, {
    field: 'files',
    filesMax: POST_MEDIA_MAX,
    bytesMax: POST_FORM_BYTES_MAX,
    takeFile: (content) => takeFile(ctx, actor.userId, counted(content, count), bytesLeft),
    fields: NewPostFields,
    lists: ['mediaUploadIds'],
  });
  const { text, visibility, mediaUploadIds } = fields;
  if (files.length + mediaUploadIds.length === 0) requireText(text);
  if (files.length + mediaUploadIds.length > POST_MEDIA_MAX)
    throw invalid('files', `a post has at most ${POST_MEDIA_MAX} files`);
  const media: Medium[] = [...files, ...(await claimUploads(ctx, actor.userId, 'post-video', mediaUploadIds))];
  const postId = newId();
  const row = { id: postId, authorId: actor.userId, text: text ?? '', visibility, createdAt: ctx.now() };
  const taken = media.flatMap(({ statements }) => statements);
  const shown = media.map(({ key, contentType, width, height }, index) =>
    ctx.db.insert(postMedia).values({ postId, position: index + 1, key, contentType, width, height }),
  );
  const opened = visibility === 'public' && media.length > 0 ? [setPrivacy(ctx, filesOf(postId), false)] : [];
  // The media come before the post: `requireChange` cannot check them after a write to `posts`.
  await commit(
    ctx,
    [requireActive(ctx, actor.userId), ...taken, ctx.db.insert(posts).values(row), ...shown, ...opened],
    { refusals: { DEMAND_NOT_MET: () => fileError('UPLOAD_CONFLICT'), ...BANNED_MEANWHILE } },
  );
  // Not by `getPost`: a ban may hide it by now, and it is stored all the same.
  const written = await ctx.db
    .select(postColumns(actor))
    .from(posts)
    .innerJoin(users, eq(users.id, posts.authorId))
    .where(eq(posts.id, postId))
    .get();
  if (!written) throw new Error(`The new post ${postId} is gone`);
  return presentPost(ctx, written);
}

/** For a post without images and videos. Throws VALIDATION_FAILED. */
function requireText(text: string | undefined): void {
  if (text) return;
  throw httpError('VALIDATION_FAILED', {
    message: 'A post needs a text, an image or a video. Add one of them.',
    details: [{ path: 'text', message: text === undefined ? IS_REQUIRED : 'must not be empty' }],
  });
}

/**
 * Keeps fields that are not sent; a new text sets `editedAt`. Throws as `getPost` does, NOT_YOUR_POST,
 * POST_UNDER_REVIEW, ACCOUNT_BANNED.
 */
export async function changePost(
  ctx: Context,
  actor: Actor,
  postId: string,
  { text, visibility }: z.output<typeof PostChanges>,
): Promise<z.input<typeof Post>> {
  const row = await getPost(ctx, actor, postId);
  if (row.post.authorId !== actor.userId) throw contentError('NOT_YOUR_POST');
  if (row.post.hiddenAt !== null) throw contentError('POST_UNDER_REVIEW');
  if (text !== undefined && row.media === NO_MEDIA) requireText(text);
  const changes = {
    ...(text === undefined || text === row.post.text ? {} : { text, editedAt: ctx.now() }),
    ...(visibility === undefined || visibility === row.post.visibility ? {} : { visibility }),
  };
  if (Object.keys(changes).length === 0) return presentPost(ctx, row);
  const update = ctx.db
    .update(posts)
    .set(changes)
    .where(and(eq(posts.id, postId), isNull(posts.removedAt), isNull(posts.hiddenAt)));
  const files = changes.visibility ? [setPrivacy(ctx, filesOf(postId), changes.visibility !== 'public')] : [];
  await commit(ctx, [requireActive(ctx, actor.userId), update, requireChange(ctx), ...files], {
    refusals: { DEMAND_NOT_MET: () => contentError('POST_NOT_FOUND'), ...BANNED_MEANWHILE },
  });
  return presentPost(ctx, { ...row, post: { ...row.post, ...changes } });
}

/**
 * Deletes a post; its author and staff may. Staff decide with it, so its author can appeal. Throws as `getPost` does,
 * NOT_YOUR_POST, OUT_OF_YOUR_REACH.
 */
export async function removePost(ctx: Context, actor: Actor, postId: string): Promise<void> {
  const { post } = await getPost(ctx, actor, postId);
  if (post.authorId !== actor.userId) return removePostAsStaff(ctx, actor, post);
  const media = await ctx.db.select({ key: postMedia.key }).from(postMedia).where(eq(postMedia.postId, postId));
  const forgotten = media.map(({ key }) => forgetMedia(ctx, key));
  await commit(
    ctx,
    [
      hidePosts(ctx, [postId]),
      requireChange(ctx),
      withdrawAbout(ctx, [postId]),
      ctx.db.delete(postMedia).where(eq(postMedia.postId, postId)),
      ...forgotten.map(({ statement }) => statement),
    ],
    {
      events: [...forgotten.map(({ event }) => event), { kind: 'task', task: { type: 'clear-post', postId } }],
      refusals: { DEMAND_NOT_MET: () => contentError('POST_NOT_FOUND') },
    },
  );
}

/** Keeps it for as long as its author may appeal. */
async function removePostAsStaff(ctx: Context, actor: Actor, post: PostRow): Promise<void> {
  if (!staffCan(actor.staff, 'canDeleteMessages')) throw contentError('NOT_YOUR_POST');
  const { id, authorId, text, visibility } = post;
  if (!(await staffReaches(ctx, actor, authorId))) throw contentError('OUT_OF_YOUR_REACH');
  const isRemoved = await removeAsStaff(ctx, {
    ...{ staffId: actor.userId, subjectId: authorId, target: { type: 'post', id }, text },
    log: { action: 'post.delete', targetType: 'post', before: { authorId, text, visibility } },
    isThere: sql`EXISTS (SELECT 1 FROM posts WHERE id = ${id} AND removed_at IS NULL)`,
    statements: keepRemovedPost(ctx, id, ctx.now() + KEPT_MS),
  });
  if (!isRemoved) throw contentError('POST_NOT_FOUND');
}
