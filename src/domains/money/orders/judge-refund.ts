/** Judges what a refund comes to, after the earlier refunds of its order. Takes no Context. */
import { type OrderMoney, proceedsOf, refundOf, reversalOf } from './money-of-order';
import type { OrderRow } from './tables';

/** The columns of an order that decide about its refunds. */
export type Refundable = OrderMoney &
  Pick<
    OrderRow,
    | 'id'
    | 'currency'
    | 'state'
    | 'status'
    | 'paidAt'
    | 'fulfilledAt'
    | 'unitMinor'
    | 'quantity'
    | 'reversedMinor'
    | 'refundedMinor'
    | 'refundedQuantity'
    | 'refundedShippingMinor'
    | 'refundingMinor'
  >;

/** Pieces and shipping, or an amount alone. */
export interface RefundInput {
  readonly quantity: number;
  readonly shipping: boolean;
  readonly amountMinor?: number | undefined;
}

export interface RefundParts {
  readonly quantity: number;
  readonly shippingMinor: number;
  /** Tax included. */
  readonly amountMinor: number;
}

export type RefundVerdict =
  | { readonly parts: RefundParts }
  | {
      readonly code: 'ORDER_NOT_PAID' | 'ORDER_DISPUTED' | 'ALREADY_REFUNDED' | 'REFUND_TOO_LARGE';
      readonly details?: Readonly<Record<string, unknown>>;
    };

/** What can still be refunded: neither taken back nor asked of the provider. */
export function leftOf(order: Refundable): RefundParts {
  return {
    quantity: order.quantity - order.refundedQuantity,
    shippingMinor: order.shippingMinor - order.refundedShippingMinor,
    amountMinor: Math.max(0, order.amountMinor - order.reversedMinor - order.refundingMinor),
  };
}

/** Whatever takes all that is left of an order that was not shipped takes its pieces too: nobody will send them. */
export function judgeRefund(order: Refundable, input: RefundInput | 'whole'): RefundVerdict {
  const verdict = judgeParts(order, input);
  if ('code' in verdict || order.fulfilledAt !== null || !isWhole(order, verdict.parts)) return verdict;
  return { parts: leftOf(order) };
}

function judgeParts(order: Refundable, input: RefundInput | 'whole'): RefundVerdict {
  if (order.paidAt === null) return { code: 'ORDER_NOT_PAID' };
  if (order.status === 'disputed') return { code: 'ORDER_DISPUTED' };
  const left = leftOf(order);
  const details = { left: { ...left, currency: order.currency } };
  if (left.amountMinor === 0) return { code: 'ALREADY_REFUNDED', details };
  if (input === 'whole') return { parts: left };
  const { quantity, shipping, amountMinor } = input;
  if (amountMinor !== undefined)
    return amountMinor > left.amountMinor
      ? { code: 'REFUND_TOO_LARGE', details }
      : { parts: { quantity: 0, shippingMinor: 0, amountMinor } };
  const shippingMinor = shipping ? left.shippingMinor : 0;
  if (quantity > left.quantity && left.quantity > 0) return { code: 'REFUND_TOO_LARGE', details };
  const isTooMuch = quantity > left.quantity || (shipping && shippingMinor === 0 && order.shippingMinor > 0);
  const gross = isTooMuch ? 0 : refundOf(order, { quantity, shippingMinor });
  if (gross === 0) return { code: 'ALREADY_REFUNDED', details };
  // Amounts that were refunded without pieces may have taken a part of it already.
  return { parts: { quantity, shippingMinor, amountMinor: Math.min(gross, left.amountMinor) } };
}

/** What a refund takes from the seller: without the tax, and without the commission that comes back. */
export function costOfRefund(order: Refundable, amountMinor: number): number {
  const before = order.reversedMinor + order.refundingMinor;
  const proceedsAfter = (reversedMinor: number) =>
    proceedsOf(order, reversalOf(order, reversedMinor, order.refundedMinor));
  return proceedsAfter(before) - proceedsAfter(before + amountMinor);
}

/** Whether the refund leaves nothing of the order. */
export function isWhole(order: Refundable, { amountMinor }: RefundParts): boolean {
  return amountMinor === leftOf(order).amountMinor;
}
