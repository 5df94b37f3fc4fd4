/** Logs what staff do with a stream or with a user's room. */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { logStaff } from '@/domains/base/permissions/log';
import { requireStaff } from '@/domains/base/permissions/rank';
import type { StreamRow } from '@/domains/live/streams/tables';
import type { UserRoomRow } from '@/domains/live/user-rooms/tables';
import type { Actor } from '@/shared/actor';

interface RoomAction {
  readonly action: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string | undefined;
}

/** For the batch of a change: the actor may still make it, and it is logged. */
export function logRoom(
  ctx: Context,
  actor: Actor,
  room: StreamRow | UserRoomRow,
  { reason, ...action }: RoomAction,
): Statement[] {
  const target =
    'hostId' in room
      ? { targetType: 'room', targetId: room.id, subjectId: room.hostId }
      : { targetType: 'stream', targetId: room.id, subjectId: room.creatorId };
  const entry = { staffId: actor.userId, ...target, ...action, ...(reason === undefined ? {} : { reason }) };
  return [requireStaff(ctx, actor), logStaff(ctx, entry)];
}
