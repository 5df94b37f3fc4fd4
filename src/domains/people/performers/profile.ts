/** A performer's page, which anyone may see, and what only the performer sees of it. */
import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
import { changeStage, enterStage, isOnStage } from '@/domains/base/users/stage';
import { users } from '@/domains/base/users/tables';
import { profileVisibleTo } from '@/domains/base/visibility/people';
import { requireActive } from '@/domains/people/auth/active';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { isApproved } from '@/domains/people/creators/approved';
import { creatorBio, stagePageBio } from '@/domains/people/creators/bio';
import { creatorProfiles } from '@/domains/people/creators/tables';
import { totalEarnings } from '@/domains/people/profiles/total-earnings';
import type { Actor, Viewer } from '@/shared/actor';
import { performerError } from './errors';
import { renamed } from './follow-name';
import { privacyOf, privacyQueries } from './privacy';
import type { PerformerProfile, PerformerProfileRequest } from './schemas';
import { namesQuery } from './stage-names';
import { performerPrivacy } from './tables';

type Page = z.input<typeof PerformerProfile>;

/** Only approved performers have a page. Throws PERFORMER_NOT_FOUND, also if the reader may not see them. */
export async function getPerformerProfile(ctx: Context, viewer: Viewer, id: string): Promise<Page> {
  if (viewer?.kind === 'user' && viewer.userId === id) return (await readOwn(ctx, viewer)).page;
  const [page] = await pageQuery(ctx, viewer, id);
  if (!page) throw performerError('PERFORMER_NOT_FOUND');
  return page;
}

/** One batch: the performer's own page, the names that everyone sees, and the bio without one of the stage. */
async function readOwn(ctx: Context, actor: Actor) {
  const { userId } = actor;
  const [[page], [names], [account], regions, chosen] = await ctx.db.batch([
    pageQuery(ctx, actor, userId),
    namesQuery(ctx, userId),
    ctx.db
      .select({
        diamonds: totalEarnings(users.id).as('earned'),
        bio: sql<string>`CASE WHEN ${isOnStage} THEN '' ELSE ${creatorBio} END`.as('account_bio'),
      })
      .from(users)
      .leftJoin(creatorProfiles, eq(creatorProfiles.userId, users.id))
      .where(eq(users.id, userId)),
    ...privacyQueries(ctx, userId),
  ]);
  if (!page || !names) throw performerError('PERFORMER_NOT_FOUND');
  const own: Page = {
    ...page,
    stageHandle: names.stageHandle,
    privacySettings: privacyOf(regions, chosen),
    totalEarnings: account?.diamonds ?? 0,
  };
  return { page: own, names, accountBio: account?.bio ?? '' };
}

function pageQuery(ctx: Context, viewer: Viewer, userId: string) {
  return ctx.db
    .select({
      id: users.id,
      userId: sql<string>`users.id`.as('user_id'),
      stageName: sql<string>`coalesce(users.stage_name, users.display_name)`.as('stage_name'),
      bio: stagePageBio.as('shown_bio'),
      avatarUrl: users.avatarUrl,
      followers: users.followerCount,
    })
    .from(users)
    .leftJoin(creatorProfiles, eq(creatorProfiles.userId, users.id))
    .where(and(eq(users.id, userId), isApproved('performer'), profileVisibleTo(viewer)));
}

/**
 * Omitted fields keep their value. While anonymous mode is on, everyone sees the new names at once. Throws
 * PERFORMER_NOT_FOUND, STAGE_HANDLE_TAKEN, STAGE_NAME_NEEDED, ACCOUNT_BANNED.
 */
export async function changePerformerProfile(
  ctx: Context,
  actor: Actor,
  request: z.output<typeof PerformerProfileRequest>,
): Promise<Page> {
  const { userId } = actor;
  const { page, names, accountBio } = await readOwn(ctx, actor);
  const { stageName = names.stageName, stageHandle = names.stageHandle, bio = names.stageBio } = request;
  const isRenamed = stageName !== names.stageName || stageHandle !== names.stageHandle;
  if (!isRenamed && bio === names.stageBio) return page;
  const changes = { stageName: request.stageName, stageHandle: request.stageHandle, stageBio: request.bio };
  // Anonymous mode from before there were stage names begins to show them.
  const isAnonymous = sql`EXISTS (SELECT 1 FROM ${performerPrivacy} chosen
    WHERE chosen.user_id = ${userId} AND chosen.anonymous_mode = 1)`;
  const isOffStage = sql`NOT EXISTS (SELECT 1 FROM ${users} WHERE users.id = ${userId} AND ${isOnStage})`;
  const mayBeNameless = stageName === null ? [requireThat(ctx, isOffStage)] : [];
  const statements = [...mayBeNameless, changeStage(ctx, userId, changes), enterStage(ctx, userId, isAnonymous)];
  await commit(ctx, [requireActive(ctx, userId), ...statements], {
    // Also while anonymous mode is off: it may have been turned on since.
    events: isRenamed ? renamed(userId, names.displayName) : [],
    refusals: {
      DEMAND_NOT_MET: () => performerError('STAGE_NAME_NEEDED'),
      'users.username': () => performerError('STAGE_HANDLE_TAKEN'),
      'users.stage_handle': () => performerError('STAGE_HANDLE_TAKEN'),
      ...BANNED_MEANWHILE,
    },
  });
  return { ...page, stageName: stageName ?? names.displayName, stageHandle, bio: bio ?? accountBio };
}
