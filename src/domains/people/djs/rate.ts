/**
 * Ratings of DJs by users who listened for a minute or more. One for each DJ and user, which can be changed and taken
 * back. Triggers keep the sum and the count, so they are exact whatever happens at once.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { profileVisibleTo, whileActive } from '@/domains/base/visibility/people';
import { streamListeners } from '@/domains/live/rooms/tables';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { isApproved } from '@/domains/people/creators/approved';
import type { Actor } from '@/shared/actor';
import { djError } from './errors';
import { averageOf } from './rating-average';
import type { DjRating } from './schemas';
import { djProfiles, djRatings } from './tables';

/** Idempotent. Replaces an earlier rating. Throws DJ_NOT_FOUND, NOT_YOURSELF, LISTEN_FIRST. */
export async function rateDj(
  ctx: Context,
  actor: Actor,
  djId: string,
  rating: number,
): Promise<z.input<typeof DjRating>> {
  if (djId === actor.userId) throw djError('NOT_YOURSELF');
  const dj = await findDj(ctx, actor, djId);
  if (!dj || dj.visible === 0) throw djError('DJ_NOT_FOUND');
  // A listener who rated may change it, even when the year for which we know that they listened is over.
  if (dj.listened === 0 && dj.rated === 0) throw djError('LISTEN_FIRST');
  const now = int(ctx.now());
  // Checks again: someone may have been blocked since the look-up.
  const visible = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${and(eq(users.id, djId), isApproved('dj'), profileVisibleTo(actor))})`;
  const results = await commit(
    ctx,
    [
      requireThat(ctx, whileActive(actor.userId, visible)),
      ctx.db.run(sql`
        INSERT INTO dj_ratings (dj_id, user_id, rating, created_at, updated_at)
        VALUES (${djId}, ${actor.userId}, ${int(rating)}, ${now}, ${now})
        ON CONFLICT (dj_id, user_id) DO UPDATE SET rating = excluded.rating, updated_at = excluded.updated_at
        WHERE rating <> excluded.rating`),
      scoreQuery(ctx, djId),
    ],
    { refusals: { DEMAND_NOT_MET: () => djError('DJ_NOT_FOUND'), ...BANNED_MEANWHILE } },
  );
  return { ...presentScore(results.at(-1)), yourRating: rating };
}

/** Idempotent. Works for whoever rated the DJ, whether or not they can still see them. Throws DJ_NOT_FOUND. */
export async function takeRatingBack(ctx: Context, actor: Actor, djId: string): Promise<z.input<typeof DjRating>> {
  const dj = await findDj(ctx, actor, djId);
  if (!dj || (dj.rated === 0 && dj.visible === 0)) throw djError('DJ_NOT_FOUND');
  const results = await commit(ctx, [
    ctx.db.delete(djRatings).where(and(eq(djRatings.djId, djId), eq(djRatings.userId, actor.userId))),
    scoreQuery(ctx, djId),
  ]);
  return { ...presentScore(results.at(-1)), yourRating: null };
}

function findDj(ctx: Context, actor: Actor, djId: string) {
  return ctx.db
    .select({
      visible: flag(and(isApproved('dj'), profileVisibleTo(actor))),
      listened: sql<number>`EXISTS (
        SELECT 1 FROM ${streamListeners} WHERE user_id = ${actor.userId} AND creator_id = ${djId})`,
      rated: sql<number>`EXISTS (SELECT 1 FROM ${djRatings} WHERE dj_id = ${djId} AND user_id = ${actor.userId})`,
    })
    .from(users)
    .where(eq(users.id, djId))
    .get();
}

function flag(condition: SQL | undefined): SQL<number> {
  return sql<number>`iif(${condition ?? sql`true`}, 1, 0)`;
}

function scoreQuery(ctx: Context, djId: string) {
  const { ratingSum, ratingCount } = djProfiles;
  return ctx.db.select({ ratingSum, ratingCount }).from(djProfiles).where(eq(djProfiles.userId, djId));
}

type Score = Awaited<ReturnType<typeof scoreQuery>>;

function presentScore(result: unknown) {
  const [row] = result as Score; // the batch answers its last statement, `scoreQuery`
  return averageOf(row?.ratingSum ?? 0, row?.ratingCount ?? 0);
}
