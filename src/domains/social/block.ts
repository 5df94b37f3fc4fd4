/**
 * Blocking: both are out of each other's sight, what either was told of the other is withdrawn, neither follows the
 * other any more, and either leaves the other's open rooms, in one commit.
 */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, demandChange, refusalOf, type Statement } from '@/db/commit';
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
    demandChange(ctx),
    ...endFollow(ctx, blockerId, blockedId),
    ...endFollow(ctx, blockedId, blockerId),
    ...withdrawBetween(ctx, blockerId, blockedId),
  ];
  const rest: OutboxEvent = { kind: 'task', task: { type: 'withdraw-between', one: blockerId, other: blockedId } };
  const events = [...(await partingEvents(ctx, blockerId, blockedId)), rest, blockChanged(blockerId, blockedId)];
  await commitChange(ctx, statements, events);
}

/** Repeating it changes nothing; follows do not come back, nor does what was told. */
export async function unblockUser(ctx: Context, blockerId: string, blockedId: string): Promise<void> {
  const events = [...(await standingEvents(ctx, blockerId, blockedId)), blockChanged(blockerId, blockedId)];
  await commitChange(ctx, [unblock(ctx, blockerId, blockedId), demandChange(ctx)], events);
}

export function block(ctx: Context, blockerId: string, blockedId: string): Statement {
  return ctx.db.insert(blocks).values({ blockerId, blockedId, createdAt: ctx.now() }).onConflictDoNothing();
}

export function unblock(ctx: Context, blockerId: string, blockedId: string): Statement {
  return ctx.db.delete(blocks).where(and(eq(blocks.blockerId, blockerId), eq(blocks.blockedId, blockedId)));
}

/** If several run at once, only the one that changed a row sends events. */
async function commitChange(ctx: Context, statements: Statement[], events: OutboxEvent[]): Promise<void> {
  try {
    await commit(ctx, statements, { events });
  } catch (error) {
    if (!refusalOf(error, { DEMAND_NOT_MET: () => socialError('USER_NOT_FOUND') })) throw error;
  }
}

/** For the blocker's own open sockets, and for nobody else's. */
function blockChanged(userId: string, otherId: string): OutboxEvent {
  return { kind: 'block-changed', userId, otherId };
}

/** The rooms read the standing again and drop who is blocked; LiveKit has to be told by itself. */
async function partingEvents(ctx: Context, one: string, other: string): Promise<OutboxEvent[]> {
  const rooms = await listOpenRooms(ctx, [one, other]);
  return rooms.flatMap(({ roomId, channelId, creatorId, status }) => {
    const userId = creatorId === one ? other : one;
    const room: OutboxEvent = { kind: 'room', roomId, command: { type: 'standing-changed', userId } };
    return status === 'live'
      ? [room, { kind: 'remove-participant', roomId: channelId, identity: userId, at: ctx.now() }]
      : [room];
  });
}

async function standingEvents(ctx: Context, one: string, other: string): Promise<OutboxEvent[]> {
  const events = await partingEvents(ctx, one, other);
  return events.filter(({ kind }) => kind === 'room');
}
