/** Staff decide on cash-outs. Each is decided once, by someone other than its creator, and logged with its effects. */

import type { Context } from '@/contracts/context';
import { noticeTo } from '@/contracts/notification-data';
import { commitIfMet, requireThat } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { requireStaff } from '@/domains/base/permissions/rank';
import { getAccount } from '@/domains/people/auth/account';
import { authError } from '@/domains/people/auth/errors';
import { useAppCode } from '@/domains/people/auth/two-factor';
import { AppError } from '@/http/errors';
import { post } from '@/ledger/transfers';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { actionOn, type Decidable, getDecidable } from './decidable';
import { isStillCreator, owesNothing } from './eligible';
import { payoutError } from './errors';
import { decidedMeanwhile, markPaid, moneyOf, movePayout, returnPayout } from './finish';
import { approvalLegs } from './legs';
import { presentReview } from './present';
import { needsDecision } from './sending-window';
import { firstSendAt } from './sweep';
import type { PayoutRow } from './tables';

const CREATOR_OWES =
  'A payment was taken back, and this creator owes coins, diamonds or money. Reject the cash-out: what they get back pays first.';

/**
 * The code of the approver's app is used up together with the decision. Throws PAYOUT_NOT_FOUND, OWN_PAYOUT,
 * PAYOUT_OUT_OF_REACH, PAYOUT_DECIDED, CREATOR_NOT_PAYABLE, BANK_DETAILS_RESTING, DEBT_OPEN, TOTP_REQUIRED,
 * CHALLENGE_LIMIT.
 */
export async function approvePayout(ctx: Context, actor: Actor, id: string, code: string | undefined) {
  const [reviewed, approver] = await Promise.all([getDecidable(ctx, actor, id), getAccount(ctx, actor.userId)]);
  const { payout } = reviewed;
  const { currency } = payout;
  requireApprovable(reviewed);
  const codeIsUsed = await useAppCode(ctx, actor, approver, code);
  const isSent = payout.method === 'stripe';
  const decidedAt = ctx.now();
  const changes = {
    status: 'approved',
    decidedAt,
    decidedBy: actor.userId,
    sendAt: isSent ? firstSendAt(decidedAt) : null,
  } as const;
  const isApproved = await commitIfMet(
    ctx,
    [
      ...codeIsUsed,
      requireStaff(ctx, actor),
      requireThat(ctx, isStillCreator(payout.userId)),
      requireThat(ctx, owesNothing(payout.userId, currency)),
      ...movePayout(ctx, payout, changes),
      ...post(ctx, approvalLegs(payout)),
      logStaff(ctx, actionOn(payout, actor, 'payout.approve', 'approved')),
    ],
    {
      events: [
        noticeTo(payout.userId, 'payout-approved', moneyOf(payout)),
        ...(isSent ? [{ kind: 'payout', payoutId: id } as const] : []),
      ],
    },
  );
  if (!isApproved) throw await whyNotApproved(ctx, actor, id);
  ctx.log.event('payout.approved', { payoutId: id, method: payout.method });
  return presentReview({ ...reviewed, payout: { ...payout, ...changes } }, ctx.now());
}

/** Throws PAYOUT_DECIDED, CREATOR_NOT_PAYABLE, BANK_DETAILS_RESTING, DEBT_OPEN. */
function requireApprovable({ payout, isCreator, restsUntil, risk }: Decidable): void {
  if (payout.status !== 'requested') throw payoutError('PAYOUT_DECIDED');
  if (!isCreator) throw payoutError('CREATOR_NOT_PAYABLE');
  if (payout.method === 'bank' && restsUntil !== null)
    throw payoutError('BANK_DETAILS_RESTING', { details: { usableAt: toIso(restsUntil) } });
  const debts = risk?.debts ?? [];
  if (debts.length > 0) throw payoutError('DEBT_OPEN', { message: CREATOR_OWES, details: { debts } });
}

/** The code, the payout or its creator changed between the reads and the batch. Throws as `requireApprovable`. */
async function whyNotApproved(ctx: Context, actor: Actor, id: string): Promise<AppError> {
  const reviewed = await getDecidable(ctx, actor, id);
  if (reviewed.payout.status !== 'requested') return decidedMeanwhile();
  requireApprovable(reviewed);
  return authError('TOTP_REQUIRED');
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
    requireStaff(ctx, actor),
    logStaff(ctx, { ...actionOn(payout, actor, 'payout.reject', after), reason }),
  ]);
  return presentReview({ ...reviewed, payout: row }, ctx.now());
}

/**
 * Marks as paid an approved bank transfer, or a payout for which the provider does not say whether it was sent. Staff say
 * that the money has left, so a debt does not matter. Throws PAYOUT_NOT_FOUND, OWN_PAYOUT, PAYOUT_OUT_OF_REACH,
 * PAYOUT_NOT_APPROVED, PAYOUT_WITH_PROVIDER, PAYOUT_DECIDED.
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
    requireStaff(ctx, actor),
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
