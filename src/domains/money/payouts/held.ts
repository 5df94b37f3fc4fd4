/** Reads what open cash-outs hold. */
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { OPEN, payouts } from './tables';

/** Diamonds in payouts that are neither paid nor returned. */
export async function readHeldDiamonds(ctx: Context, userId: string): Promise<number> {
  const isOpen = inArray(payouts.status, OPEN);
  const [held] = await ctx.db
    .select({ diamonds: sql<number>`coalesce(sum(${payouts.diamonds}), 0)` })
    .from(payouts)
    .where(and(eq(payouts.userId, userId), isOpen));
  return held?.diamonds ?? 0;
}
