/**
 * Turns ordered post ids into wire posts: one statement loads posts, authors, media and the reader's likes, and applies
 * the visibility rules, for any number of ids.
 */

import type { z } from '@hono/zod-openapi';
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cacheableMediaUrl, mediaUrl } from '@/domains/base/media/keys';
import { type CardRow, cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { visiblePosts } from '@/domains/base/visibility/posts';
import type { Viewer } from '@/shared/actor';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { Post } from './schemas';
import { type PostRow, posts } from './tables';

interface MediaRow {
  readonly position: number;
  readonly key: string;
  readonly contentType: string;
  readonly width: number | null;
  readonly height: number | null;
}

export interface FoundPost {
  readonly post: PostRow;
  readonly author: CardRow;
  /** JSON of `MediaRow[]`. */
  readonly media: string;
  readonly liked: number;
}

/** For `posts` joined with `users` as the author. */
export function postColumns(viewer: Viewer) {
  return {
    post: posts,
    author: cardColumnsFor(viewer),
    media: sql<string>`(SELECT json_group_array(json_object('position', position, 'key', key,
        'contentType', content_type, 'width', width, 'height', height))
      FROM post_media WHERE post_media.post_id = posts.id)`.as('media'),
    liked: likedBy(viewer, sql`SELECT 1 FROM post_likes WHERE post_likes.post_id = posts.id AND post_likes.user_id =`),
  };
}

/** @param like a SELECT of the like that ends where the user id belongs */
export function likedBy(viewer: Viewer, like: SQL) {
  return (viewer?.kind === 'user' ? sql<number>`EXISTS (${like} ${viewer.userId})` : sql<number>`0`).as('liked');
}

export async function presentPost(
  ctx: Context,
  { post, author, media, liked }: FoundPost,
): Promise<z.input<typeof Post>> {
  const files = JSON.parse(media) as MediaRow[]; // written by postColumns
  // Files of a post that is hidden or not public can be fetched only by a signed URL.
  const urlOf = (key: string) =>
    post.visibility === 'public' && post.hiddenAt === null ? mediaUrl(ctx.config, key) : cacheableMediaUrl(ctx, key);
  return {
    id: post.id,
    authorId: post.authorId,
    author: presentCard(author),
    text: post.text,
    visibility: post.visibility,
    media: await Promise.all(
      files
        .toSorted((a, b) => a.position - b.position)
        .map(async ({ key, contentType, width, height }) => ({
          type: contentType.startsWith('video/') ? ('video' as const) : ('image' as const),
          url: await urlOf(key),
          contentType,
          width,
          height,
        })),
    ),
    likeCount: post.likeCount,
    commentCount: post.commentCount,
    liked: liked === 1,
    createdAt: toIso(post.createdAt),
    editedAt: toIsoOrNull(post.editedAt),
    ...(post.hiddenAt === null ? {} : { hidden: true as const }),
  };
}

/** Keeps the order of the ids. Leaves out posts that were deleted meanwhile or that this reader may not see. */
export async function hydratePosts(
  ctx: Context,
  viewer: Viewer,
  ids: readonly string[],
): Promise<z.input<typeof Post>[]> {
  if (ids.length === 0) return [];
  const rows = await ctx.db
    .select(postColumns(viewer))
    .from(sql`json_each(${JSON.stringify(ids)}) skeleton`)
    .innerJoin(posts, sql`posts.id = skeleton.value`)
    .innerJoin(users, eq(users.id, posts.authorId))
    .where(visiblePosts(viewer));
  const byId = new Map(rows.map((row) => [row.post.id, row]));
  const shown = ids.flatMap((id) => byId.get(id) ?? []);
  return Promise.all(shown.map((row) => presentPost(ctx, row)));
}
