/**
 * Blocking. In one commit, both users are hidden from each other, their follows and the notifications about each other
 * are removed, and each leaves the other's open rooms. A subscription to the blocker ends right after.
 */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, commitIfMet, requireChange } from '@/db/commit';
import { withdrawBetween } from '@/domains/base/notifications/withdraw';
import { users } from '@/domains/base/users/tables';
import { subscribes } from '@/domains/base/visibility/members';
import { denyEachOthersVideo, removal } from '@/domains/live/channels/video-denials';
import { listMeetingRooms, type OpenRoom } from '@/domains/live/rooms/open-rooms';
import { socialError } from './errors';
import { endFollow } from './follow';
import { blocks } from './tables';

/** Idempotent: only the first call sends events. Throws USER_NOT_FOUND, NOT_ONESELF. */
export async function blockUser(ctx: Context, blockerId: string, blockedId: string): Promise<void> {
  if (blockerId === blockedId) throw socialError('NOT_ONESELF');
  const [user, rooms] = await Promise.all([
    ctx.db
      .select({ status: users.status, isSubscriber: subscribes(blockedId, blockerId) })
      .from(users)
      .where(eq(users.id, blockedId))
      .get(),
    listMeetingRooms(ctx, blockerId, blockedId),
  ]);
  if (!user || user.status === 'deleted') throw socialError('USER_NOT_FOUND');
  const statements = [
    block(ctx, blockerId, blockedId),
    requireChange(ctx),
    denyEachOthersVideo(ctx, blockerId, blockedId),
    ...endFollow(ctx, blockerId, blockedId),
    ...endFollow(ctx, blockedId, blockerId),
    ...withdrawBetween(ctx, blockerId, blockedId),
  ];
  const rest: OutboxEvent = { kind: 'task', task: { type: 'withdraw-between', one: blockerId, other: blockedId } };
  const partings = rooms.flatMap((room) =>
    partingEvents(ctx, room, room.creatorId === blockerId ? blockedId : blockerId),
  );
  const events = [...partings, rest, blockChanged(blockerId, blockedId)];
  if (user.isSubscriber === 1) events.push({ kind: 'creator-withdrew', creatorId: blockerId, subscriberId: blockedId });
  await commitIfMet(ctx, statements, { events });
}

/**
 * Idempotent. Does not restore follows and notifications. No event goes to rooms: the block removed the other user from
 * all of them, and joining checks the relation again.
 */
export async function unblockUser(ctx: Context, blockerId: string, blockedId: string): Promise<void> {
  await commit(ctx, [unblock(ctx, blockerId, blockedId)], { events: [blockChanged(blockerId, blockedId)] });
}

export function block(ctx: Context, blockerId: string, blockedId: string): Statement {
  return ctx.db.insert(blocks).values({ blockerId, blockedId, createdAt: ctx.now() }).onConflictDoNothing();
}

export function unblock(ctx: Context, blockerId: string, blockedId: string): Statement {
  return ctx.db.delete(blocks).where(and(eq(blocks.blockerId, blockerId), eq(blocks.blockedId, blockedId)));
}

/** Sent only to the blocker's own open sockets. */
function blockChanged(userId: string, otherId: string): OutboxEvent {
  return { kind: 'block-changed', userId, otherId };
}

/** The room reads the user's relation again and closes their sockets. LiveKit needs its own event. */
function partingEvents(ctx: Context, { roomId, kind, videoRoom, status }: OpenRoom, userId: string): OutboxEvent[] {
  const room: OutboxEvent = { kind: 'room', roomId, command: { type: 'standing-changed', userId } };
  if (status !== 'live') return [room];
  const out = removal(ctx, videoRoom, userId);
  return kind === 'user' ? [room, out, { kind: 'out-of-user-room', roomId, userId }] : [room, out];
}
