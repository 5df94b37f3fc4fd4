/** A subscriber's notifications about a subscription, which renews without them. */
import type { NewNotification, OutboxEvent } from '@/contracts/messages';
import { toIso } from '@/shared/time';
import type { EndedBecause, SubscriptionRow } from './tables';

/** Null: no notification, since the subscriber ended it or is gone. None says who blocked whom. */
const WHY: Readonly<Record<EndedBecause, string | null>> = {
  cancelled: null,
  'subscriber-gone': null,
  unpaid: 'Your wallet held too few coins for the next month.',
  'creator-gone': 'The creator does not take subscriptions any more. Nothing was charged.',
  blocked: 'It could not be renewed. Nothing was charged.',
  lapsed: 'It could not be renewed in time. Nothing was charged; subscribe again whenever you like.',
  worthless: 'It is not offered at its price any more. Nothing was charged; subscribe again whenever you like.',
};

/** @param graceUntil milliseconds */
export function shortNotice(row: SubscriptionRow, creatorName: string | null, graceUntil: number): OutboxEvent {
  return notice(row, {
    kind: 'subscription-short',
    title: 'Too few coins for your subscription',
    body: `The next month of ${nameOf(creatorName)} costs ${row.coinsPerMonth} coins. Add coins within three days to keep it.`,
    data: { graceUntil: toIso(graceUntil), coinsPerMonth: row.coinsPerMonth },
  });
}

/** Undefined if the subscriber need not be notified. */
export function endedNotice(
  row: SubscriptionRow,
  creatorName: string | null,
  because: EndedBecause,
): OutboxEvent | undefined {
  const why = WHY[because];
  if (why === null) return undefined;
  const title = `Your subscription to ${nameOf(creatorName)} has ended`;
  return notice(row, { kind: 'subscription-ended', title, body: why, data: { because } });
}

function nameOf(creatorName: string | null): string {
  return creatorName ?? 'a creator';
}

function notice(row: SubscriptionRow, notification: Omit<NewNotification, 'userId'>): OutboxEvent {
  const data = { ...notification.data, subscriptionId: row.id, creatorId: row.creatorId };
  return { kind: 'notify', notification: { ...notification, userId: row.subscriberId, data } };
}
