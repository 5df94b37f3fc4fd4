/**
 * The arithmetic of an order's money, in whole minor units: what the seller has of it, and what refunds and disputes take
 * from whom. Every part is a share of the total so far, so nothing is lost to rounding. Takes no Context.
 */
import type { EconomyConfig } from '@/contracts/economy';

const BASIS_POINTS = 10_000;

/** The price of an order's parts. `amountMinor` is what the buyer paid: items, shipping and tax. */
export interface OrderMoney {
  readonly amountMinor: number;
  readonly itemsMinor: number;
  readonly shippingMinor: number;
  readonly taxMinor: number;
  readonly commissionMinor: number;
}

/** floor(part × of ÷ whole). */
export function share(part: number, of: number, whole: number): number {
  // The product may exceed 2^53.
  return Number((BigInt(part) * BigInt(of)) / BigInt(whole));
}

/** The platform's part of the items: its share and the fee of the currency, and never more than the items. */
export function commissionOf({ shop }: EconomyConfig['limits'], currency: string, itemsMinor: number): number {
  const feeMinor = shop.currencies.find((known) => known.currency === currency)?.feeMinor ?? 0;
  return Math.min(itemsMinor, share(itemsMinor, shop.commissionBasisPoints, BASIS_POINTS) + feeMinor);
}

/** What shipping costs after the buyer's other paid orders of the show: together they pay the dearest once. */
export function shippingOf(fullMinor: number, largestPaidMinor: number): number {
  return Math.max(0, fullMinor - largestPaidMinor);
}

/** What was taken back from whom. `refundsMinor` and `disputesMinor` are the seller's parts. */
export interface Reversal {
  readonly reversedMinor: number;
  /** The part of `reversedMinor` by refunds. */
  readonly refundedMinor: number;
  readonly taxMinor: number;
  readonly commissionMinor: number;
  readonly refundsMinor: number;
  readonly disputesMinor: number;
}

/**
 * Splits what was taken back so far. The tax goes back with the money, and so does the commission, which the platform
 * gives to the seller. A refund counts before a dispute of the same money.
 * @param standingMinor the sum of the refunds that stand
 */
export function reversalOf(order: OrderMoney, reversedMinor: number, standingMinor: number): Reversal {
  const refundedMinor = Math.min(reversedMinor, standingMinor);
  const refundsMinor = sellersPart(order, refundedMinor);
  return {
    reversedMinor,
    refundedMinor,
    taxMinor: share(order.taxMinor, reversedMinor, order.amountMinor),
    commissionMinor: share(order.commissionMinor, reversedMinor, order.amountMinor),
    refundsMinor,
    disputesMinor: sellersPart(order, reversedMinor) - refundsMinor,
  };
}

function sellersPart({ taxMinor, amountMinor }: OrderMoney, takenMinor: number): number {
  return takenMinor - share(taxMinor, takenMinor, amountMinor);
}

/**
 * What the buyer gets back for items and shipping that cost `netMinor`: that and the tax on it. Refunds of an order are
 * differences of this sum, so that all of them together come to exactly what was paid.
 * @param netMinor of all refunds of the order so far
 */
export function grossOf({ itemsMinor, shippingMinor, taxMinor }: OrderMoney, netMinor: number): number {
  return netMinor + share(taxMinor, netMinor, itemsMinor + shippingMinor);
}

export interface Refunded {
  readonly refundedQuantity: number;
  readonly refundedShippingMinor: number;
}

/** What a refund of these pieces and this part of the shipping gives back, after what was refunded before. */
export function refundOf(
  order: OrderMoney & Refunded & { readonly unitMinor: number },
  { quantity, shippingMinor }: { readonly quantity: number; readonly shippingMinor: number },
): number {
  const before = order.unitMinor * order.refundedQuantity + order.refundedShippingMinor;
  return grossOf(order, before + order.unitMinor * quantity + shippingMinor) - grossOf(order, before);
}

/** What the seller has of a paid order: as the generated column `proceeds_minor`. */
export function proceedsOf(order: OrderMoney, { reversedMinor, taxMinor, commissionMinor }: Reversal): number {
  return order.itemsMinor + order.shippingMinor - order.commissionMinor - (reversedMinor - taxMinor) + commissionMinor;
}
