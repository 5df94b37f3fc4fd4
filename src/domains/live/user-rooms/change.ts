/** Changes what the host decides about a room, its co-hosts included. A change that changes nothing tells nobody. */
import type { z } from '@hono/zod-openapi';
import { and, eq, inArray, notInArray, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, type Plan, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { whileActive } from '@/domains/base/visibility/people';
import { readQueue, setQueue } from '@/domains/live/screenings/queue';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { isChange } from '@/shared/is-change';
import { type Found, getOwnOpenRoom, getOwnRoom } from './access';
import { isBanned, isNameable } from './cards';
import { BANNED_MEANWHILE, userRoomError } from './errors';
import { standingChanged } from './events';
import { isOpenUserRoom } from './is-open';
import { type PresentedRoom, presentRoom } from './present';
import type { RoomChanges } from './schemas';
import { roomCoHosts, type UserRoomRow, userRooms } from './tables';

type Changes = z.output<typeof RoomChanges>;

/**
 * The queue of videos is in the room, the rest in D1. Throws ROOM_CLOSED, USER_NOT_FOUND for a co-host who cannot be one,
 * ROOM_CHANGED, TOO_FAST, and the refusals of `readQueue`.
 */
export async function changeRoom(
  ctx: Context,
  actor: Actor,
  roomId: string,
  { queue, ...changes }: Changes,
): Promise<PresentedRoom> {
  const found = await getOwnOpenRoom(ctx, actor, roomId);
  const videos = queue && (await readQueue(ctx, queue));
  // First, since the room may refuse it: then nothing else has changed.
  if (videos && found.relation) await setQueue(ctx, found.relation.user, roomId, videos);
  return changeInDatabase(ctx, actor, found, changes);
}

async function changeInDatabase(
  ctx: Context,
  actor: Actor,
  found: Found,
  { coHosts, ...details }: Omit<Changes, 'queue'>,
): Promise<PresentedRoom> {
  const { room, people } = found;
  const { id: roomId } = room;
  const roles = coHosts && (await changeCoHosts(ctx, found, [...new Set(coHosts)]));
  if (isChange(room, details) || roles) {
    const isHost = isOpenUserRoom(roomId, sql`host_id = ${actor.userId}`);
    const updatedAt = sql`max(${userRooms.updatedAt} + 1, ${int(ctx.now())})`;
    const { isPrivate = room.isPrivate } = details;
    const putsOut = isPrivate && (!room.isPrivate || roles?.drops === true);
    await commit(
      ctx,
      [
        requireThat(ctx, whileActive(actor.userId, isHost)),
        ctx.db
          .update(userRooms)
          .set({ ...details, ...(isRetitled(room, details) ? { titledBy: actor.userId } : {}), updatedAt })
          .where(eq(userRooms.id, roomId)),
        ...(roles?.statements ?? []),
      ],
      {
        events: [
          { kind: 'user-room-changed', roomId, ...(putsOut ? { judgesPeople: true } : {}) },
          ...(roles?.events ?? []),
        ],
        refusals: { DEMAND_NOT_MET: () => userRoomError('ROOM_CHANGED'), ...BANNED_MEANWHILE },
      },
    );
  } else return presentRoom(room, people, found.door.viewerCount);
  const changed = await getOwnRoom(ctx, actor, roomId);
  return presentRoom(changed.room, changed.people, changed.door.viewerCount);
}

function isRetitled(room: UserRoomRow, { title = room.title, topic = room.topic }: Omit<Changes, 'queue'>): boolean {
  return title !== room.title || topic !== room.topic;
}

/** Those who stay keep their order. Undefined if they are the same people. */
async function changeCoHosts(
  ctx: Context,
  { room, people }: Found,
  chosen: readonly string[],
): Promise<(Plan & { readonly drops: boolean }) | undefined> {
  const { id: roomId, hostId } = room;
  if (chosen.includes(hostId)) throw invalid('coHosts', 'must not contain the host');
  const before = people.coHosts.map(({ id }) => id);
  const added = chosen.filter((id) => !before.includes(id));
  const dropped = before.filter((id) => !chosen.includes(id));
  if (added.length === 0 && dropped.length === 0) return undefined;
  const eligible = and(inArray(users.id, added), isNameable(hostId), sql`NOT ${isBanned(roomId)}`);
  const known = added.length === 0 ? [] : await ctx.db.select({ id: users.id }).from(users).where(eligible);
  if (known.length < added.length) throw userRoomError('USER_NOT_FOUND');
  const place = sql`(SELECT key FROM json_each(${JSON.stringify(added)}) WHERE value = ${users.id})`;
  return {
    statements: [
      ctx.db
        .delete(roomCoHosts)
        .where(and(eq(roomCoHosts.roomId, roomId), notInArray(roomCoHosts.userId, [...chosen]))),
      // Again by the rule: someone may have been banned meanwhile.
      ...(added.length === 0
        ? []
        : [
            ctx.db.run(sql`
              INSERT INTO ${roomCoHosts} (room_id, user_id, created_at)
              SELECT ${roomId}, ${users.id}, ${int(ctx.now())} + ${place} FROM ${users} WHERE ${eligible}
              ON CONFLICT DO NOTHING`),
          ]),
    ],
    events: [...added, ...dropped].map((userId) => standingChanged(roomId, userId)),
    drops: dropped.length > 0,
  };
}
