/** Notifications to subscribers about their subscriptions. A renewal sends none. */
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { toIso } from '@/shared/time';
import type { EndedBecause, SubscriptionRow } from './tables';

/** The subscriber ended it, or is gone. */
const UNTOLD: ReadonlySet<EndedBecause> = new Set(['cancelled', 'subscriber-gone']);

/** @param graceUntil milliseconds */
export function shortNotice(row: SubscriptionRow, graceUntil: number): OutboxEvent {
  const { coinsPerMonth } = row;
  return noticeTo(row.subscriberId, 'subscription-short', {
    ...namesOf(row),
    coinsPerMonth,
    graceUntil: toIso(graceUntil),
  });
}

/**
 * Undefined if the subscriber need not be notified. No text reveals who blocked whom.
 * @param returnedCoins for unused days; undefined: it ended with its month
 */
export function endedNotice(
  row: SubscriptionRow,
  because: EndedBecause,
  returnedCoins?: number,
): OutboxEvent | undefined {
  if (UNTOLD.has(because)) return undefined;
  const returned = returnedCoins === undefined ? {} : { returnedCoins };
  return noticeTo(row.subscriberId, 'subscription-ended', { ...namesOf(row), because, ...returned });
}

function namesOf({ id, creatorId }: SubscriptionRow) {
  return { subscriptionId: id, creatorId };
}
