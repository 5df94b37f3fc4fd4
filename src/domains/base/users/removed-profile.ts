/**
 * Plans what staff do with a profile, as a part of one batch: hide it during a review, remove its texts and avatar so
 * that an appeal can bring them back, and bring them back where the user has not set new ones. Each removal keeps what
 * it took, also from the pages of creators, DJs and performers. A name that was removed is the username, or the stage
 * handle. The avatar's file closes and opens with it.
 */
import { and, eq, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { NOTHING, type Plan } from '@/db/commit';
import { int } from '@/db/sql';
import { setPrivacy } from '@/domains/base/media/access';
import { forgetImage, shownImage } from '@/domains/base/media/shown-image';
import { creatorProfiles } from '@/domains/people/creators/tables';
import { djProfiles } from '@/domains/people/djs/tables';
import { isOnStage, ownDisplayName } from './stage';
import { removedProfiles, users } from './tables';

/** @param until ms */
export function keepRemovedProfile(ctx: Context, userId: string, decisionId: string, until: number): Plan {
  return {
    statements: [
      ctx.db.run(sql`
        INSERT INTO removed_profiles
          (decision_id, user_id, display_name, bio, avatar_url, links, kept_until, stage_name, stage_bio,
            creator_bio, genres)
        SELECT ${decisionId}, id, ${ownDisplayName}, bio, avatar_url, links, ${int(until)}, stage_name, stage_bio,
          (SELECT creator.bio FROM ${creatorProfiles} creator WHERE creator.user_id = users.id),
          (SELECT dj.genres FROM ${djProfiles} dj WHERE dj.user_id = users.id)
        FROM users WHERE id = ${userId} AND status <> 'deleted' ON CONFLICT DO NOTHING`),
      setAvatarPrivacy(ctx, userId, true),
      ctx.db
        .update(users)
        .set({
          displayName: sql`username`,
          bio: '',
          avatarUrl: null,
          links: [],
          stageName: sql`stage_handle`,
          stageBio: null,
          hiddenAt: null,
          updatedAt: ctx.now(),
        })
        .where(and(eq(users.id, userId), sql`status <> 'deleted'`)),
    ],
    events: [{ kind: 'user-changed', userId }],
  };
}

/** Brings back what this decision removed, and only that. Deletes its avatar if the user has set another. */
export async function returnProfile(ctx: Context, userId: string, decisionId: string): Promise<Plan> {
  const kept = await ctx.db.select().from(removedProfiles).where(eq(removedProfiles.decisionId, decisionId)).get();
  if (!kept) return NOTHING;
  const unused = forgetAvatar(ctx, kept);
  return {
    statements: [
      ctx.db.run(sql`UPDATE users SET
        display_name = CASE WHEN users.display_name <> users.username THEN users.display_name
          WHEN ${isOnStage} THEN coalesce(kept.stage_name, users.display_name) ELSE kept.display_name END,
        account_display_name = CASE WHEN users.account_display_name = users.account_username THEN kept.display_name
          ELSE users.account_display_name END,
        stage_name = CASE WHEN users.stage_name IS NOT users.stage_handle THEN users.stage_name
          WHEN ${isOnStage} THEN coalesce(kept.stage_name, users.stage_name) ELSE kept.stage_name END,
        stage_bio = coalesce(users.stage_bio, kept.stage_bio),
        bio = CASE WHEN users.bio = '' THEN kept.bio ELSE users.bio END,
        avatar_url = coalesce(users.avatar_url, kept.avatar_url),
        links = CASE WHEN users.links = '[]' THEN kept.links ELSE users.links END,
        updated_at = ${int(ctx.now())}
        FROM removed_profiles AS kept
        WHERE users.id = kept.user_id AND kept.decision_id = ${decisionId} AND status <> 'deleted'`),
      ctx.db.delete(removedProfiles).where(eq(removedProfiles.decisionId, decisionId)),
      openAvatar(ctx, userId),
      ...unused.statements,
    ],
    events: [{ kind: 'user-changed', userId }, ...unused.events],
  };
}

export function hideProfile(ctx: Context, userId: string): Statement[] {
  return [
    ctx.db
      .update(users)
      .set({ hiddenAt: ctx.now() })
      .where(and(eq(users.id, userId), isNull(users.hiddenAt), sql`status <> 'deleted'`)),
    setAvatarPrivacy(ctx, userId, true),
  ];
}

export function unhideProfile(ctx: Context, userId: string): Statement[] {
  return [
    ctx.db
      .update(users)
      .set({ hiddenAt: null })
      .where(and(eq(users.id, userId), isNotNull(users.hiddenAt))),
    openAvatar(ctx, userId),
  ];
}

/** For the end of an account too. Its files are deleted separately. */
export function forgetRemovedProfile(ctx: Context, userId: string): Statement {
  return ctx.db.delete(removedProfiles).where(eq(removedProfiles.userId, userId));
}

/**
 * For a sweep: plans the deletion of what can no longer come back, with its avatars.
 * @param isNeeded a condition on `removed_profiles` that puts it off
 */
export async function clearKeptProfiles(
  ctx: Context,
  { now, isNeeded, limit }: { now: number; isNeeded: SQL; limit: number },
): Promise<Plan & { readonly count: number }> {
  const rows = await ctx.db
    .select()
    .from(removedProfiles)
    .where(sql`kept_until <= ${now} AND NOT ${isNeeded}`)
    .limit(limit);
  if (rows.length === 0) return { ...NOTHING, count: 0 };
  const ids = rows.map(({ decisionId }) => decisionId);
  const avatars = rows.map((row) => forgetAvatar(ctx, row));
  return {
    statements: [
      ctx.db.delete(removedProfiles).where(inArray(removedProfiles.decisionId, ids)),
      ...avatars.flatMap(({ statements }) => statements),
    ],
    events: avatars.flatMap(({ events }) => events),
    count: rows.length,
  };
}

const avatarOf = (ctx: Context, userId: string, which = sql`true`) =>
  shownImage(ctx.config, {
    kind: 'avatar',
    ownerId: userId,
    url: sql`(SELECT avatar_url FROM users WHERE id = ${userId} AND ${which})`,
  });

function setAvatarPrivacy(ctx: Context, userId: string, isPrivate: boolean): Statement {
  return setPrivacy(ctx, avatarOf(ctx, userId), isPrivate);
}

/** Only a profile that is not hidden shows its avatar. */
function openAvatar(ctx: Context, userId: string): Statement {
  return setPrivacy(ctx, avatarOf(ctx, userId, sql`hidden_at IS NULL`), false);
}

function forgetAvatar(ctx: Context, { userId, avatarUrl }: typeof removedProfiles.$inferSelect): Plan {
  if (avatarUrl === null) return NOTHING;
  const isShown = sql`(EXISTS (SELECT 1 FROM users WHERE id = ${userId} AND avatar_url = ${avatarUrl})
    OR EXISTS (SELECT 1 FROM removed_profiles WHERE user_id = ${userId} AND avatar_url = ${avatarUrl}))`;
  return forgetImage(ctx, { kind: 'avatar', ownerId: userId, url: avatarUrl }, isShown);
}
