/**
 * A reader's own feed: posts of the last 30 days by creators they follow or subscribe to, newest first, then trending
 * posts by everyone else. It takes at most five statements. For readers of many creators it filters a window of the
 * newest posts. If that window yields too little, or the reader has few creators, it merges the creators' own lists.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int, literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { isMemberOf, isOpenSubscription, subscribes, tiesOf } from '@/domains/base/visibility/members';
import { authorVisibleTo } from '@/domains/base/visibility/posts';
import { hydratePosts } from '@/domains/content/posts/present';
import { posts } from '@/domains/content/posts/tables';
import { subscriptions } from '@/domains/money/subscriptions/tables';
import { decodeCursor, encodeCursor } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { firstIdAt } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';
import { trendingPosts } from './lists';
import { FeedPosition } from './schemas';
import { readWindow, type Walked, type WalkStep } from './walk';

const LIST = 'content.feed';
const FOLLOWED_FOR_MS = 30 * DAY_MS;
/** The most creators whose posts are merged: those who posted most recently. */
const MERGED_CREATORS_MAX = 500;
/** Creators are taken from this many latest follows, and from this many latest subscriptions. */
const TIES_READ_MAX = 2_000;
/** Up to this many creators per post of a page, their lists are merged without trying a window first. */
const FEW_CREATORS_FACTOR = 5;
/** Posts read in the window, per post of a page. */
const WALK_FACTOR = 10;
const RECOMMENDED_WINDOW_FACTOR = 5;

type Followed = Pick<Walked, 'steps' | 'after'>;

/** Throws CURSOR_INVALID. */
export async function listFeed(ctx: Context, actor: Actor, query: { cursor?: string | undefined; perPage: number }) {
  const { perPage } = query;
  const position = query.cursor === undefined ? undefined : decodeCursor(LIST, FeedPosition, query.cursor);
  const followed: Followed =
    position?.[0] === 'recommended'
      ? { steps: [], after: null }
      : await listFollowed(ctx, actor, position?.[1], perPage);
  const ids = followed.steps.map(({ id }) => id);
  if (followed.after || ids.length === perPage) {
    const nextCursor = encodeCursor(LIST, followed.after ? ['followed', followed.after.id] : ['recommended']);
    return { items: await hydratePosts(ctx, actor, ids), pagination: { nextCursor, perPage } };
  }
  const [, score, id] = position?.[0] === 'recommended' ? position : [];
  const above = score === undefined || id === undefined ? undefined : { score, id };
  const { steps, after } = await listRecommended(ctx, actor, above, perPage - ids.length);
  return {
    items: await hydratePosts(ctx, actor, [...ids, ...steps.map((step) => step.id)]),
    pagination: { nextCursor: after && encodeCursor(LIST, ['recommended', after.score, after.id]), perPage },
  };
}

async function listFollowed(
  ctx: Context,
  { userId }: Actor,
  before: string | undefined,
  perPage: number,
): Promise<Followed> {
  const reader = await ctx.db
    .select({
      following: users.followingCount,
      subscribed: sql<number>`(SELECT count(*) FROM (SELECT 1 FROM ${subscriptions}
        WHERE subscriber_id = ${userId} AND ${isOpenSubscription()} LIMIT ${literal(MERGED_CREATORS_MAX + 1)}))`,
    })
    .from(users)
    .where(eq(users.id, userId))
    .get();
  // An upper bound: a creator who is both followed and subscribed to counts twice.
  const creatorCount = reader ? reader.following + reader.subscribed : 0;
  if (creatorCount === 0) return { steps: [], after: null };
  const range = { since: firstIdAt(ctx.now() - FOLLOWED_FOR_MS), before: before ?? BEYOND_ALL_IDS };
  if (creatorCount > FEW_CREATORS_FACTOR * perPage) {
    const walked = await walkFollowed(ctx, userId, range, perPage);
    if (!walked.cutShort || walked.steps.length === perPage) return walked;
  }
  return mergeFollowed(ctx, userId, creatorCount, range, perPage);
}

