/**
 * Writing, editing and deleting posts. A post and its files come to be in one batch; a deleted one is out of sight at
 * once, its files leave the store, and a task clears away what may be a million likes.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, demandChange, type Statement } from '@/db/commit';
import { setPrivacy } from '@/domains/media/access';
import { claimUpload } from '@/domains/media/claim-upload';
import { fileError } from '@/domains/media/errors';
import { PICTURES } from '@/domains/media/kinds';
import { forgetMedia, storeImage } from '@/domains/media/store';
import { readUploads } from '@/domains/media/upload';
import { logStaff } from '@/domains/staff/log';
import { staffCan } from '@/domains/staff/permissions';
import { httpError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { contentError } from './errors';
import { getPost } from './find-post';
import { presentPost } from './present';
import { NewPostFields, POST_MEDIA_MAX, type Post, type PostChanges } from './schemas';
import { postMedia, posts } from './tables';

/** Of all pictures of a form: it is held in memory, of which an isolate has 128 MB. */
const FORM_BYTES_MAX = 40 * 1_048_576;

interface Medium {
  readonly key: string;
  readonly contentType: string;
  readonly width?: number;
  readonly height?: number;
  readonly statements: readonly Statement[];
}

/** Throws what an upload may be refused for. */
export async function createPost(ctx: Context, actor: Actor, request: Request): Promise<z.input<typeof Post>> {
  const { files, fields } = await readUploads(request, {
    field: 'files',
    filesMax: POST_MEDIA_MAX,
    bytesMax: PICTURES['post-image'].bytesMax,
    formBytesMax: FORM_BYTES_MAX,
    fields: NewPostFields,
    lists: ['mediaUploadIds'],
  });
  const { text, visibility, mediaUploadIds } = fields;
  if (files.length + mediaUploadIds.length > POST_MEDIA_MAX)
    throw httpError('VALIDATION_FAILED', {
      details: [{ path: 'files', message: `a post has at most ${POST_MEDIA_MAX} files` }],
    });

  const media = await takeMedia(ctx, actor.userId, files, mediaUploadIds);
  const postId = newId();
  const row = { id: postId, authorId: actor.userId, text, visibility, createdAt: ctx.now() };
  const named = media.flatMap(({ key, contentType, width, height, statements }, index) => [
    ...statements,
    ctx.db.insert(postMedia).values({ postId, position: index + 1, key, contentType, width, height }),
  ]);
  const opened = visibility === 'public' && media.length > 0 ? [setPrivacy(ctx, filesOf(postId), false)] : [];
  await commit(ctx, [ctx.db.insert(posts).values(row), ...named, ...opened], {
    refusals: { DEMAND_NOT_MET: () => fileError('UPLOAD_CONFLICT') },
  });
  return presentPost(ctx, await getPost(ctx, actor, postId));
}

/** A SELECT of their keys. */
function filesOf(postId: string): SQL {
  return sql`SELECT key FROM post_media WHERE post_id = ${postId}`;
}

/** Pictures first, in the order of the form, then videos. */
async function takeMedia(
  ctx: Context,
  ownerId: string,
  files: readonly File[],
  uploadIds: readonly string[],
): Promise<Medium[]> {
  // To find that a video is not there costs little, so that is asked first. One picture at a time: each is large.
  const videos: Medium[] = [];
  for (const uploadId of uploadIds) videos.push(await claimUpload(ctx, ownerId, uploadId));
  const pictures: Medium[] = [];
  for (const file of files)
    pictures.push(await storeImage(ctx, ownerId, 'post-image', new Uint8Array(await file.arrayBuffer())));
  return [...pictures, ...videos];
}

/** What is not sent stays; other words mark it as edited. Throws as `getPost` does, NOT_YOUR_POST. */
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
  await commit(ctx, [update, demandChange(ctx), ...files], {
    refusals: { DEMAND_NOT_MET: () => contentError('POST_NOT_FOUND') },
  });
  return presentPost(ctx, { ...row, post: { ...row.post, ...changes } });
}

/** By its author, or by staff. Throws as `getPost` does, NOT_YOUR_POST. */
export async function removePost(ctx: Context, actor: Actor, postId: string): Promise<void> {
  const { post } = await getPost(ctx, actor, postId);
  const isOwn = post.authorId === actor.userId;
  if (!isOwn && !staffCan(actor.staff, 'canDeleteMessages')) throw contentError('NOT_YOUR_POST');
  const media = await ctx.db.select({ key: postMedia.key }).from(postMedia).where(eq(postMedia.postId, postId));
  const forgotten = media.map(({ key }) => forgetMedia(ctx, key));
  const log = logStaff(ctx, {
    staffId: actor.userId,
    action: 'post.delete',
    targetType: 'post',
    targetId: postId,
    before: { authorId: post.authorId, text: post.text, visibility: post.visibility },
  });
  await commit(
    ctx,
    [
      ctx.db
        .update(posts)
        .set({ removedAt: ctx.now() })
        .where(and(eq(posts.id, postId), isNull(posts.removedAt))),
      demandChange(ctx),
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
