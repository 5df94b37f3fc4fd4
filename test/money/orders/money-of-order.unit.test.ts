/** The arithmetic of orders loses nothing to rounding. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grossOf, proceedsOf, refundOf, reversalOf, share, shippingOf } from '@/domains/money/orders/money-of-order';

const orderOf = (itemsMinor: number, shippingMinor: number, taxMinor: number, commissionMinor: number) => ({
  ...{ itemsMinor, shippingMinor, taxMinor, commissionMinor: Math.min(commissionMinor, itemsMinor) },
  amountMinor: itemsMinor + shippingMinor + taxMinor,
});
const anOrder = fc
  .tuple(fc.integer({ min: 1, max: 1e12 }), fc.nat(1e9), fc.nat(1e11), fc.nat(1e12))
  .map((parts) => orderOf(...parts));

describe('the money of an order', () => {
  it('is taken back in parts that together are exactly what was taken back', () => {
    fc.assert(
      fc.property(anOrder, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1e12), (order, part, standing) => {
        const reversed = Math.floor(order.amountMinor * part);
        const { refundsMinor, disputesMinor, taxMinor, refundedMinor } = reversalOf(order, reversed, standing);
        expect(refundsMinor + disputesMinor + taxMinor).toBe(reversed);
        expect([refundsMinor, disputesMinor, taxMinor].every((one) => one >= 0)).toBe(true);
        expect(refundedMinor).toBe(Math.min(reversed, standing));
      }),
    );
  });

  it('leaves the seller nothing and the platform nothing once all of it is taken back', () => {
    fc.assert(
      fc.property(anOrder, (order) => {
        const reversal = reversalOf(order, order.amountMinor, 0);
        expect([reversal.taxMinor, reversal.commissionMinor]).toEqual([order.taxMinor, order.commissionMinor]);
        expect(proceedsOf(order, reversal)).toBe(0);
      }),
    );
  });

  it('comes back whole however many refunds it takes, tax included', () => {
    const order = { ...orderOf(3 * 333, 500, 251, 0), unitMinor: 333 };
    const steps = [
      { quantity: 1, shippingMinor: 0 },
      { quantity: 0, shippingMinor: 199 },
      { quantity: 2, shippingMinor: 301 },
    ];
    let [refundedQuantity, refundedShippingMinor, total] = [0, 0, 0];
    for (const step of steps) {
      total += refundOf({ ...order, refundedQuantity, refundedShippingMinor }, step);
      refundedQuantity += step.quantity;
      refundedShippingMinor += step.shippingMinor;
    }
    expect(total).toBe(order.amountMinor);
    expect(grossOf(order, 999 + 500)).toBe(order.amountMinor);
  });

  it('is exact where the product of two amounts is not a safe integer', () => {
    expect(share(999_999_999_999, 999_999_999_998, 999_999_999_999)).toBe(999_999_999_998);
  });

  it('pays shipping up to the dearest order of a show', () => {
    expect([shippingOf(500, 0), shippingOf(800, 500), shippingOf(500, 800)]).toEqual([500, 300, 0]);
  });
});
