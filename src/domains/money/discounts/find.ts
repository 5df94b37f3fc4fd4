/** Finds a code with the facts that it is judged by: its row, and how often this user has used its promotion. */
import { and, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { lettersOf } from './code-text';
import type { DiscountFacts } from './judge-discount';
import { discountCodes, discountRedemptions } from './tables';

export interface FoundDiscount extends DiscountFacts {
  readonly id: string;
  readonly code: string;
  readonly promotion: string;
  readonly updatedAt: number;
  readonly usesByUser: number;
  /** 1 if the user has an open purchase with this code. */
  readonly reservedByUser: number;
}

/** Codes that differ only in their hyphens are alike, and only old ones do. NOTE: as in the index of migration 0088. */
export function hasLetters(code: string): SQL {
  return sql`replace(${discountCodes.code}, '-', '') = ${lettersOf(code)}`;
}

/** For a batch of reads, or alone; yields one row or none. Cheap, because the promotion limits a user's uses. */
export function discountQuery(ctx: Context, code: string, userId: string) {
  const usesByUser = ctx.db
    .select({ count: sql<number>`count(*)` })
    .from(discountRedemptions)
    .where(
      and(
        eq(discountRedemptions.promotion, discountCodes.promotion),
        eq(discountRedemptions.userId, userId),
        ne(discountRedemptions.state, literal('released')),
      ),
    );
  const reservation = ctx.db
    .select({ one: sql`1` })
    .from(discountRedemptions)
    .where(
      and(
        eq(discountRedemptions.codeId, discountCodes.id),
        eq(discountRedemptions.userId, userId),
        eq(discountRedemptions.state, literal('reserved')),
      ),
    );
  const meant = sql`coalesce(
    (SELECT typed.id FROM ${discountCodes} typed WHERE typed.code = ${code}),
    (SELECT discount_codes.id FROM ${discountCodes} WHERE ${hasLetters(code)} LIMIT 1))`;
  return ctx.db
    .select({
      id: discountCodes.id,
      code: discountCodes.code,
      promotion: discountCodes.promotion,
      ownerId: discountCodes.ownerId,
      bonusPercent: discountCodes.bonusPercent,
      bonusCoins: discountCodes.bonusCoins,
      startsAt: discountCodes.startsAt,
      endsAt: discountCodes.endsAt,
      packageCoinsMin: discountCodes.packageCoinsMin,
      packageIds: discountCodes.packageIds,
      usesMax: discountCodes.usesMax,
      usesPerUserMax: discountCodes.usesPerUserMax,
      uses: discountCodes.uses,
      active: discountCodes.active,
      suspended: discountCodes.suspended,
      updatedAt: discountCodes.updatedAt,
      usesByUser: sql<number>`(${usesByUser})`.as('uses_by_user'),
      reservedByUser: sql<number>`EXISTS ${reservation}`.as('reserved_by_user'),
    })
    .from(discountCodes)
    .where(eq(discountCodes.id, meant));
}
