/** Rooms with a screening: as objects alone, or of users, put straight into the database with their objects set up. */
import type { RoomSetup, UserRoomSetup } from '@/contracts/room-command';
import type { Anchor, Screening, Video } from '@/contracts/screening';
import { USER_ROOM_POLICY } from '@/domains/live/rooms/user-room-door';
import { roomMembers, roomSpeakers, userRooms } from '@/domains/live/user-rooms/tables';
import { newId } from '@/shared/ids';
import { testContext } from './context';
import { aUser, openRoom, setupOf } from './rooms';

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
    titledBy: host.userId,
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

export function aVideo(traits: Partial<Video> = {}): Video {
  return { videoUrl: 'https://films.example/a.mp4', title: 'A film', durationMs: null, subtitlesUrl: null, ...traits };
}

/** A user's room without anything in D1, and its host. */
export async function openHall(choices: Partial<Pick<UserRoomSetup, 'control' | 'waitForAll'>> = {}) {
  const host = aUser({ creator: true });
  const { userRoom } = userRoomSetup({ id: newId(), hostId: host.id, ...choices });
  const hall = await openRoom({ kind: 'user', creatorId: host.id, ...(userRoom ? { userRoom } : {}) });
  return {
    ...hall,
    host,
    async start(video = aVideo()): Promise<Screening> {
      const answer = await hall.room.screen(host, { type: 'start', video });
      if (!answer.ok || !answer.screening) throw new Error('Not started');
      return answer.screening;
    },
  };
}

/** Where the video is now, as a client with the room's clock computes it. */
export function positionOf(screening: (Omit<Anchor, 'anchorAt'> & { readonly anchorAt: string }) | null): number {
  if (!screening) throw new Error('There is no screening');
  const { positionMs, isPlaying, rate, anchorAt } = screening;
  return positionMs + (isPlaying ? (Date.now() - Date.parse(anchorAt)) * rate : 0);
}
