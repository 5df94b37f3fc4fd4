/** The buyer's notifications when their purchase changes. Takes no Context. */

import type { OutboxEvent } from '@/contracts/messages';
import type { NotificationKind } from '@/contracts/notification-kinds';
import type { PurchaseRow } from './tables';

/** @param rewardCode the code that the purchase earned */
export function noticesOf(before: PurchaseRow, after: PurchaseRow, rewardCode: string | undefined): OutboxEvent[] {
  const { id: purchaseId, userId } = after;
  const notice = (
    kind: NotificationKind,
    title: string,
    body: string,
    data: Record<string, unknown> = {},
  ): OutboxEvent => ({
    kind: 'notify',
    notification: { userId, kind, title, body, data: { purchaseId, ...data } },
  });
  const notices: OutboxEvent[] = [];
  if (before.paidAt === null && after.paidAt !== null) {
    const coins = after.coins + after.bonusCoins;
    const lost = after.codeBonusCoins < before.codeBonusCoins;
    const body = [
      `${coins} coins are in your wallet.`,
      ...(lost ? [`The code ${after.discountCode} was used up before your payment came, and added nothing.`] : []),
      ...(rewardCode === undefined ? [] : [`For your next purchase: ${rewardCode}.`]),
    ].join(' ');
    notices.push(
      notice('purchase-paid', 'Your coins are here', body, { coins, ...(rewardCode ? { rewardCode } : {}) }),
    );
  }
  const taken = after.reversedCoins - before.reversedCoins;
  if (taken > 0)
    notices.push(
      notice('purchase-reversed', 'Coins were taken back', `A payment was returned, and ${taken} coins with it.`, {
        coins: taken,
      }),
    );
  if (taken < 0)
    notices.push(
      notice(
        'purchase-restored',
        'Coins were given back',
        `A payment stands after all: ${-taken} coins are yours again.`,
        {
          coins: -taken,
        },
      ),
    );
  return notices;
}
