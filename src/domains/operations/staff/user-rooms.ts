/** Staff edit or close a room that a user opened. Its host hears why it was closed. */

import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { noticeTo } from '@/contracts/notification-data';
import { commit, commitIfMet } from '@/db/commit';
import { staffReaches } from '@/domains/base/permissions/reach';
import { roomError } from '@/domains/live/rooms/errors';
import { type AnyRoom, findAnyRoom, planClosing, planDetails } from '@/domains/live/user-rooms/as-staff';
import { userRoomError } from '@/domains/live/user-rooms/errors';
import type { PresentedRoom } from '@/domains/live/user-rooms/present';
import type { UserRoomRow } from '@/domains/live/user-rooms/tables';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { isChange } from '@/shared/is-change';
import { staffError } from './errors';
import { logRoom } from './log-room';
import type { RoomEdit } from './schemas';

const STREAMS_ALONE = ['description', 'category', 'thumbnailUrl', 'visibility', 'chat'] as const;
const RACED = { DEMAND_NOT_MET: () => userRoomError('ROOM_CHANGED') };

/** Throws STAFF_OUT_OF_REACH, VALIDATION_FAILED, ROOM_CLOSED, ROOM_CHANGED. */
export async function editUserRoom(
  ctx: Context,
  actor: Actor,
  { room, presented }: AnyRoom,
  { title, topic, isPrivate, status, reason, ...others }: z.output<typeof RoomEdit>,
): Promise<PresentedRoom> {
  if (!(await staffReaches(ctx, actor, room.hostId))) throw staffError('STAFF_OUT_OF_REACH');
  const odd = STREAMS_ALONE.find((field) => others[field] !== undefined);
  if (odd) throw invalid(odd, 'is only for streams');
  const details = {
    ...(title === undefined ? {} : { title }),
    ...(topic === undefined ? {} : { topic }),
    ...(isPrivate === undefined ? {} : { isPrivate }),
  };
  let latest = { room, presented };
  if (isChange(room, details)) {
    if (room.status === 'closed') throw roomError('ROOM_CLOSED');
    const before = { title: room.title, topic: room.topic, isPrivate: room.isPrivate };
    const { statements, events } = planDetails(ctx, room, details);
    const log = logRoom(ctx, actor, room, { action: 'room.edit', before, after: details, reason });
    await commit(ctx, [...log, ...statements], { events, refusals: RACED });
    latest = await readAgain(ctx, room.id);
  }
  if (status === 'closed' && latest.room.status === 'open') {
    await close(ctx, actor, latest.room, reason);
    latest = await readAgain(ctx, room.id);
    if (latest.room.status === 'open') throw userRoomError('ROOM_CHANGED'); // or the actor lost the rank
  }
  return latest.presented;
}

/** If several do so at once, only the first closes it and tells the host. */
async function close(ctx: Context, actor: Actor, room: UserRoomRow, reason: string | undefined): Promise<void> {
  const { statements, events } = planClosing(ctx, room);
  const [before, after] = [{ status: 'open' }, { status: 'closed' }];
  const log = logRoom(ctx, actor, room, { action: 'room.close', before, after, reason });
  const told = { roomId: room.id, event: 'room-closed', what: room.title, ...(reason ? { reason } : {}) } as const;
  await commitIfMet(ctx, [...log, ...statements], {
    events: [...events, noticeTo(room.hostId, 'stream-stopped', told)],
  });
}

async function readAgain(ctx: Context, id: string): Promise<AnyRoom> {
  const found = await findAnyRoom(ctx, id);
  if (!found) throw userRoomError('ROOM_NOT_FOUND');
  return found;
}
