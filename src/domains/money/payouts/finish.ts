/**
 * Ends a cash-out: it is paid, or all of it is given back. The batch requires the status that was read, so a cash-out
 * ends only once.
 */

import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { noticeTo } from '@/contracts/notification-data';
import { commit, requireChange } from '@/db/commit';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import type { AppError } from '@/http/errors';
import { post } from '@/ledger/transfers';
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
    events: [noticeTo(payout.userId, 'payout-paid', moneyOf(payout))],
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
  const kind = wasApproved ? 'payout-failed' : 'payout-rejected';
  await commit(ctx, [...movePayout(ctx, payout, changes), ...post(ctx, returnLegs(payout, { wasApproved })), ...also], {
    events: [noticeTo(payout.userId, kind, { ...moneyOf(payout), diamonds: payout.diamonds, reason })],
    refusals: { DEMAND_NOT_MET: decidedMeanwhile },
  });
  ctx.log.event(`payout.${changes.status}`, { payoutId: payout.id, method: payout.method });
  return { ...payout, ...changes };
}

/** What every notification about a cash-out says of it. */
export function moneyOf({ id, currency, amountMinor }: PayoutRow) {
  return { payoutId: id, money: { currency, amountMinor } };
}
