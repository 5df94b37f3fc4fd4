/** What buyer and seller are notified of when an order's payment changes. Takes no Context. */
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import type { OrderRow } from './tables';

/** @param takenMinor what the seller lost with this change; below zero: what came back */
export function noticesOf(before: OrderRow, after: OrderRow, takenMinor: number): OutboxEvent[] {
  return [...paidNotices(before, after), ...reversalNotice(after, takenMinor)];
}

function paidNotices(before: OrderRow, after: OrderRow): OutboxEvent[] {
  if (before.paidAt !== null || after.paidAt === null) return [];
  const { id: orderId, number, title: productTitle, quantity, kind: goods, userId, sellerId } = after;
  const order = { orderId, number, productTitle, quantity };
  if (after.stockState === 'none')
    return [
      noticeTo(userId, 'order-cancelled', { ...order, to: 'buyer', by: 'no-stock' }),
      noticeTo(sellerId, 'order-cancelled', { ...order, to: 'seller', by: 'no-stock' }),
    ];
  return [
    noticeTo(userId, 'order-paid', { ...order, goods }),
    noticeTo(sellerId, 'order-received', { ...order, goods, actorId: userId }),
  ];
}

function reversalNotice(order: OrderRow, takenMinor: number): OutboxEvent[] {
  if (takenMinor === 0) return [];
  const { id: orderId, number, title: productTitle, currency, sellerId } = order;
  const amount = { currency, amountMinor: Math.abs(takenMinor) };
  const data = { orderId, number, productTitle, money: amount, ...amount };
  return [noticeTo(sellerId, takenMinor > 0 ? 'sale-reversed' : 'sale-restored', data)];
}
