/** Staff decide on cash-outs. Each is decided once, by someone other than its creator, and logged with its effects. */

import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { logStaff, type StaffAction } from '@/domains/base/permissions/log';
import { staffCanActOn } from '@/domains/base/permissions/permissions';
import { staff } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import { creatorApplications } from '@/domains/people/creators/tables';
import { AppError } from '@/http/errors';
import { post } from '@/ledger/transfers';
import type { Actor, Rank } from '@/shared/actor';
import { formatMinor } from '@/shared/currency';
import { payoutError } from './errors';
import { decidedMeanwhile, markPaid, movePayout, notifyOf, returnPayout } from './finish';
import { approvalLegs } from './legs';
import { presentReview, type Reviewed, reviewedColumns } from './present';
import { needsDecision } from './sending-window';
import { firstSendAt } from './sweep';
import { type PayoutRow, payouts } from './tables';

/** Throws PAYOUT_NOT_FOUND, OWN_PAYOUT, PAYOUT_OUT_OF_REACH, PAYOUT_DECIDED. */
export async function approvePayout(ctx: Context, actor: Actor, id: string) {
  const reviewed = await getDecidable(ctx, actor, id);
  const { payout } = reviewed;
  const { amountMinor, currency } = payout;
  if (payout.status !== 'requested') throw payoutError('PAYOUT_DECIDED');
  const isSent = payout.method === 'stripe';
  const decidedAt = ctx.now();
  const changes = {
    status: 'approved',
    decidedAt,
    decidedBy: actor.userId,
    sendAt: isSent ? firstSendAt(decidedAt) : null,
  } as const;
  await commit(
    ctx,
    [
      ...movePayout(ctx, payout, changes),
      ...post(ctx, approvalLegs(payout)),
      logStaff(ctx, actionOn(payout, actor, 'payout.approve', 'approved')),
    ],
    {
      events: [
        notifyOf(
          payout,
          'payout-approved',
          'Your cash-out is approved',
          `${formatMinor(amountMinor, currency)} will be sent to you.`,
        ),
        ...(isSent ? [{ kind: 'payout', payoutId: id } as const] : []),
      ],
      refusals: { DEMAND_NOT_MET: decidedMeanwhile },
    },
  );
  ctx.log.event('payout.approved', { payoutId: id, method: payout.method });
  return presentReview({ ...reviewed, payout: { ...payout, ...changes } }, ctx.now());
}

/**
 * @param afterApproval staff know that it was not sent, although it was approved
 * Throws PAYOUT_NOT_FOUND, OWN_PAYOUT, PAYOUT_OUT_OF_REACH, PAYOUT_DECIDED.
 */
export async function rejectPayout(
  ctx: Context,
  actor: Actor,
  id: string,
  { reason, afterApproval }: { reason: string; afterApproval: boolean },
) {
  const reviewed = await getDecidable(ctx, actor, id);
  const { payout } = reviewed;
  const isUndecided = needsDecision(payout, ctx.now());
  const mayReject = payout.status === 'requested' || (payout.status === 'approved' && afterApproval) || isUndecided;
  if (!mayReject) throw payoutError('PAYOUT_DECIDED');
  if (payout.method === 'stripe' && payout.status !== 'requested') await requireNotSent(ctx, payout);
  const after = payout.status === 'requested' ? 'rejected' : 'failed';
  const decision = payout.status === 'requested' ? { decidedAt: ctx.now(), decidedBy: actor.userId } : {};
  const row = await returnPayout(ctx, payout, { ...decision, reason }, [
    logStaff(ctx, { ...actionOn(payout, actor, 'payout.reject', after), reason }),
  ]);
  return presentReview({ ...reviewed, payout: row }, ctx.now());
}

/**
 * Marks as paid an approved bank transfer, or a payout for which the provider does not say whether it was sent. Throws
 * PAYOUT_NOT_FOUND, OWN_PAYOUT, PAYOUT_OUT_OF_REACH, PAYOUT_NOT_APPROVED, PAYOUT_WITH_PROVIDER, PAYOUT_DECIDED.
 */
export async function confirmPaid(ctx: Context, actor: Actor, id: string, reference: string) {
  const reviewed = await getDecidable(ctx, actor, id);
  const { payout } = reviewed;
  const { status, method } = payout;
  if (status === 'requested') throw payoutError('PAYOUT_NOT_APPROVED');
  if (status !== 'approved' && status !== 'processing') throw payoutError('PAYOUT_DECIDED');
  if (method === 'stripe' && !needsDecision(payout, ctx.now())) throw payoutError('PAYOUT_WITH_PROVIDER');
  const { before, after, ...action } = actionOn(payout, actor, 'payout.paid', 'paid');
  const row = await markPaid(ctx, payout, reference, [
    logStaff(ctx, { ...action, before, after: { ...after, reference } }),
  ]);
  return presentReview({ ...reviewed, payout: row }, ctx.now());
}

/**
 * A transfer that the provider carried out counts as paid, whatever staff say. If the provider does not answer, staff's
 * word counts. Throws PAYOUT_DECIDED.
 */
async function requireNotSent(ctx: Context, payout: PayoutRow): Promise<void> {
  try {
    const reference = await ctx.payouts?.findTransfer(payout.id);
    if (reference === undefined) return;
    await markPaid(ctx, payout, reference);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'PAYOUT_UNAVAILABLE') throw error;
    ctx.log.warning(`payout ${payout.id}`, error.code);
    return;
  }
  throw payoutError('PAYOUT_DECIDED', { message: 'The provider has sent this cash-out after all, so it is paid.' });
}

function actionOn(payout: PayoutRow, { userId: staffId }: Actor, action: string, after: PayoutRow['status']) {
  const { id: targetId, userId, status, amountMinor, currency } = payout;
  return {
    staffId,
    action,
    targetType: 'payout',
    targetId,
    before: { userId, status },
    after: { userId, status: after, amountMinor, currency },
  } satisfies StaffAction;
}

type Decidable = Reviewed & { readonly country: string | null; readonly rank: Rank | null };

/** Throws PAYOUT_NOT_FOUND, OWN_PAYOUT, PAYOUT_OUT_OF_REACH. */
async function getDecidable(ctx: Context, actor: Actor, id: string): Promise<Decidable> {
  const row = await ctx.db
    .select({
      ...reviewedColumns,
      country: users.country,
      rank: staff.rank,
    })
    .from(payouts)
    .innerJoin(users, eq(users.id, payouts.userId))
    .leftJoin(staff, eq(staff.userId, payouts.userId))
    .leftJoin(creatorApplications, eq(creatorApplications.userId, payouts.userId))
    .where(eq(payouts.id, id))
    .get();
  if (!row) throw payoutError('PAYOUT_NOT_FOUND');
  if (row.payout.userId === actor.userId) throw payoutError('OWN_PAYOUT');
  if (!actor.staff || !staffCanActOn(actor.staff, row)) throw payoutError('PAYOUT_OUT_OF_REACH');
  return row;
}
