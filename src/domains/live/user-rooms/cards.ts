/** Finds the user that a host names. */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { isActive, noBlockBetween } from '@/domains/base/visibility/people';
import { roomBans } from '@/domains/live/rooms/tables';
import { userRoomError } from './errors';
import type { Card } from './people';

/** A verified, active user whom no block separates from the host. */
export function isNameable(hostId: string): SQL | undefined {
  return and(isActive(), sql`${users.emailVerifiedAt} IS NOT NULL`, noBlockBetween(hostId, users.id));
}

/** 1 if the user of the query is banned from the room. */
export function isBanned(roomId: string): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${roomBans} WHERE room_id = ${roomId} AND user_id = ${users.id})`;
}

/** Throws USER_NOT_FOUND, BANNED_FROM_ROOM. */
export async function getNamed(
  ctx: Context,
  { id: roomId, hostId }: { readonly id: string; readonly hostId: string },
  userId: string,
): Promise<Card> {
  const row = await ctx.db
    .select({ card: cardColumns, banned: isBanned(roomId).as('banned') })
    .from(users)
    .where(and(eq(users.id, userId), isNameable(hostId)))
    .get();
  if (!row) throw userRoomError('USER_NOT_FOUND');
  if (row.banned === 1) throw userRoomError('BANNED_FROM_ROOM');
  return presentCard(row.card);
}
