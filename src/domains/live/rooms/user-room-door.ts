/** The door of a room that a user opened. Its voice is a video room with the same id. */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { RoomPolicy } from '@/contracts/room-command';
import { users } from '@/domains/base/users/tables';
import type { StreamName as RoomName } from '@/domains/base/visibility/named-stream';
import { isActive, noBlockBetween, seesPastBlocks } from '@/domains/base/visibility/people';
import { hidesSomewhere, shownTo } from '@/domains/base/visibility/regions';
import { type UserRoomRow, userRooms } from '@/domains/live/user-rooms/tables';
import type { Viewer } from '@/shared/actor';
import type { FoundDoor } from './admission';
import { roomError } from './errors';
import { isLetIn } from './let-in';
import { userRoomLive } from './tables';

/** The same for every room: anyone who is in it may write. */
export const USER_ROOM_POLICY: RoomPolicy = {
  chatEnabled: true,
  chatDelaySeconds: 0,
  followersOnly: false,
  subscribersOnly: false,
  slowModeSeconds: 0,
  blockedWords: [],
};

/**
 * Undefined if the room is missing, or its host is hidden from this reader. Throws NOT_IN_YOUR_COUNTRY, which a private
 * room says only to the people it lets in.
 */
export async function findUserRoomDoor(ctx: Context, name: RoomName, viewer: Viewer): Promise<FoundDoor | undefined> {
  if (!('id' in name)) return undefined;
  const row = await ctx.db
    .select({
      room: userRooms,
      viewerCount: sql<number>`coalesce(${userRoomLive.viewerCount}, 0)`,
      shown: shownTo(viewer) ?? sql<number>`1`,
      letIn: viewer?.kind === 'user' ? isLetIn(viewer.userId) : sql<number>`0`,
      hidesSomewhere,
    })
    .from(userRooms)
    .innerJoin(users, eq(users.id, userRooms.hostId))
    .leftJoin(userRoomLive, eq(userRoomLive.roomId, userRooms.id))
    .where(and(eq(userRooms.id, name.id), isActive(), isNotBlocked(viewer)))
    .get();
  if (!row) return undefined;
  const { room } = row;
  if (row.shown === 0) {
    if (visibilityOf(room) === 'private' && row.letIn === 0) return undefined;
    throw roomError('NOT_IN_YOUR_COUNTRY');
  }
  return {
    kind: 'user',
    roomId: room.id,
    hostId: room.hostId,
    openedById: room.creatorId,
    status: room.status === 'open' ? 'live' : 'ended',
    visibility: visibilityOf(room),
    channelId: null,
    policy: USER_ROOM_POLICY,
    category: null,
    videoRoom: room.id,
    viewerCount: row.viewerCount,
    showsViewers: true,
    hidesSomewhere: row.hidesSomewhere === 1,
  };
}

/** A hidden room, which staff look at, counts as private; it lets no members in meanwhile. */
export function visibilityOf({ isPrivate, hiddenAt }: Pick<UserRoomRow, 'isPrivate' | 'hiddenAt'>) {
  return isPrivate || hiddenAt !== null ? 'private' : 'public';
}

function isNotBlocked(viewer: Viewer): SQL | undefined {
  if (viewer?.kind !== 'user' || seesPastBlocks(viewer)) return undefined;
  return noBlockBetween(viewer.userId, userRooms.hostId);
}
