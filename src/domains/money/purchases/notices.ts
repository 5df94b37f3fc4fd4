/** The buyer's notifications when their purchase changes. Takes no Context. */

import type { OutboxEvent } from '@/contracts/messages';
import type { NotificationKind } from '@/contracts/notification-kinds';
import type { PurchaseRow } from './tables';

/** @param rewardCode the code that the purchase earned */
export function noticesOf(before: PurchaseRow, after: PurchaseRow, rewardCode: string | undefined): OutboxEvent[] {
  const { id: purchaseId, userId } = after;
  return [...paidNotice(before, after, rewardCode), ...slowNotice(before, after), ...reversalNotice(before, after)].map(
    ({ data, ...notice }) => ({ kind: 'notify', notification: { userId, ...notice, data: { purchaseId, ...data } } }),
  );
}

interface Notice {
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

function paidNotice(before: PurchaseRow, after: PurchaseRow, rewardCode: string | undefined): Notice[] {
  if (before.paidAt !== null || after.paidAt === null) return [];
  const coins = after.coins + after.bonusCoins;
  const body = [
    `${coins} coins are in your wallet.`,
    ...(after.codeBonusCoins < before.codeBonusCoins
      ? [`The code ${after.discountCode} could no longer be used when your payment arrived, so it added no coins.`]
      : []),
    ...(rewardCode === undefined ? [] : [`Discount code for your next purchase: ${rewardCode}.`]),
  ].join(' ');
  const data = { coins, ...(rewardCode ? { rewardCode } : {}) };
  return [{ kind: 'purchase-paid', title: 'Your coins have arrived', body, data }];
}

/** About money that takes days. */
function slowNotice(before: PurchaseRow, after: PurchaseRow): Notice[] {
  const [was, is] = [before.status, after.status];
  if (was !== 'processing' && is === 'processing') {
    const coins = after.coins + after.bonusCoins;
    const body = `Your ${coins} coins will be in your wallet once it arrives, which can take some days.`;
    return [{ kind: 'purchase-processing', title: 'Your payment is on its way', body }];
  }
  if (was === 'processing' && (is === 'failed' || is === 'expired')) {
    const body = 'No coins were bought. Start another purchase if you still want them.';
    return [{ kind: 'purchase-failed', title: 'Your payment did not arrive', body }];
  }
  return [];
}

function reversalNotice(before: PurchaseRow, after: PurchaseRow): Notice[] {
  const taken = after.reversedCoins - before.reversedCoins;
  if (taken > 0) {
    const body = `A payment was refunded or disputed, so ${taken} coins were taken back.`;
    return [{ kind: 'purchase-reversed', title: 'Coins were taken back', body, data: { coins: taken } }];
  }
  if (taken < 0) {
    const body = `A refund failed or a dispute was settled, so ${-taken} coins are back in your wallet.`;
    return [{ kind: 'purchase-restored', title: 'Coins were given back', body, data: { coins: -taken } }];
  }
  return [];
}
