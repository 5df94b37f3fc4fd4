/** A DJ's profile. Its id is the user's, so it exists from the approval on and never changes. */
import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { differs } from '@/db/differs';
import { changeStage } from '@/domains/base/users/stage';
import { users } from '@/domains/base/users/tables';
import { profileVisibleTo } from '@/domains/base/visibility/people';
import { requireActive } from '@/domains/people/auth/active';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { isApproved } from '@/domains/people/creators/approved';
import { stagePageBio } from '@/domains/people/creators/bio';
import { creatorProfiles } from '@/domains/people/creators/tables';
import { totalEarnings } from '@/domains/people/profiles/total-earnings';
import type { Actor, Viewer } from '@/shared/actor';
import { djError } from './errors';
import { averageOf } from './rating-average';
import type { DjProfile, DjProfileRequest } from './schemas';
import { djProfiles, djRatings } from './tables';

/** One statement. Throws DJ_NOT_FOUND, also if the reader may not see them. */
export async function getDjProfile(ctx: Context, viewer: Viewer, id: string): Promise<z.input<typeof DjProfile>> {
  const readerId = viewer?.kind === 'user' ? viewer.userId : '';
  const row = await ctx.db
    .select({
      id: users.id,
      stageName: sql<string>`coalesce(${users.stageName}, ${users.displayName})`.as('shown_name'),
      bio: stagePageBio.as('shown_bio'),
      genres: djProfiles.genres,
      avatarUrl: users.avatarUrl,
      ratingSum: djProfiles.ratingSum,
      ratingCount: djProfiles.ratingCount,
      yourRating: djRatings.rating,
      followers: users.followerCount,
      earned: id === readerId ? totalEarnings(users.id) : sql<null>`NULL`,
    })
    .from(users)
    .leftJoin(djProfiles, eq(djProfiles.userId, users.id))
    .leftJoin(creatorProfiles, eq(creatorProfiles.userId, users.id))
    .leftJoin(djRatings, and(eq(djRatings.djId, users.id), eq(djRatings.userId, readerId)))
    .where(and(eq(users.id, id), isApproved('dj'), profileVisibleTo(viewer)))
    .get();
  if (!row) throw djError('DJ_NOT_FOUND');
  return {
    id: row.id,
    userId: row.id,
    stageName: row.stageName,
    bio: row.bio,
    genres: [...(row.genres ?? [])],
    avatarUrl: row.avatarUrl,
    ...averageOf(row.ratingSum ?? 0, row.ratingCount ?? 0),
    yourRating: row.yourRating,
    followers: row.followers,
    ...(row.earned === null ? {} : { totalEarnings: row.earned }),
  };
}

/** Omitted fields keep their value. */
export async function changeDjProfile(
  ctx: Context,
  actor: Actor,
  { stageName, bio: stageBio, genres }: z.output<typeof DjProfileRequest>,
): Promise<z.input<typeof DjProfile>> {
  const { userId } = actor;
  const isStageGiven = stageName !== undefined || stageBio !== undefined;
  const statements = [
    ...(isStageGiven ? [changeStage(ctx, userId, { stageName, stageBio })] : []),
    ...(genres ? [putGenres(ctx, userId, genres)] : []),
  ];
  if (statements.length > 0)
    await commit(ctx, [requireActive(ctx, userId), ...statements], { refusals: BANNED_MEANWHILE });
  return getDjProfile(ctx, actor, userId);
}

function putGenres(ctx: Context, userId: string, genres: readonly string[]): Statement {
  const changed = { genres, updatedAt: ctx.now() };
  return ctx.db
    .insert(djProfiles)
    .values({ userId, ...changed })
    .onConflictDoUpdate({ target: djProfiles.userId, set: changed, setWhere: differs(djProfiles, { genres }) });
}
