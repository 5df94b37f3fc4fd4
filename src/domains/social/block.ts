/**
 * Blocking: both are out of each other's sight, what either was told of the other is withdrawn, neither follows the
 * other any more, and either leaves the other's open rooms, in one commit.
 */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, type Statement } from '@/db/commit';
import { denyEachOthersVideo } from '@/domains/channels/video-denials';
import { withdrawBetween } from '@/domains/notifications/withdraw';
import { users } from '@/domains/users/tables';
import type { OutboxEvent } from '@/queues/messages';
import { socialError } from './errors';
import { endFollow } from './follow';
import { listOpenRooms } from './open-rooms';
import { blocks } from './tables';

/** Repeating it changes nothing. Throws USER_NOT_FOUND, NOT_ONESELF. */
export async function blockUser(ctx: Context, blockerId: string, blockedId: string): Promise<void> {
  if (blockerId === blockedId) throw socialError('NOT_ONESELF');
  const user = await ctx.db.select({ status: users.status }).from(users).where(eq(users.id, blockedId)).get();
  if (!user || user.status === 'deleted') throw socialError('USER_NOT_FOUND');
  const statements = [
    block(ctx, blockerId, blockedId),
    denyEachOthersVideo(ctx, blockerId, blockedId),
    ...endFollow(ctx, blockerId, blockedId),
    ...endFollow(ctx, blockedId, blockerId),
    ...withdrawBetween(ctx, blockerId, blockedId),
  ];
  const rest: OutboxEvent = { kind: 'task', task: { type: 'withdraw-between', one: blockerId, other: blockedId } };
  await commit(ctx, statements, { events: [...(await partingEvents(ctx, blockerId, blockedId)), rest] });
}

/** Repeating it changes nothing; follows do not come back, nor does what was told. */
export async function unblockUser(ctx: Context, blockerId: string, blockedId: string): Promise<void> {
  await commit(ctx, [unblock(ctx, blockerId, blockedId)], { events: await standingEvents(ctx, blockerId, blockedId) });
}

export function block(ctx: Context, blockerId: string, blockedId: string): Statement {
  return ctx.db.insert(blocks).values({ blockerId, blockedId, createdAt: ctx.now() }).onConflictDoNothing();
}

export function unblock(ctx: Context, blockerId: string, blockedId: string): Statement {
  return ctx.db.delete(blocks).where(and(eq(blocks.blockerId, blockerId), eq(blocks.blockedId, blockedId)));
}

/** The rooms read the standing again and drop who is blocked; LiveKit has to be told by itself. */
async function partingEvents(ctx: Context, one: string, other: string): Promise<OutboxEvent[]> {
  const rooms = await listOpenRooms(ctx, [one, other]);
  return rooms.flatMap(({ roomId, videoRoom, creatorId, status }) => {
    const userId = creatorId === one ? other : one;
    const room: OutboxEvent = { kind: 'room', roomId, command: { type: 'standing-changed', userId } };
    return status === 'live'
      ? [room, { kind: 'remove-participant', roomId: videoRoom, identity: userId, at: ctx.now() }]
      : [room];
  });
}

async function standingEvents(ctx: Context, one: string, other: string): Promise<OutboxEvent[]> {
  const events = await partingEvents(ctx, one, other);
  return events.filter(({ kind }) => kind === 'room');
}
