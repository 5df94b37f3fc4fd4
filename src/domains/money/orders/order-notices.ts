/** What buyer and seller are notified of when an order's payment changes. Takes no Context. */
import type { OutboxEvent } from '@/contracts/messages';
import type { NotificationKind } from '@/contracts/notification-kinds';
import { formatPrice } from '@/shared/currency';
import type { OrderRow } from './tables';

interface Notice {
  readonly to: 'buyer' | 'seller';
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** @param takenMinor what the seller lost with this change; below zero: what came back */
export function noticesOf(before: OrderRow, after: OrderRow, takenMinor: number): OutboxEvent[] {
  const { id: orderId, number, userId, sellerId } = after;
  return [...paidNotices(before, after), ...reversalNotice(after, takenMinor)].map(({ to, data, ...notice }) => ({
    kind: 'notify',
    notification: {
      ...notice,
      userId: to === 'buyer' ? userId : sellerId,
      data: { orderId, number, ...data },
    },
  }));
}

function paidNotices(before: OrderRow, after: OrderRow): Notice[] {
  if (before.paidAt !== null || after.paidAt === null) return [];
  const { title, quantity, kind } = after;
  const goods = quantity === 1 ? `“${title}”` : `${quantity} × “${title}”`;
  if (after.stockState === 'none') {
    const because = `The payment for ${goods} arrived when no piece was left`;
    return [
      {
        to: 'buyer',
        kind: 'order-cancelled',
        title: 'Your order was cancelled',
        body: `${because}. You get your money back.`,
      },
      {
        to: 'seller',
        kind: 'order-cancelled',
        title: 'An order was cancelled',
        body: `${because}. The buyer gets the money back.`,
      },
    ];
  }
  const next = kind === 'digital' ? 'You can download it now.' : 'The seller will ship it.';
  return [
    { to: 'buyer', kind: 'order-paid', title: 'Your order is paid', body: `${goods}: ${next}` },
    {
      ...{ to: 'seller', kind: 'order-received', title: 'You sold something' },
      body: kind === 'digital' ? `${goods} was bought.` : `${goods} was bought. Ship it soon.`,
    },
  ];
}

function reversalNotice({ title, currency }: OrderRow, takenMinor: number): Notice[] {
  const money = formatPrice(Math.abs(takenMinor), currency);
  const data = { amountMinor: Math.abs(takenMinor), currency };
  if (takenMinor > 0) {
    const body = `The payment for “${title}” was refunded or disputed, so ${money} were taken from your sales.`;
    return [{ to: 'seller', kind: 'sale-reversed', title: 'Money of a sale was taken back', body, data }];
  }
  if (takenMinor < 0) {
    const body = `A refund of “${title}” failed or a dispute was settled, so ${money} are in your sales again.`;
    return [{ to: 'seller', kind: 'sale-restored', title: 'Money of a sale was given back', body, data }];
  }
  return [];
}
