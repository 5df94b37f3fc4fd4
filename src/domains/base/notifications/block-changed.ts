/**
 * Brings a change of a user's blocks into their open rooms, so that the client hides the other's messages, or shows them
 * again. Events come in any order, so what is told is what holds as it is told. It is in no list.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { hasBlocked } from '@/domains/base/visibility/people';
import { toIso } from '@/shared/time';
import type { PresentedNotification } from './present';
import { type Place, placesQuery } from './reach';

/** Throws if a room is away, and may be repeated: a client that missed it would go on showing whom its user blocked. */
export async function tellBlock(
  ctx: Context,
  id: string,
  { userId, otherId }: { readonly userId: string; readonly otherId: string },
): Promise<void> {
  const [[row], places] = await ctx.db.batch([
    ctx.db.all<{ blocked: number }>(sql`SELECT ${hasBlocked(userId, otherId)} AS blocked`),
    ctx.db.all<Place>(placesQuery([userId])),
  ]);
  const blocked = row?.blocked === 1;
  const notification: PresentedNotification = {
    id,
    kind: 'block-changed',
    title: blocked ? 'You blocked someone' : 'You unblocked someone',
    body: '',
    data: { userId: otherId, blocked },
    read: true,
    createdAt: toIso(ctx.now()),
  };
  await Promise.all(
    places.map(({ roomId }) => ctx.rooms(roomId).tell([userId], { type: 'user-notification', notification })),
  );
}
