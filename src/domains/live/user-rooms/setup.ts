/**
 * What a room's object knows of a user's room. Every change raises `updatedAt`, which orders the setups, so an object
 * always ends with the newest.
 */
import type { Context } from '@/contracts/context';
import type { EventOf } from '@/contracts/jobs';
import type { RoomCommand, RoomSetup } from '@/contracts/room-command';
import { USER_ROOM_POLICY, visibilityOf } from '@/domains/live/rooms/user-room-door';
import { judgeVoice } from '@/domains/live/rooms/voice-joined';
import { judgeStage } from './leave-stage';
import { findRoomWithPeople, type RoomPeople } from './people';
import type { UserRoomRow } from './tables';

type SetupCommand = Extract<RoomCommand, { readonly type: 'setup' }>;

export function setupCommand(room: UserRoomRow, people?: RoomPeople): SetupCommand {
  const { host, coHosts = [] } = people ?? {};
  const setup = userRoomSetup(
    room,
    coHosts.map(({ id }) => id),
  );
  return { type: 'setup', at: room.updatedAt, setup, ...(host ? { changes: { host, coHosts } } : {}) };
}

function userRoomSetup(room: UserRoomRow, coHostIds: readonly string[]): RoomSetup {
  const { topic, language, stageLocked, maxMembers, control, waitForAll, closeReason } = room;
  return {
    roomId: room.id,
    kind: 'user',
    creatorId: room.hostId,
    status: room.status === 'open' ? 'live' : 'ended',
    title: room.title,
    visibility: visibilityOf(room),
    policy: USER_ROOM_POLICY,
    startedAt: room.createdAt,
    endedAt: room.closedAt,
    userRoom: { topic, language, stageLocked, maxMembers, coHostIds, control, waitForAll, closeReason },
  };
}

/** The command with what D1 has now. Undefined if the room does not exist. */
export async function readSetup(ctx: Pick<Context, 'db'>, roomId: string): Promise<SetupCommand | undefined> {
  const found = await findRoomWithPeople(ctx, roomId);
  return found && setupCommand(found.room, found.people);
}

/** Safe to repeat: it applies what is true now, to the room, then its stage and its voice. Throws MEDIA_UNAVAILABLE. */
export async function applyRoomChange(
  ctx: Context,
  { roomId, judgesPeople = false }: EventOf<'user-room-changed'>,
  eventId: string,
): Promise<void> {
  const found = await findRoomWithPeople(ctx, roomId);
  if (!found) return;
  const { room, people } = found;
  await ctx.rooms(roomId).apply(eventId, setupCommand(room, people));
  if (room.status === 'closed') return ctx.media.deleteRoom(roomId);
  if (!judgesPeople) return;
  await judgeStage(ctx, room);
  await judgeVoice(ctx, roomId);
}
