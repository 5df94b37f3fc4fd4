/** Notifications about orders after their payment. Takes no Context. */
import type { OutboxEvent } from '@/contracts/messages';
import { type DataOf, noticeTo } from '@/contracts/notification-data';
import type { OrderParty, OrderRow } from './tables';

type Named = Pick<OrderRow, 'id' | 'number' | 'title' | 'userId' | 'sellerId'>;

/** What every notification about an order says of it. `by`: the side that did it, whose card the other gets. */
function namesOf({ id, number, title, userId, sellerId }: Named, by?: OrderParty) {
  const actor = by === 'buyer' ? { actorId: userId } : by === 'seller' ? { actorId: sellerId } : {};
  return { orderId: id, number, productTitle: title, ...actor };
}

export function shippedNotice(order: Named, shipment: Pick<OrderRow, 'carrier' | 'tracking'>): OutboxEvent {
  const { carrier, tracking } = shipment;
  return noticeTo(order.userId, 'order-fulfilled', { ...namesOf(order, 'seller'), carrier, tracking });
}

export function reminderNotice(order: Named): OutboxEvent {
  return noticeTo(order.sellerId, 'order-reminder', namesOf(order));
}

export function problemNotice(order: Named): OutboxEvent {
  return noticeTo(order.sellerId, 'order-problem', namesOf(order, 'buyer'));
}

export function answeredNotice(order: Named): OutboxEvent {
  return noticeTo(order.userId, 'order-problem-answered', namesOf(order, 'seller'));
}

/** To both sides, except the one who did it. */
export function cancelledNotices(order: Named, by: OrderParty): OutboxEvent[] {
  const data = { ...namesOf(order, by), by };
  return [
    ...(by === 'buyer' ? [] : [noticeTo(order.userId, 'order-cancelled', { ...data, to: 'buyer' })]),
    ...(by === 'seller' ? [] : [noticeTo(order.sellerId, 'order-cancelled', { ...data, to: 'seller' })]),
  ];
}

/** To both sides, except the one who did it. @param resolution null: the buyer confirmed the order */
export function resolvedNotices(order: Named, by: OrderParty, resolution: string | null): OutboxEvent[] {
  const data: DataOf<'order-problem-resolved'> = { ...namesOf(order, by), resolution };
  return [
    ...(by === 'buyer' ? [] : [noticeTo(order.userId, 'order-problem-resolved', data)]),
    ...(by === 'seller' ? [] : [noticeTo(order.sellerId, 'order-problem-resolved', data)]),
  ];
}

type Priced = Named & Pick<OrderRow, 'currency'>;

/** To the buyer, who has the money back at the provider. The seller is notified of what it takes from their sales. */
export function refundedNotice(
  order: Priced,
  { amountMinor, reason }: { readonly amountMinor: number; readonly reason: string },
): OutboxEvent {
  const money = { currency: order.currency, amountMinor };
  return noticeTo(order.userId, 'order-refunded', { ...namesOf(order), money, reason });
}

/** To the one who asked for it and to the seller, who can try again, and to the buyer, who waits for the money. */
export function failedNotices(
  order: Priced,
  { amountMinor, requestedBy }: { readonly amountMinor: number; readonly requestedBy: string | null },
): OutboxEvent[] {
  const money = { currency: order.currency, amountMinor };
  const people = new Set([order.sellerId, order.userId, ...(requestedBy === null ? [] : [requestedBy])]);
  return [...people].map((userId) => noticeTo(userId, 'order-refund-failed', { ...namesOf(order), money }));
}
