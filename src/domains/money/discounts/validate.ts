/** What a code would add to a package, without using it. */
import type { z } from '@hono/zod-openapi';
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { coinPackages } from '@/domains/money/purchases/tables';
import type { Actor } from '@/shared/actor';
import { packageError } from './errors';
import { discountQuery } from './find';
import { judgeDiscount } from './judge-discount';
import type { DiscountAnswer, DiscountCheck } from './schemas';

/** Throws PACKAGE_NOT_FOUND. */
export async function validateDiscount(
  ctx: Context,
  { userId }: Actor,
  { code, packageId }: z.output<typeof DiscountCheck>,
): Promise<z.input<typeof DiscountAnswer>> {
  const [[offered], [discount]] = await ctx.db.batch([
    ctx.db
      .select({ coins: coinPackages.coins })
      .from(coinPackages)
      .where(and(eq(coinPackages.id, packageId), eq(coinPackages.active, true))),
    discountQuery(ctx, code, userId),
  ]);
  if (!offered) throw packageError('PACKAGE_NOT_FOUND');
  const verdict = judgeDiscount(discount, {
    userId,
    usesByUser: discount?.usesByUser ?? 0,
    isReserved: discount?.reservedByUser === 1,
    packageId,
    packageCoins: offered.coins,
    now: ctx.now(),
  });
  return 'reason' in verdict
    ? { valid: false, code: discount?.code ?? code, bonusCoins: 0, reason: verdict.reason }
    : { valid: true, code: discount?.code ?? code, bonusCoins: verdict.bonusCoins };
}
