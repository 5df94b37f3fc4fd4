/** Following creators. Nobody follows twice, follows themselves or follows across a block. Triggers keep the counts. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { noticeTo } from '@/contracts/notification-data';
import { commitIfMet, requireChange } from '@/db/commit';
import { int } from '@/db/sql';
import { withdrawFollow } from '@/domains/base/notifications/withdraw';
import { users } from '@/domains/base/users/tables';
import { followsCreator } from '@/domains/base/visibility/members';
import { isStaying, isStayingCreator, noBlockBetween } from '@/domains/base/visibility/people';
import { shownTo } from '@/domains/base/visibility/regions';
import { relationChanged } from '@/domains/live/rooms/open-rooms';
import type { Actor } from '@/shared/actor';
import { socialError } from './errors';
import { follows, formerFollows } from './tables';

/**
 * Idempotent. Notifies the creator only the first time, not when the user unfollows and follows again. Throws
 * USER_NOT_FOUND, NOT_A_CREATOR, NOT_ONESELF.
 */
export async function followCreator(ctx: Context, follower: Actor, creatorId: string): Promise<void> {
  const followerId = follower.userId;
  if (followerId === creatorId) throw socialError('NOT_ONESELF');
  const creator = await ctx.db
    .select({
      creatorStatus: users.creatorStatus,
      isFollowed: followsCreator(followerId, users.id),
      wasFollowed: sql<number>`EXISTS (
        SELECT 1 FROM former_follows WHERE follower_id = ${followerId} AND creator_id = users.id)`,
    })
    .from(users)
    .where(and(eq(users.id, creatorId), isStaying(), noBlockBetween(followerId, users.id), shownTo(follower)))
    .get();
  if (!creator) throw socialError('USER_NOT_FOUND');
  if (creator.creatorStatus !== 'APPROVED') throw socialError('NOT_A_CREATOR');
  if (creator.isFollowed === 1) return;
  const events = await relationChanged(ctx, { userId: followerId, creatorId });
  if (creator.wasFollowed === 0) events.push(noticeTo(creatorId, 'follower', { userId: followerId }));
  await commitIfMet(ctx, [follow(ctx, followerId, creatorId), requireChange(ctx)], { events });
}

/** Idempotent. Also withdraws the "new follower" notification. */
export async function unfollowCreator(ctx: Context, followerId: string, creatorId: string): Promise<void> {
  const events = await relationChanged(ctx, { userId: followerId, creatorId });
  const ended = [withdrawFollow(ctx, followerId, creatorId), ...endFollow(ctx, followerId, creatorId)];
  await commitIfMet(ctx, [...ended, requireChange(ctx)], { events });
}

/** Changes no row if the user is no longer a creator or is leaving, or if a block was added meanwhile. */
export function follow(ctx: Context, followerId: string, creatorId: string): Statement {
  return ctx.db.run(sql`
    INSERT INTO follows (follower_id, creator_id, created_at)
    SELECT ${followerId}, id, ${int(ctx.now())} FROM ${users}
    WHERE id = ${creatorId} AND ${isStayingCreator()}
      AND ${noBlockBetween(followerId, users.id)}
    ON CONFLICT DO NOTHING`);
}

/** Records the follow as a former one, then deletes it. The last statement changes a row if there was a follow. */
export function endFollow(ctx: Context, followerId: string, creatorId: string): Statement[] {
  const isPair = and(eq(follows.followerId, followerId), eq(follows.creatorId, creatorId));
  return [
    ctx.db
      .insert(formerFollows)
      .select(
        ctx.db.select({ followerId: follows.followerId, creatorId: follows.creatorId }).from(follows).where(isPair),
      )
      .onConflictDoNothing(),
    ctx.db.delete(follows).where(isPair),
  ];
}
