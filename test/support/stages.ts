/** Users' rooms with people on their stage, put straight into the database and told to the room's object. */
import type { RoomSetup } from '@/contracts/room-command';
import { USER_ROOM_POLICY, visibilityOf } from '@/domains/live/rooms/user-room-door';
import { roomSpeakers, type UserRoomRow, userRooms } from '@/domains/live/user-rooms/tables';
import { newId } from '@/shared/ids';
import { testContext } from './context';

interface Somebody {
  readonly userId: string;
}

/** An open, public room of this host with these speakers, unless it says otherwise. */
export async function aStage(
  host: Somebody,
  speakers: readonly Somebody[] = [],
  given: Partial<UserRoomRow> = {},
): Promise<string> {
  const ctx = testContext();
  const now = ctx.now();
  const row: UserRoomRow = {
    ...{ id: newId(), creatorId: host.userId, hostId: host.userId, title: 'A room', topic: null, language: null },
    titledBy: host.userId,
    ...{ isPrivate: false, maxMembers: 100, stageLocked: false, control: 'host', waitForAll: false },
    ...{ status: 'open', closeReason: null, hiddenAt: null, keptUntil: null, createdAt: now, updatedAt: now },
    closedAt: null,
    ...given,
  };
  await ctx.db.insert(userRooms).values(row);
  for (const { userId } of speakers) await ctx.db.insert(roomSpeakers).values({ roomId: row.id, userId, since: now });
  const setup: RoomSetup = {
    ...{ roomId: row.id, kind: 'user', creatorId: row.hostId, status: row.status === 'open' ? 'live' : 'ended' },
    ...{ title: row.title, visibility: visibilityOf(row), policy: USER_ROOM_POLICY },
    ...{ startedAt: row.createdAt, endedAt: row.closedAt },
    userRoom: {
      ...{ maxMembers: row.maxMembers, coHostIds: [], control: row.control, waitForAll: row.waitForAll },
      closeReason: row.closeReason,
    },
  };
  await ctx.rooms(row.id).apply(newId(), { type: 'setup', at: row.updatedAt, setup });
  return row.id;
}
