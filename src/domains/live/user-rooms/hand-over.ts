/** Gives a room another host. The old host stays in it, and on the stage while there is a place. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, requireThat } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { whileActive } from '@/domains/base/visibility/people';
import type { RoomDatabase } from '@/domains/live/rooms/figures';
import type { Actor } from '@/shared/actor';
import { getOwnOpenRoom, requirePresent } from './access';
import { getNamed } from './cards';
import { BANNED_MEANWHILE, userRoomError } from './errors';
import { isOpenUserRoom } from './is-open';
import { dropRequestsOf } from './requests';
import { roomCoHosts, roomMembers, roomSpeakers, userRooms } from './tables';
import { isSpeaker, isWelcome, SPEAKERS_MAX, speakerCount } from './take-stage';
import { recordTurns } from './turns';

/** To anyone who is in the room. Idempotent. Throws USER_NOT_FOUND, BANNED_FROM_ROOM, NOT_IN_ROOM, ROOM_CHANGED. */
export async function handOver(ctx: Context, actor: Actor, roomId: string, userId: string): Promise<void> {
  const { room } = await getOwnOpenRoom(ctx, actor, roomId);
  if (userId === room.hostId) return;
  const presence = requirePresent(ctx, roomId, userId);
  presence.catch(() => undefined); // refused below, unless the user cannot be named at all
  await getNamed(ctx, room, userId);
  await presence;
  const { condition, statements, events } = handingOver(ctx, { roomId, from: actor.userId, to: userId, isHere: true });
  await commit(ctx, [requireThat(ctx, whileActive(actor.userId, condition)), ...statements], {
    events,
    refusals: { DEMAND_NOT_MET: () => userRoomError('ROOM_CHANGED'), ...BANNED_MEANWHILE },
  });
}

interface HandingOver {
  readonly roomId: string;
  readonly from: string;
  readonly to: string;
  /** Whether the old host is in the room, and so goes on speaking. */
  readonly isHere: boolean;
}

/** `condition` must be required first: if two run at once, one of them hands over. */
export function handingOver(ctx: RoomDatabase, { roomId, from, to, isHere }: HandingOver) {
  const { db } = ctx;
  const now = int(ctx.now());
  const isHost = isOpenUserRoom(roomId, sql`host_id = ${from}`);
  const statements: Statement[] = [
    db.run(sql`
      UPDATE ${userRooms} SET host_id = ${to}, updated_at = max(updated_at + 1, ${now}) WHERE id = ${roomId}`),
    // The host has no such rows.
    db.delete(roomSpeakers).where(isSpeaker(roomId, to)),
    db.delete(roomCoHosts).where(and(eq(roomCoHosts.roomId, roomId), eq(roomCoHosts.userId, to))),
    dropRequestsOf(ctx, roomId, [to]),
    // Otherwise a private room would put them out.
    db.insert(roomMembers).values({ roomId, userId: from, addedBy: to, createdAt: ctx.now() }).onConflictDoNothing(),
    ...(isHere
      ? [
          db.run(sql`
            INSERT INTO ${roomSpeakers} (room_id, user_id, muted, since) SELECT ${roomId}, ${from}, 0, ${now}
            WHERE ${speakerCount(roomId)} < ${literal(SPEAKERS_MAX)} ON CONFLICT DO NOTHING`),
        ]
      : []),
    ...recordTurns(ctx, roomId),
  ];
  const events: OutboxEvent[] = [
    { kind: 'user-room-changed', roomId, judgesPeople: true },
    { kind: 'voice-changed', roomId, userId: to },
    { kind: 'voice-changed', roomId, userId: from },
    // Readers from where the new host hides must leave.
    { kind: 'regions-changed', creatorId: to },
  ];
  return { condition: sql`${isHost} AND ${isWelcome(roomId, to)}`, statements, events };
}
