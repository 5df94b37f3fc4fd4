/** Opens a room. A user has at most three open ones (trigger `user_rooms_three_open`). */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
import { whileActive } from '@/domains/base/visibility/people';
import { openUserRoomCount } from '@/domains/live/rooms/figures';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { BANNED_MEANWHILE, userRoomError } from './errors';
import { readPeople } from './people';
import { type PresentedRoom, presentRoom } from './present';
import type { NewRoom } from './schemas';
import { setupCommand } from './setup';
import { type UserRoomRow, userRooms } from './tables';
import { recordTurns } from './turns';

/** Throws TOO_MANY_ROOMS. */
export async function openRoom(
  ctx: Context,
  { userId }: Actor,
  details: z.output<typeof NewRoom>,
): Promise<PresentedRoom> {
  const now = ctx.now();
  const room: UserRoomRow = {
    id: newId(),
    creatorId: userId,
    hostId: userId,
    titledBy: userId,
    ...details,
    stageLocked: false,
    control: 'host',
    waitForAll: false,
    status: 'open',
    closeReason: null,
    hiddenAt: null,
    keptUntil: null,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
  };
  await commit(
    ctx,
    [
      requireThat(ctx, whileActive(userId, sql`1`)),
      ctx.db.insert(userRooms).values(room),
      openUserRoomCount(ctx, room.id),
      ...recordTurns(ctx, room.id),
    ],
    {
      events: [{ kind: 'room', roomId: room.id, command: setupCommand(room) }],
      refusals: { TOO_MANY_ROOMS: () => userRoomError('TOO_MANY_ROOMS'), ...BANNED_MEANWHILE },
    },
  );
  const people = (await readPeople(ctx, [room.id], { userId })).get(room.id);
  if (!people) throw userRoomError('ROOM_NOT_FOUND');
  return presentRoom(room, people, 0);
}
