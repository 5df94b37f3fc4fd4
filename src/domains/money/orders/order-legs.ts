/** The transfers of an order: those of its payment, and the differences that refunds and disputes make. */
import type { Transfer } from '@/ledger/transfers';
import { type Reversal, reversalOf } from './money-of-order';
import type { OrderRow } from './tables';

/** A transfer, and what it takes from the seller because of a refund or a dispute; below zero: what it gives back. */
export type Leg = Transfer & { readonly takenMinor: number };

/** From what is booked to what the payment comes to; each leg number is used once. */
export function legsOf(before: OrderRow, after: OrderRow, reversal: Reversal, becomesPaid: boolean): Leg[] {
  const { id, sellerId, provider, currency, itemsMinor, shippingMinor, taxMinor, commissionMinor } = after;
  const booked = reversalOf(before, before.reversedMinor, before.refundedMinor);
  const change = {
    refunds: reversal.refundsMinor - booked.refundsMinor,
    disputes: reversal.disputesMinor - booked.disputesMinor,
    tax: reversal.taxMinor - booked.taxMinor,
    commission: reversal.commissionMinor - booked.commissionMinor,
  };
  const paid = (amount: number) => (becomesPaid ? amount : 0);
  const [seller, money] = [{ userId: sellerId }, { provider, currency }];
  const moves = [
    { kind: 'sale', ...seller, ...money, amount: paid(itemsMinor) },
    { kind: 'sale_shipping', ...seller, ...money, amount: paid(shippingMinor) },
    { kind: 'sale_tax', ...money, amount: paid(taxMinor) },
    { kind: 'commission', ...seller, currency, amount: paid(commissionMinor) },
    { kind: 'sale_refund', ...seller, ...money, amount: change.refunds, takes: 1 },
    { kind: 'sale_refund_failed', ...seller, ...money, amount: -change.refunds, takes: -1 },
    { kind: 'sale_reversal', ...seller, ...money, amount: change.disputes, takes: 1 },
    { kind: 'sale_restored', ...seller, ...money, amount: -change.disputes, takes: -1 },
    { kind: 'tax_reversal', ...money, amount: change.tax },
    { kind: 'tax_restored', ...money, amount: -change.tax },
    { kind: 'commission_reversal', ...seller, currency, amount: change.commission },
    { kind: 'commission_restored', ...seller, currency, amount: -change.commission },
  ] as const;
  return moves
    .filter(({ amount }) => amount > 0)
    .map((move, index) => {
      const { takes = 0, ...transfer } = { takes: 0, ...move };
      const leg = before.legs + index + 1;
      return { ...transfer, refType: 'order', refId: id, leg, takenMinor: takes * move.amount };
    });
}
