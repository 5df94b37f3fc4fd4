/** Rooms that users opened, put straight into the database, with their object set up as the outbox would have told it. */
import type { RoomSetup } from '@/contracts/room-command';
import { USER_ROOM_POLICY } from '@/domains/live/rooms/user-room-door';
import { roomMembers, roomSpeakers, userRooms } from '@/domains/live/user-rooms/tables';
import { newId } from '@/shared/ids';
import { testContext } from './context';
import { setupOf } from './rooms';

interface Given extends Partial<typeof userRooms.$inferInsert> {
  readonly members?: readonly string[];
  readonly speakers?: readonly string[];
}

/** An open, public room of this host unless it says otherwise. */
export async function aUserRoom(
  host: { readonly userId: string },
  { members = [], speakers = [], ...given }: Given = {},
) {
  const ctx = testContext();
  const now = ctx.now();
  const row = {
    id: newId(),
    creatorId: host.userId,
    hostId: host.userId,
    title: 'A room',
    maxMembers: 100,
    createdAt: now,
    updatedAt: now,
    ...given,
  };
  await ctx.db.insert(userRooms).values(row);
  const { id: roomId } = row;
  for (const userId of members)
    await ctx.db.insert(roomMembers).values({ roomId, userId, addedBy: host.userId, createdAt: now });
  for (const userId of speakers) await ctx.db.insert(roomSpeakers).values({ roomId, userId, since: now });
  await ctx.rooms(roomId).apply(newId(), { type: 'setup', at: now, setup: userRoomSetup(row) });
  return roomId;
}

/** A setup of a user's room. */
export function userRoomSetup(
  row: Pick<typeof userRooms.$inferInsert, 'id' | 'hostId'> & Partial<typeof userRooms.$inferInsert>,
): RoomSetup {
  const { control = 'host', waitForAll = false, maxMembers = 100, isPrivate = false } = row;
  return setupOf(row.id, {
    kind: 'user',
    creatorId: row.hostId,
    visibility: isPrivate ? 'private' : 'public',
    policy: USER_ROOM_POLICY,
    userRoom: { maxMembers, coHostIds: [], control, waitForAll, closeReason: null },
  });
}
