/** Notifications to subscribers about their subscriptions. A renewal sends none. */
import type { NewNotification, OutboxEvent } from '@/contracts/messages';
import { toIso } from '@/shared/time';
import type { EndedBecause, SubscriptionRow } from './tables';

/** Null: no notification, because the subscriber ended it or is gone. No text reveals who blocked whom. */
const WHY: Readonly<Record<EndedBecause, string | null>> = {
  cancelled: null,
  'subscriber-gone': null,
  unpaid: 'Your wallet did not have enough coins for the next month.',
  'creator-gone': 'The creator no longer takes subscriptions. You were not charged.',
  blocked: 'It could not be renewed. You were not charged.',
  'creator-hidden': 'The creator is no longer shown in your country. You were not charged.',
  lapsed: 'It could not be renewed in time. You were not charged; you can subscribe again at any time.',
  worthless: 'It is no longer offered at its price. You were not charged; you can subscribe again at any time.',
};

/** @param graceUntil milliseconds */
export function shortNotice(row: SubscriptionRow, creatorName: string | null, graceUntil: number): OutboxEvent {
  return notice(row, {
    kind: 'subscription-short',
    title: 'Not enough coins for your subscription',
    body: `The next month of your subscription to ${nameOf(creatorName)} costs ${row.coinsPerMonth} coins. Add coins within three days to keep it.`,
    data: { graceUntil: toIso(graceUntil), coinsPerMonth: row.coinsPerMonth },
  });
}

/**
 * Undefined if the subscriber need not be notified.
 * @param returnedCoins for unused days; undefined: it ended with its month
 */
export function endedNotice(
  row: SubscriptionRow,
  creatorName: string | null,
  because: EndedBecause,
  returnedCoins?: number,
): OutboxEvent | undefined {
  const why = WHY[because];
  if (why === null) return undefined;
  const title = `Your subscription to ${nameOf(creatorName)} has ended`;
  if (returnedCoins === undefined)
    return notice(row, { kind: 'subscription-ended', title, body: why, data: { because } });
  const body = `It ended before its month was over. ${returnedText(returnedCoins)}`;
  return notice(row, { kind: 'subscription-ended', title, body, data: { because, returnedCoins } });
}

function returnedText(coins: number): string {
  if (coins === 0) return 'The days that were left were worth less than a coin.';
  return `For the days that were left, ${coins === 1 ? '1 coin is' : `${coins} coins are`} back in your wallet.`;
}

function nameOf(creatorName: string | null): string {
  return creatorName ?? 'a creator';
}

function notice(row: SubscriptionRow, notification: Omit<NewNotification, 'userId'>): OutboxEvent {
  const data = { ...notification.data, subscriptionId: row.id, creatorId: row.creatorId };
  return { kind: 'notify', notification: { ...notification, userId: row.subscriberId, data } };
}
