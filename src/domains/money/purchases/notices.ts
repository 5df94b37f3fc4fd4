/** The buyer's notifications when their purchase changes. Takes no Context. */

import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import type { PurchaseRow } from './tables';

/** @param rewardCode the code that the purchase earned */
export function noticesOf(before: PurchaseRow, after: PurchaseRow, rewardCode: string | undefined): OutboxEvent[] {
  return [...paidNotice(before, after, rewardCode), ...slowNotice(before, after), ...reversalNotice(before, after)];
}

function paidNotice(before: PurchaseRow, after: PurchaseRow, rewardCode: string | undefined): OutboxEvent[] {
  if (before.paidAt !== null || after.paidAt === null) return [];
  const { id: purchaseId, userId, discountCode } = after;
  const hasLostCode = after.codeBonusCoins < before.codeBonusCoins && discountCode !== null;
  const codes = { ...(hasLostCode ? { lostCode: discountCode } : {}), ...(rewardCode ? { rewardCode } : {}) };
  return [noticeTo(userId, 'purchase-paid', { purchaseId, coins: after.coins + after.bonusCoins, ...codes })];
}

/** About money that takes days. */
function slowNotice(before: PurchaseRow, after: PurchaseRow): OutboxEvent[] {
  const [was, is] = [before.status, after.status];
  const { id: purchaseId, userId } = after;
  if (was !== 'processing' && is === 'processing')
    return [noticeTo(userId, 'purchase-processing', { purchaseId, coins: after.coins + after.bonusCoins })];
  if (was === 'processing' && (is === 'failed' || is === 'expired'))
    return [noticeTo(userId, 'purchase-failed', { purchaseId })];
  return [];
}

function reversalNotice(before: PurchaseRow, after: PurchaseRow): OutboxEvent[] {
  const taken = after.reversedCoins - before.reversedCoins;
  if (taken === 0) return [];
  const kind = taken > 0 ? 'purchase-reversed' : 'purchase-restored';
  return [noticeTo(after.userId, kind, { purchaseId: after.id, coins: Math.abs(taken) })];
}