interface Range {
  /** Ids; both ends are exclusive. */
  readonly since: string;
  readonly before: string;
}

const BEYOND_ALL_IDS = 'g';

/** Filters the newest posts until a page is full. Cheap if the reader follows many creators, since most posts match. */
function walkFollowed(ctx: Context, userId: string, { since, before }: Range, perPage: number): Promise<Walked> {
  return readWindow(ctx, {
    candidates: sql`
      SELECT id, author_id, visibility, 0 AS score FROM ${posts} INDEXED BY posts_by_time
      WHERE removed_at IS NULL AND id > ${since} AND id < ${before}
      ORDER BY id DESC`,
    keep: sql`${isMemberOf(userId, sql`walked.author_id`)}
      AND ${authorVisibleTo(undefined, sql`walked.author_id`)}
      AND (walked.visibility <> 'subscribers' OR ${subscribes(userId, sql`walked.author_id`)})`,
    perPage,
    windowMax: WALK_FACTOR * perPage,
  });
}

/**
 * Merges the followed creators' lists. SQLite's recursive SELECT with ORDER BY takes the newest post off its queue and
 * adds that creator's next one. The cap on creators loses no post: the newest posts are by those who posted last.
 * Hydration later drops posts by banned authors.
 */
async function mergeFollowed(
  ctx: Context,
  userId: string,
  creatorCount: number,
  { since, before }: Range,
  perPage: number,
): Promise<Followed> {
  const below = (authorId: SQL, id: SQL) =>
    sql`p.author_id = ${authorId} AND p.removed_at IS NULL AND p.id < ${id} AND p.id > ${since} ORDER BY p.id DESC LIMIT 1`;
  const newestBelow = (authorId: SQL, id: SQL) => sql`
    CASE WHEN ${subscribes(userId, authorId)}
      THEN (SELECT p.id FROM ${posts} p INDEXED BY posts_of_author WHERE ${below(authorId, id)})
      ELSE (SELECT p.id FROM ${posts} p INDEXED BY posts_for_followers
        WHERE p.visibility <> 'subscribers' AND ${below(authorId, id)})
    END`;
  const newest = sql`SELECT author_id, ${newestBelow(sql`sources.author_id`, sql`${before}`)} AS id FROM sources`;
  // Sorting costs as much as reading, so the creators are only sorted if the cap applies.
  const first =
    creatorCount > MERGED_CREATORS_MAX
      ? sql`SELECT * FROM (${newest} ORDER BY 2 DESC LIMIT ${int(MERGED_CREATORS_MAX)})`
      : newest;
  const rows = await ctx.db.all<{ id: string | null }>(sql`
    WITH RECURSIVE sources (author_id) AS (
      SELECT DISTINCT creator_id FROM (${tiesOf(userId, TIES_READ_MAX)})
    ), merged (author_id, id) AS (
      ${first}
      UNION ALL
      SELECT author_id, ${newestBelow(sql`merged.author_id`, sql`merged.id`)} FROM merged WHERE id IS NOT NULL
      ORDER BY 2 DESC LIMIT ${int(perPage + 1)}
    )
    SELECT id FROM merged`);
  const found = rows.flatMap(({ id }): WalkStep[] => (id === null ? [] : [{ id, score: 0 }]));
  const steps = found.slice(0, perPage);
  return { steps, after: found.length > perPage ? (steps.at(-1) ?? null) : null };
}

/** Lists trending posts by authors the reader neither follows nor subscribes to, without the reader's own posts. */
function listRecommended(ctx: Context, actor: Actor, above: WalkStep | undefined, wanted: number): Promise<Walked> {
  const author = sql`walked.author_id`;
  return readWindow(ctx, {
    candidates: trendingPosts(above),
    keep: sql`${author} <> ${actor.userId} AND NOT ${isMemberOf(actor.userId, author)} AND ${authorVisibleTo(actor, author)}`,
    perPage: wanted,
    windowMax: RECOMMENDED_WINDOW_FACTOR * wanted,
  });
}
