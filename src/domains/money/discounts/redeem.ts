/**
 * The use of a code by a purchase, as statements for the purchase's batch: reserved at checkout, redeemed when paid,
 * released when the checkout expires. Triggers count the uses and enforce the limits, even under races.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { type Refusals, requireChange } from '@/db/commit';
import { int } from '@/db/sql';
import { discountError } from './errors';
import { discountCodes, discountRedemptions } from './tables';

/** The database's errors if a code can no longer be used. */
const LIMIT_REACHED = {
  uses: 'discount_used_up',
  usesPerUser: 'DISCOUNT_USED_BY_USER',
  /** The purchase that earned the code was taken back. */
  suspended: 'DISCOUNT_SUSPENDED',
} as const;

/** Refusals for a batch that reserves a code. */
export const RESERVE_REFUSALS: Refusals = {
  [LIMIT_REACHED.uses]: () => discountError('DISCOUNT_USED_UP'),
  [LIMIT_REACHED.usesPerUser]: () => discountError('DISCOUNT_USED_BY_YOU'),
  DISCOUNT_RESERVED_BY_USER: () => discountError('DISCOUNT_RESERVED_BY_YOU'),
  DEMAND_NOT_MET: () => discountError('DISCOUNT_CHANGED'),
};

/** @param discount as it was judged: if it has changed since, the batch aborts */
export function reserveDiscount(
  ctx: Context,
  discount: { readonly id: string; readonly updatedAt: number },
  purchaseId: string,
  userId: string,
): Statement[] {
  return [
    ctx.db.run(sql`
      INSERT INTO ${discountRedemptions} (purchase_id, code_id, promotion, user_id, state, created_at, updated_at)
      SELECT ${purchaseId}, id, promotion, ${userId}, 'reserved', ${int(ctx.now())}, ${int(ctx.now())}
      FROM ${discountCodes} WHERE id = ${discount.id} AND updated_at = ${discount.updatedAt}`),
    requireChange(ctx),
  ];
}

/** Also redeems a released use again, if the limits still allow it: see `isLimitReached`. */
export function redeemDiscount(ctx: Context, purchaseId: string): Statement {
  return ctx.db
    .update(discountRedemptions)
    .set({ state: 'redeemed', updatedAt: ctx.now() })
    .where(eq(discountRedemptions.purchaseId, purchaseId));
}

/** Changes nothing if the use is already redeemed. */
export function releaseDiscount(ctx: Context, purchaseId: string): Statement {
  return ctx.db
    .update(discountRedemptions)
    .set({ state: 'released', updatedAt: ctx.now() })
    .where(and(eq(discountRedemptions.purchaseId, purchaseId), eq(discountRedemptions.state, 'reserved')));
}

/** Whether a batch failed because a code can no longer be used. */
export function isLimitReached(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { message } = cause;
    if (Object.values(LIMIT_REACHED).some((rule) => message.includes(rule))) return true;
  }
  return false;
}
