/** Asking to be let back: one open request at a time, and again a week after a refusal. */
import { desc, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { int } from '@/db/sql';
import { findCards } from '@/domains/base/users/find-cards';
import { type FoundDoor, mayStay } from '@/domains/live/rooms/admission';
import { findInUserRoom } from '@/domains/live/rooms/admit';
import { bannedFrom } from '@/domains/live/rooms/bans';
import { findStreamDoor } from '@/domains/live/rooms/door';
import { roomError } from '@/domains/live/rooms/errors';
import { streams } from '@/domains/live/streams/tables';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { DAY_MS, toIso } from '@/shared/time';
import { unbanError } from './errors';
import { presentRequest } from './present';
import { type UnbanRequestRow, unbanRequests } from './tables';

const ASK_AGAIN_AFTER_MS = 7 * DAY_MS;

/** Throws STREAM_NOT_FOUND, NOT_BANNED, UNBAN_REQUEST_EXISTS, UNBAN_REQUEST_TOO_EARLY. */
export async function askToBeLetBack(ctx: Context, actor: Actor, roomId: string, text: string) {
  const { userId } = actor;
  const [door, cards, newest] = await Promise.all([
    findPlace(ctx, actor, roomId),
    findCards(ctx, [userId], actor),
    findNewest(ctx, userId, roomId),
  ]);
  const placeId = door.channelId ?? door.roomId;
  const now = ctx.now();
  requireNoneBefore(newest, now);
  const row: UnbanRequestRow = {
    ...{ id: newId(), placeId, roomId: door.roomId, userId, text, status: 'open', createdAt: now },
    ...{ answer: null, decidedBy: null, decidedAt: null },
  };
  const insert = ctx.db.run(sql`
    INSERT INTO ${unbanRequests} (id, place_id, room_id, user_id, text, created_at)
    SELECT ${row.id}, ${placeId}, ${row.roomId}, ${userId}, ${text}, ${int(now)} WHERE ${bannedFrom(door, userId)}`);
  await commit(ctx, [insert, requireChange(ctx)], {
    events: [{ kind: 'unban-asked', requestId: row.id }],
    refusals: {
      'unban_requests.place_id': () => unbanError('UNBAN_REQUEST_EXISTS'),
      DEMAND_NOT_MET: () => unbanError('NOT_BANNED'),
    },
  });
  const card = cards.get(userId);
  if (!card) throw roomError('USER_NOT_FOUND');
  return presentRequest(row, card);
}

/** A private room stays unknown to a user who is neither let in nor banned. Throws STREAM_NOT_FOUND. */
async function findPlace(ctx: Context, actor: Actor, roomId: string): Promise<FoundDoor> {
  const stream = await findStreamDoor(ctx, { id: roomId }, actor);
  if (stream) return stream;
  const found = await findInUserRoom(ctx, roomId, actor);
  if (!found || mayStay(found.door, found.relation) === 'STREAM_NOT_FOUND') throw roomError('STREAM_NOT_FOUND');
  return found.door;
}

/** The user's newest request to this room or its channel. */
function findNewest(ctx: Context, userId: string, roomId: string): Promise<UnbanRequestRow | undefined> {
  return ctx.db
    .select()
    .from(unbanRequests)
    .where(
      sql`user_id = ${userId} AND place_id IN (
        SELECT channel_id FROM ${streams} WHERE id = ${roomId} UNION ALL SELECT ${roomId})`,
    )
    .orderBy(desc(unbanRequests.id))
    .limit(1)
    .get();
}

function requireNoneBefore(newest: UnbanRequestRow | undefined, now: number): void {
  if (newest?.status === 'open') throw unbanError('UNBAN_REQUEST_EXISTS');
  if (newest?.status !== 'refused' || newest.decidedAt === null) return;
  const from = newest.decidedAt + ASK_AGAIN_AFTER_MS;
  if (now < from) throw unbanError('UNBAN_REQUEST_TOO_EARLY', { details: { mayAskAgainAt: toIso(from) } });
}
