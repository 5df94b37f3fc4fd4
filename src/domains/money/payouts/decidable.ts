/** Finds a cash-out for staff who decide on it: never their own, and only within their reach. */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { StaffAction } from '@/domains/base/permissions/log';
import { canActOn } from '@/domains/base/permissions/permissions';
import { staff } from '@/domains/base/permissions/tables';
import { cardOf } from '@/domains/base/users/card-of';
import { users } from '@/domains/base/users/tables';
import { exchanges } from '@/domains/money/earnings/tables';
import { creatorApplications } from '@/domains/people/creators/tables';
import type { Actor, Rank } from '@/shared/actor';
import { restsUntil } from './details-rest';
import { isStillCreator } from './eligible';
import { payoutError } from './errors';
import { type Reviewed, reviewedColumns } from './present';
import { readRisks } from './risk';
import { type PayoutRow, payouts } from './tables';

export type Decidable = Reviewed & {
  readonly country: string | null;
  readonly rank: Rank | null;
  readonly isCreator: boolean;
  /** Until when (ms) the creator's new bank details are not used. */
  readonly restsUntil: number | null;
};

/** Throws PAYOUT_NOT_FOUND, OWN_PAYOUT, PAYOUT_OUT_OF_REACH. */
export async function getDecidable(ctx: Context, actor: Actor, id: string): Promise<Decidable> {
  const [row, risks] = await Promise.all([
    ctx.db
      .select({
        ...reviewedColumns,
        me: cardOf(actor.userId).as('me'),
        country: users.country,
        rank: staff.rank,
        isCreator: isStillCreator(sql`${payouts.userId}`),
        restsUntil: restsUntil(sql`${payouts.userId}`, ctx.now()),
      })
      .from(payouts)
      .innerJoin(users, eq(users.id, payouts.userId))
      .leftJoin(staff, eq(staff.userId, payouts.userId))
      .leftJoin(creatorApplications, eq(creatorApplications.userId, payouts.userId))
      .leftJoin(exchanges, eq(exchanges.id, payouts.setOffExchangeId))
      .where(eq(payouts.id, id))
      .get(),
    readRisks(ctx, sql`SELECT user_id FROM ${payouts} WHERE id = ${id}`),
  ]);
  if (!row) throw payoutError('PAYOUT_NOT_FOUND');
  const { userId } = row.payout;
  if (userId === actor.userId) throw payoutError('OWN_PAYOUT');
  if (!canActOn(actor, { ...row, userId })) throw payoutError('PAYOUT_OUT_OF_REACH');
  return { ...row, isCreator: row.isCreator === 1, risk: risks.get(userId) };
}

export function actionOn(payout: PayoutRow, { userId: staffId }: Actor, action: string, after: PayoutRow['status']) {
  const { id: targetId, userId, status, amountMinor, currency } = payout;
  return {
    staffId,
    action,
    targetType: 'payout',
    targetId,
    subjectId: userId,
    before: { userId, status },
    after: { userId, status: after, amountMinor, currency },
  } satisfies StaffAction;
}
