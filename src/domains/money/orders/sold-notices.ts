/** Notifications about orders after their payment. Takes no Context. */
import type { OutboxEvent } from '@/contracts/messages';
import type { NotificationKind } from '@/contracts/notification-kinds';
import { formatMinor } from '@/shared/currency';
import type { OrderParty, OrderRow } from './tables';

type Named = Pick<OrderRow, 'id' | 'number' | 'title' | 'userId' | 'sellerId'>;

interface Text {
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
}

function notify(userId: string, { id, number }: Named, text: Text): OutboxEvent {
  return { kind: 'notify', notification: { userId, ...text, data: { orderId: id, number } } };
}

export const toBuyer = (order: Named, text: Text) => notify(order.userId, order, text);
export const toSeller = (order: Named, text: Text) => notify(order.sellerId, order, text);

const BECAUSE: Readonly<Record<OrderParty, string>> = {
  buyer: 'The buyer cancelled it.',
  seller: 'The seller cancelled it.',
  staff: 'The platform cancelled it.',
  system: 'It was not shipped in time.',
};

/** To both sides, except the one who did it. */
export function cancelledNotices(order: Named, by: OrderParty): OutboxEvent[] {
  const text = { kind: 'order-cancelled', title: 'An order was cancelled' } as const;
  const about = `“${order.title}”: ${BECAUSE[by]}`;
  return [
    ...(by === 'buyer' ? [] : [toBuyer(order, { ...text, body: `${about} Your money is on its way back.` })]),
    ...(by === 'seller' ? [] : [toSeller(order, { ...text, body: `${about} Do not ship it. The money goes back.` })]),
  ];
}

/** To both sides, except the one who did it. */
export function resolvedNotices(order: Named, by: OrderParty, resolution?: string): OutboxEvent[] {
  const text = {
    kind: 'order-problem-resolved',
    title: 'A problem with an order is resolved',
    body: `“${order.title}”: ${resolution ?? 'the problem is settled.'}`,
  } as const;
  return [...(by === 'buyer' ? [] : [toBuyer(order, text)]), ...(by === 'seller' ? [] : [toSeller(order, text)])];
}

/** To the buyer, who has the money back at the provider. The seller is notified of what it takes from their sales. */
export function refundedNotice(
  order: Named & Pick<OrderRow, 'currency'>,
  { amountMinor, reason }: { readonly amountMinor: number; readonly reason: string },
): OutboxEvent {
  return toBuyer(order, {
    kind: 'order-refunded',
    title: 'You get money back',
    body: `${formatMinor(amountMinor, order.currency)} for “${order.title}” are on their way to you. Reason: ${reason}`,
  });
}

/** To the one who asked for it and to the seller, who can try again, and to the buyer, who waits for the money. */
export function failedNotices(
  order: Named & Pick<OrderRow, 'currency'>,
  { amountMinor, requestedBy }: { readonly amountMinor: number; readonly requestedBy: string | null },
): OutboxEvent[] {
  const text = {
    kind: 'order-refund-failed',
    title: 'A refund failed',
    body:
      `The payment provider could not give back ${formatMinor(amountMinor, order.currency)} for “${order.title}”. ` +
      'Try again, or ask support.',
  } as const;
  const people = new Set([order.sellerId, order.userId, ...(requestedBy === null ? [] : [requestedBy])]);
  return [...people].map((userId) => notify(userId, order, text));
}
