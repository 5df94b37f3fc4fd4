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
      ...(lost
        ? [`The code ${after.discountCode} was used up before your payment arrived, so it added no coins.`]
        : []),
      ...(rewardCode === undefined ? [] : [`Discount code for your next purchase: ${rewardCode}.`]),
    ].join(' ');
    notices.push(
      notice('purchase-paid', 'Your coins have arrived', body, { coins, ...(rewardCode ? { rewardCode } : {}) }),
    );
  }
  if (before.status !== 'processing' && after.status === 'processing')
    notices.push(
      notice(
        'purchase-processing',
        'Your payment is on its way',
        `Your ${after.coins + after.bonusCoins} coins will be in your wallet once it arrives, which can take some days.`,
      ),
    );
  if (before.status === 'processing' && (after.status === 'failed' || after.status === 'expired'))
    notices.push(
      notice(
        'purchase-failed',
        'Your payment did not arrive',
        'No coins were bought. Start another purchase if you still want them.',
      ),
    );
  const taken = after.reversedCoins - before.reversedCoins;
  if (taken > 0)
    notices.push(
      notice(
        'purchase-reversed',
        'Coins were taken back',
        `A payment was refunded or disputed, so ${taken} coins were taken back.`,
        {
          coins: taken,
        },
      ),
    );
  if (taken < 0)
    notices.push(
      notice(
        'purchase-restored',
        'Coins were given back',
        `A refund failed or a dispute was settled, so ${-taken} coins are back in your wallet.`,
        {
          coins: -taken,
        },
      ),
    );
  return notices;
}
