/** A buyer's own purchases. */

import type { z } from '@hono/zod-openapi';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { purchaseError } from './errors';
import { presentPurchase } from './present';
import { CursorPosition, type Purchase } from './schemas';
import { purchases } from './tables';

const LIST = 'purchases';

/** Throws PURCHASE_NOT_FOUND, also for another buyer's purchase. */
export async function readPurchase(ctx: Context, { userId }: Actor, id: string): Promise<z.input<typeof Purchase>> {
  const row = await ctx.db
    .select()
    .from(purchases)
    .where(and(eq(purchases.id, id), eq(purchases.userId, userId)))
    .get();
  if (!row) throw purchaseError('PURCHASE_NOT_FOUND');
  return presentPurchase(row);
}

/** Newest first. Throws CURSOR_INVALID. */
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
