/**
 * Ends a cash-out: it is paid, or all of it is given back. The batch requires the status that was read, so a cash-out
 * ends only once.
 */

import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { NewNotification } from '@/contracts/messages';
import type { NotificationKind } from '@/contracts/notification-kinds';
import { commit, requireChange } from '@/db/commit';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import type { AppError } from '@/http/errors';
import { post } from '@/ledger/transfers';
import { formatMinor } from '@/shared/currency';
import { payoutError } from './errors';
import { paidLegs, returnLegs } from './legs';
import { type PayoutRow, type PayoutStatus, payouts } from './tables';

type Changes = Partial<Pick<PayoutRow, 'providerReason' | 'decidedAt' | 'decidedBy'>>;

/** Aborts its batch with DEMAND_NOT_MET unless the payout is still at the status and the attempt that were read. */
export function movePayout(
  ctx: Context,
  payout: PayoutRow,
  changes: Partial<PayoutRow> & { status: PayoutStatus },
): Statement[] {
  const { id, status, refusals } = payout;
  const stillThere = and(eq(payouts.id, id), eq(payouts.status, status), eq(payouts.refusals, refusals));
  // An approved cash-out still needs staff if they pay it by bank, or if the provider refused it.
  const { method, refusals: refused } = { ...payout, ...changes };
  const waits = changes.status === 'approved' && (method === 'bank' || refused > 0);
  return [
    ctx.db.update(payouts).set(changes).where(stillThere),
    requireChange(ctx),
    ...(waits ? [] : withdrawWaiting(ctx, id)),
  ];
}

export const decidedMeanwhile = (): AppError =>
  payoutError('PAYOUT_DECIDED', { message: 'Someone else just decided this cash-out. Reload to see its status.' });

/** @param also statements for the same batch. Throws PAYOUT_DECIDED if the payout moved on meanwhile. */
export async function markPaid(ctx: Context, payout: PayoutRow, reference: string, also: readonly Statement[] = []) {
  const changes = { status: 'paid', reference, reason: null, sendAt: null, paidAt: ctx.now() } as const;
  await commit(ctx, [...movePayout(ctx, payout, changes), ...post(ctx, paidLegs(payout, payout.method)), ...also], {
    events: [
      notifyOf(
        payout,
        'payout-paid',
        'Your cash-out is paid',
        `${formatMinor(payout.amountMinor, payout.currency)} is on its way to your account.`,
      ),
    ],
    refusals: { DEMAND_NOT_MET: decidedMeanwhile },
  });
  ctx.log.event('payout.paid', { payoutId: payout.id, method: payout.method });
  return { ...payout, ...changes };
}

/**
 * The payout becomes `rejected` if it was not approved yet, and `failed` if it was.
 * @param also statements for the same batch. Throws PAYOUT_DECIDED if the payout moved on meanwhile.
 */
export async function returnPayout(
  ctx: Context,
  payout: PayoutRow,
  { reason, ...decision }: Changes & { reason: string },
  also: readonly Statement[] = [],
) {
  const wasApproved = payout.status !== 'requested';
  const changes = { ...decision, reason, status: wasApproved ? 'failed' : 'rejected', sendAt: null } as const;
  const what = payout.diamonds === null ? 'The money is' : 'The diamonds are';
  const notification = wasApproved
    ? notifyOf(payout, 'payout-failed', 'Your cash-out could not be paid', `${what} yours again. Reason: ${reason}`)
    : notifyOf(payout, 'payout-rejected', 'Your cash-out was not approved', `${what} yours again. Reason: ${reason}`);
  await commit(ctx, [...movePayout(ctx, payout, changes), ...post(ctx, returnLegs(payout, { wasApproved })), ...also], {
    events: [notification],
    refusals: { DEMAND_NOT_MET: decidedMeanwhile },
  });
  ctx.log.event(`payout.${changes.status}`, { payoutId: payout.id, method: payout.method });
  return { ...payout, ...changes };
}

export function notifyOf({ id, userId }: PayoutRow, kind: NotificationKind, title: string, body: string) {
  const notification: NewNotification = { userId, kind, title, body, data: { payoutId: id } };
  return { kind: 'notify', notification } as const;
}
