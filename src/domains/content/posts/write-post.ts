/**
 * Writes, edits and deletes posts. A post and its files are created in one batch. A deleted post is hidden at once; its
 * files are deleted after the commit, and a task deletes its likes and comments, which may be a million.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { setPrivacy } from '@/domains/base/media/access';
import { fileError } from '@/domains/base/media/errors';
import { counted } from '@/domains/base/media/file-content';
import { receiveForm } from '@/domains/base/media/form';
import { forgetMedia } from '@/domains/base/media/store';
import { withdrawAbout } from '@/domains/base/notifications/withdraw';
import { logStaff } from '@/domains/base/permissions/log';
import { staffCan } from '@/domains/base/permissions/permissions';
import { staffReaches } from '@/domains/base/permissions/reach';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { contentError } from './errors';
import { getPost } from './find-post';
import { hidePosts } from './hide';
import { presentPost } from './present';
import { NewPostFields, POST_MEDIA_MAX, type Post, type PostChanges } from './schemas';
import { postMedia, posts } from './tables';
import { claimVideos, takeFile } from './take-media';

/** For all files of a form: fits one video and nine images of the largest size. */
const POST_FORM_BYTES_MAX = 300 * 1_048_576;

/** The post shows the form's files in their order, then the uploads. Throws the errors of forms, files and uploads. */
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
  if (files.length + mediaUploadIds.length > POST_MEDIA_MAX)
    throw invalid('files', `a post has at most ${POST_MEDIA_MAX} files`);
  const media = [...files, ...(await claimVideos(ctx, actor.userId, mediaUploadIds))];
  const postId = newId();
  const row = { id: postId, authorId: actor.userId, text, visibility, createdAt: ctx.now() };
  const taken = media.flatMap(({ statements }) => statements);
  const shown = media.map(({ key, contentType, width, height }, index) =>
    ctx.db.insert(postMedia).values({ postId, position: index + 1, key, contentType, width, height }),
  );
  const opened = visibility === 'public' && media.length > 0 ? [setPrivacy(ctx, filesOf(postId), false)] : [];
  // The media come first: `requireChange` cannot check them after a write to `posts`.
  await commit(ctx, [...taken, ctx.db.insert(posts).values(row), ...shown, ...opened], {
    refusals: { DEMAND_NOT_MET: () => fileError('UPLOAD_CONFLICT') },
  });
  return presentPost(ctx, await getPost(ctx, actor, postId));
}

/** A SELECT of the keys of a post's files. */
function filesOf(postId: string): SQL {
  return sql`SELECT key FROM post_media WHERE post_id = ${postId}`;
}

/** Keeps fields that are not sent; a new text sets `editedAt`. Throws as `getPost` does, NOT_YOUR_POST. */
export async function changePost(
  ctx: Context,
  actor: Actor,
  postId: string,
  { text, visibility }: z.output<typeof PostChanges>,
): Promise<z.input<typeof Post>> {
  const row = await getPost(ctx, actor, postId);
  if (row.post.authorId !== actor.userId) throw contentError('NOT_YOUR_POST');
  const changes = {
    ...(text === undefined || text === row.post.text ? {} : { text, editedAt: ctx.now() }),
    ...(visibility === undefined || visibility === row.post.visibility ? {} : { visibility }),
  };
  if (Object.keys(changes).length === 0) return presentPost(ctx, row);
  const update = ctx.db
    .update(posts)
    .set(changes)
    .where(and(eq(posts.id, postId), isNull(posts.removedAt)));
  const files = changes.visibility ? [setPrivacy(ctx, filesOf(postId), changes.visibility !== 'public')] : [];
  await commit(ctx, [update, requireChange(ctx), ...files], {
    refusals: { DEMAND_NOT_MET: () => contentError('POST_NOT_FOUND') },
  });
  return presentPost(ctx, { ...row, post: { ...row.post, ...changes } });
}

/** Deletes a post; its author and staff may. Throws as `getPost` does, NOT_YOUR_POST, OUT_OF_YOUR_REACH. */
export async function removePost(ctx: Context, actor: Actor, postId: string): Promise<void> {
  const { post } = await getPost(ctx, actor, postId);
  const isOwn = post.authorId === actor.userId;
  if (!isOwn && !staffCan(actor.staff, 'canDeleteMessages')) throw contentError('NOT_YOUR_POST');
  if (!isOwn && !(await staffReaches(ctx, actor, post.authorId))) throw contentError('OUT_OF_YOUR_REACH');
  const media = await ctx.db.select({ key: postMedia.key }).from(postMedia).where(eq(postMedia.postId, postId));
  const forgotten = media.map(({ key }) => forgetMedia(ctx, key));
  const log = logStaff(ctx, {
    staffId: actor.userId,
    action: 'post.delete',
    targetType: 'post',
    targetId: postId,
    subjectId: post.authorId,
    before: { authorId: post.authorId, text: post.text, visibility: post.visibility },
  });
  await commit(
    ctx,
    [
      hidePosts(ctx, [postId]),
      requireChange(ctx),
      withdrawAbout(ctx, [postId]),
      ctx.db.delete(postMedia).where(eq(postMedia.postId, postId)),
      ...forgotten.map(({ statement }) => statement),
      ...(isOwn ? [] : [log]),
    ],
    {
      events: [...forgotten.map(({ event }) => event), { kind: 'task', task: { type: 'clear-post', postId } }],
      refusals: { DEMAND_NOT_MET: () => contentError('POST_NOT_FOUND') },
    },
  );
}
