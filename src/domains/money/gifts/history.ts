/** Lists the gifts that a user sent or received, with two statements however long the list is. */
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumnsFor } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { presentGiftSent } from './present';
import { CursorPosition } from './schemas';
import { gifts, giftsSent } from './tables';

interface CursorQuery {
  cursor?: string | undefined;
  perPage: number;
}

/** Newest first. Throws CURSOR_INVALID. */
export function listGiftsSent(ctx: Context, userId: string, query: CursorQuery) {
  return listGifts(ctx, userId, 'sender', query);
}

/** Newest first, with what each earned. Throws CURSOR_INVALID. */
export function listGiftsReceived(ctx: Context, userId: string, query: CursorQuery) {
  return listGifts(ctx, userId, 'recipient', query);
}

async function listGifts(ctx: Context, userId: string, side: 'sender' | 'recipient', { cursor, perPage }: CursorQuery) {
  const list = `gifts-of-${side}`;
  const before = cursor === undefined ? undefined : decodeCursor(list, CursorPosition, cursor)[0];
  const [mine, theirs] =
    side === 'sender' ? [giftsSent.senderId, giftsSent.recipientId] : [giftsSent.recipientId, giftsSent.senderId];
  // No batch: D1 returns batch rows as objects, so columns with the same name collide, and here three have the name
  // `id`.
  const [rows, [me = null]] = await Promise.all([
    ctx.db
      .select({ row: giftsSent, gift: gifts, other: cardColumnsFor({ userId }) })
      .from(giftsSent)
      .leftJoin(gifts, eq(gifts.id, giftsSent.giftId))
      .leftJoin(users, eq(users.id, theirs))
      .where(and(eq(mine, userId), before === undefined ? undefined : lt(giftsSent.id, before)))
      .orderBy(desc(giftsSent.id))
      .limit(perPage + 1),
    ctx.db.select(cardColumnsFor({ userId })).from(users).where(eq(users.id, userId)),
  ]);
  return presentCursorPage(
    rows,
    perPage,
    ({ row, gift, other }) =>
      presentGiftSent(
        row,
        side === 'sender' ? { gift, sender: me, recipient: other } : { gift, sender: other, recipient: me },
        userId,
      ),
    ({ row }) => encodeCursor(list, [row.id]),
  );
}
