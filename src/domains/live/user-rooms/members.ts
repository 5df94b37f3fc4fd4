/** The people whom a private room lets in. */
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, requireThat } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { cardColumnsFor, presentCard, type Reader } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { putOutOfVideo } from '@/domains/live/rooms/participants';
import type { Actor } from '@/shared/actor';
import { getOwnOpenRoom } from './access';
import { getNamed } from './cards';
import { userRoomError } from './errors';
import { standingChanged } from './events';
import type { Card } from './people';
import { roomMembers } from './tables';
import { isWelcome } from './take-stage';

const MEMBERS_LISTED_MAX = 1_000;

/** All of them, in the order of their ids. */
export async function listMembers(ctx: Context, roomId: string, reader: Reader): Promise<Card[]> {
  const rows = await ctx.db
    .select({ card: cardColumnsFor(reader) })
    .from(roomMembers)
    .innerJoin(users, eq(users.id, roomMembers.userId))
    .where(eq(roomMembers.roomId, roomId))
    .orderBy(asc(roomMembers.userId))
    .limit(MEMBERS_LISTED_MAX);
  return rows.map(({ card }) => presentCard(card));
}

/** Idempotent. Throws USER_NOT_FOUND, BANNED_FROM_ROOM, TOO_MANY_MEMBERS. */
export async function addMember(ctx: Context, actor: Actor, roomId: string, userId: string): Promise<void> {
  const { room } = await getOwnOpenRoom(ctx, actor, roomId);
  await getNamed(ctx, room, userId);
  const count = sql`(SELECT count(*) FROM ${roomMembers} WHERE room_id = ${roomId})`;
  // By the rule, since they may have been banned meanwhile.
  const added = ctx.db.run(sql`
    INSERT INTO ${roomMembers} (room_id, user_id, added_by, created_at)
    SELECT ${roomId}, ${userId}, ${actor.userId}, ${int(ctx.now())} WHERE ${isWelcome(roomId, userId)}
    ON CONFLICT DO NOTHING`);
  await commit(ctx, [added, requireThat(ctx, sql`${count} <= ${literal(MEMBERS_LISTED_MAX)}`)], {
    events: [standingChanged(roomId, userId)],
    refusals: { DEMAND_NOT_MET: () => userRoomError('TOO_MANY_MEMBERS') },
  });
}

/** Idempotent. If the room is private and they are no co-host, they leave it, its voice and its stage. */
export async function removeMember(ctx: Context, actor: Actor, roomId: string, userId: string): Promise<void> {
  const { room, people } = await getOwnOpenRoom(ctx, actor, roomId);
  const dropped = ctx.db.delete(roomMembers).where(and(eq(roomMembers.roomId, roomId), eq(roomMembers.userId, userId)));
  const staysIn =
    !room.isPrivate || [room.creatorId, room.hostId].includes(userId) || people.coHosts.some(({ id }) => id === userId);
  const { statement, event } = putOutOfVideo(ctx, roomId, userId);
  const leaving: OutboxEvent[] = [event, { kind: 'out-of-user-room', roomId, userId, by: actor.userId }];
  await commit(ctx, staysIn ? [dropped] : [dropped, statement], {
    events: [standingChanged(roomId, userId), ...(staysIn ? [] : leaving)],
  });
}
