/**
 * Lists the public feed and the posts of one author: ids from one index range, then hydrated under the visibility
 * rules.
 */

import type { z } from '@hono/zod-openapi';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { userVisibleTo } from '@/domains/base/visibility/people';
import { authorVisibleTo, openTo } from '@/domains/base/visibility/posts';
import { contentError } from '@/domains/content/posts/errors';
import { hydratePosts } from '@/domains/content/posts/present';
import { IdPosition } from '@/domains/content/posts/schemas';
import { posts } from '@/domains/content/posts/tables';
import { decodeCursor, encodeCursor } from '@/http/envelope';
import type { Actor, Viewer } from '@/shared/actor';
import { type CursorQuery, type PublicFeedQuery, ScorePosition } from './schemas';
import { readWindow, type Walked, type WalkStep } from './walk';

/** The most ids read for each post of a page. */
const WINDOW_FACTOR = 5;

type Page = z.output<typeof CursorQuery>;

/** Throws CURSOR_INVALID. */
export function listPublicFeed(ctx: Context, viewer: Viewer, query: z.output<typeof PublicFeedQuery>) {
  return query.sort === 'recent' ? listRecent(ctx, viewer, query) : listTrending(ctx, viewer, query);
}

async function listRecent(ctx: Context, viewer: Viewer, { cursor, perPage }: Page) {
  const list = 'content.recent';
  const candidates = sql`
    SELECT id, author_id, visibility, 0 AS score FROM ${posts} INDEXED BY posts_public
    WHERE visibility = 'public' AND removed_at IS NULL ${before(list, cursor)}
    ORDER BY id DESC`;
  const keep = authorVisibleTo(viewer, sql`walked.author_id`);
  const walked = await readWindow(ctx, { candidates, keep, perPage, windowMax: WINDOW_FACTOR * perPage });
  return presentWalk(ctx, viewer, walked, perPage, ({ id }) => encodeCursor(list, [id]));
}

async function listTrending(ctx: Context, viewer: Viewer, { cursor, perPage }: Page) {
  const list = 'content.trending';
  const position = cursor === undefined ? undefined : decodeCursor(list, ScorePosition, cursor);
  const keep = authorVisibleTo(viewer, sql`walked.author_id`);
  const candidates = trendingPosts(position && { score: position[0], id: position[1] });
  const walked = await readWindow(ctx, { candidates, keep, perPage, windowMax: WINDOW_FACTOR * perPage });
  return presentWalk(ctx, viewer, walked, perPage, ({ score, id }) => encodeCursor(list, [score, id]));
}

/** Candidates for `readWindow`: public posts by their score (see migration 0021), the highest first. */
export function trendingPosts(after: WalkStep | undefined): SQL {
  const below = after ? sql`AND (score, id) < (${int(after.score)}, ${after.id})` : sql``;
  return sql`
    SELECT id, author_id, visibility, score FROM ${posts} INDEXED BY posts_trending
    WHERE visibility = 'public' AND removed_at IS NULL ${below}
    ORDER BY score DESC, id DESC`;
}

/** Lists an author's posts that this reader may see, newest first. Throws CURSOR_INVALID, POST_AUTHOR_NOT_FOUND. */
export async function listPostsOf(ctx: Context, viewer: Viewer, authorId: string, { cursor, perPage }: Page) {
  const list = `content.of.${authorId}`;
  const position = before(list, cursor); // refuses another list's cursor before any query runs
  const author = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, authorId), userVisibleTo(viewer)))
    .get();
  if (!author) throw contentError('POST_AUTHOR_NOT_FOUND');
  const keep = sql`EXISTS (SELECT 1 FROM (SELECT walked.visibility, walked.author_id) posts
    WHERE ${openTo(viewer) ?? sql`1`})`;
  const walked = await readWindow(ctx, {
    candidates: postsOf(authorId, position),
    keep,
    perPage,
    windowMax: WINDOW_FACTOR * perPage,
  });
  return presentWalk(ctx, viewer, walked, perPage, ({ id }) => encodeCursor(list, [id]));
}

/** Lists the actor's own posts of every visibility, newest first. Throws CURSOR_INVALID. */
export async function listOwnPosts(ctx: Context, actor: Actor, { cursor, perPage }: Page) {
  const list = 'content.own';
  const candidates = postsOf(actor.userId, before(list, cursor));
  const walked = await readWindow(ctx, { candidates, keep: sql`1`, perPage, windowMax: perPage + 1 });
  return presentWalk(ctx, actor, walked, perPage, ({ id }) => encodeCursor(list, [id]));
}

function postsOf(authorId: string, position: SQL): SQL {
  return sql`
    SELECT id, author_id, visibility, 0 AS score FROM ${posts} INDEXED BY posts_of_author
    WHERE author_id = ${authorId} AND removed_at IS NULL ${position}
    ORDER BY id DESC`;
}

/** A condition that starts the list below the cursor. Throws CURSOR_INVALID. */
function before(list: string, cursor: string | undefined): SQL {
  return cursor === undefined ? sql`` : sql`AND id < ${decodeCursor(list, IdPosition, cursor)[0]}`;
}

async function presentWalk(
  ctx: Context,
  viewer: Viewer,
  { steps, after }: Walked,
  perPage: number,
  cursorAfter: (step: WalkStep) => string,
) {
  const ids = steps.map(({ id }) => id);
  return {
    items: await hydratePosts(ctx, viewer, ids),
    pagination: { nextCursor: after && cursorAfter(after), perPage },
  };
}
