/** Following creators. One follow a pair, never oneself, never across a block; the database keeps the counts. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, type Statement } from '@/db/commit';
import { users } from '@/domains/users/tables';
import type { OutboxEvent } from '@/queues/messages';
import { socialError } from './errors';
import { listOpenRooms } from './open-rooms';
import { follows } from './tables';
import { noBlockBetween } from './visible';

/** Repeating it changes nothing. Throws USER_NOT_FOUND, NOT_A_CREATOR, NOT_ONESELF. */
export async function followCreator(ctx: Context, followerId: string, creatorId: string): Promise<void> {
  if (followerId === creatorId) throw socialError('NOT_ONESELF');
  const creator = await ctx.db
    .select({ creatorStatus: users.creatorStatus })
    .from(users)
    .where(and(eq(users.id, creatorId), eq(users.status, 'active'), noBlockBetween(followerId, users.id)))
    .get();
  if (!creator) throw socialError('USER_NOT_FOUND');
  if (creator.creatorStatus !== 'APPROVED') throw socialError('NOT_A_CREATOR');
  await commit(ctx, [follow(ctx, followerId, creatorId)], {
    events: await standingChanged(ctx, followerId, creatorId),
  });
}

/** Repeating it changes nothing. */
export async function unfollowCreator(ctx: Context, followerId: string, creatorId: string): Promise<void> {
  await commit(ctx, [unfollow(ctx, followerId, creatorId)], {
    events: await standingChanged(ctx, followerId, creatorId),
  });
}

/** Changes nothing where the creator is none (any more) or a block stands between: it may have come since it was asked. */
export function follow(ctx: Context, followerId: string, creatorId: string): Statement {
  return ctx.db.run(sql`
    INSERT INTO follows (follower_id, creator_id, created_at)
    SELECT ${followerId}, id, CAST(${ctx.now()} AS INTEGER) FROM users
    WHERE id = ${creatorId} AND creator_status = 'APPROVED' AND status = 'active'
      AND ${noBlockBetween(followerId, users.id)}
    ON CONFLICT DO NOTHING`);
}

export function unfollow(ctx: Context, followerId: string, creatorId: string): Statement {
  return ctx.db.delete(follows).where(and(eq(follows.followerId, followerId), eq(follows.creatorId, creatorId)));
}

async function standingChanged(ctx: Context, userId: string, creatorId: string): Promise<OutboxEvent[]> {
  const rooms = await listOpenRooms(ctx, [creatorId]);
  return rooms
    .filter(({ status }) => status === 'live')
    .map(({ roomId }) => ({ kind: 'room', roomId, command: { type: 'standing-changed', userId } }));
}
