/** A buyer's own purchases, newest first. */
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { presentPurchase } from './present';
import { CursorPosition } from './schemas';
import { purchases } from './tables';

const LIST = 'purchases';

export async function listPurchases(
  ctx: Context,
  { userId }: Actor,
  { cursor, perPage }: { cursor?: string | undefined; perPage: number },
) {
  const before = cursor === undefined ? undefined : decodeCursor(LIST, CursorPosition, cursor)[0];
  const rows = await ctx.db
    .select()
    .from(purchases)
    .where(and(eq(purchases.userId, userId), before === undefined ? undefined : lt(purchases.id, before)))
    .orderBy(desc(purchases.id))
    .limit(perPage + 1);
  return presentCursorPage(rows, perPage, presentPurchase, (row) => encodeCursor(LIST, [row.id]));
}
