/** What refunds and disputes have taken back, as a receipt shows it. */
import { asc, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { paymentClaims } from '@/domains/money/payments/tables';
import { toIso } from '@/shared/time';

/** A payment has one or two. */
const REVERSALS_MAX = 100;

/** @param paymentId our id of the payment, whatever it pays for */
export function listReversals(ctx: Context, paymentId: string) {
  const { kind, amountMinor, state, createdAt, claimId } = paymentClaims;
  return ctx.db
    .select({ kind, amountMinor, state, at: createdAt })
    .from(paymentClaims)
    .where(eq(paymentClaims.purchaseId, paymentId))
    .orderBy(asc(createdAt), asc(claimId))
    .limit(REVERSALS_MAX);
}

export function presentReversal({ at, ...claim }: Awaited<ReturnType<typeof listReversals>>[number]) {
  return { ...claim, at: toIso(at) };
}
