/** What refunds of an order come to, together. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOfRefund, judgeRefund, leftOf, type Refundable } from '@/domains/money/orders/judge-refund';
import { proceedsOf, reversalOf } from '@/domains/money/orders/money-of-order';

const anOrder = fc
  .record({
    unitMinor: fc.integer({ min: 1, max: 1_000_000 }),
    quantity: fc.integer({ min: 1, max: 5 }),
    shippingMinor: fc.nat({ max: 10_000 }),
    taxMinor: fc.nat({ max: 500_000 }),
    commissionBps: fc.nat({ max: 5_000 }),
  })
  .map(({ unitMinor, quantity, shippingMinor, taxMinor, commissionBps }): Refundable => {
    const itemsMinor = unitMinor * quantity;
    return {
      ...{ id: 'order', currency: 'USD', state: 'paid', status: 'paid', paidAt: 1, unitMinor, quantity, itemsMinor },
      ...{ fulfilledAt: null, shippingMinor, taxMinor, amountMinor: itemsMinor + shippingMinor + taxMinor },
      commissionMinor: Math.floor((itemsMinor * commissionBps) / 10_000),
      ...{ reversedMinor: 0, refundedMinor: 0, refundedQuantity: 0, refundedShippingMinor: 0, refundingMinor: 0 },
    };
  });

const aStep = fc.oneof(
  fc.record({ quantity: fc.integer({ min: 1, max: 3 }), shipping: fc.boolean() }),
  fc.record({
    quantity: fc.constant(0),
    shipping: fc.constant(false),
    amountMinor: fc.integer({ min: 1, max: 900_000 }),
  }),
);

describe('refunds of an order', () => {
  it('never exceed what was paid, and the last one makes them whole', () => {
    fc.assert(
      fc.property(anOrder, fc.array(aStep, { maxLength: 6 }), (start, steps) => {
        let order = start;
        let costs = 0;
        for (const step of [...steps, 'whole' as const]) {
          const verdict = judgeRefund(order, step);
          if ('code' in verdict) continue;
          const { quantity, shippingMinor, amountMinor } = verdict.parts;
          expect(amountMinor).toBeGreaterThan(0);
          costs += costOfRefund(order, amountMinor);
          order = {
            ...order,
            refundedQuantity: order.refundedQuantity + quantity,
            refundedShippingMinor: order.refundedShippingMinor + shippingMinor,
            refundingMinor: order.refundingMinor + amountMinor,
          };
        }
        expect(order.refundingMinor).toBe(order.amountMinor);
        expect(leftOf(order).amountMinor).toBe(0);
        expect(costs).toBe(proceedsOf(order, reversalOf(order, 0, 0)));
      }),
    );
  });

  it('of all the money that is left take all the pieces, unless they were shipped', () => {
    fc.assert(
      fc.property(anOrder, fc.array(aStep, { maxLength: 2 }), (start, steps) => {
        for (const fulfilledAt of [null, 1]) {
          let order: Refundable = { ...start, fulfilledAt };
          for (const step of [...steps, { quantity: 0, shipping: false, amountMinor: leftOf(order).amountMinor }]) {
            const verdict = judgeRefund(order, step);
            if ('code' in verdict) continue;
            const { quantity, amountMinor } = verdict.parts;
            const refundedQuantity = order.refundedQuantity + quantity;
            order = { ...order, refundedQuantity, refundingMinor: order.refundingMinor + amountMinor };
          }
          const hasAll = leftOf(order).quantity === 0;
          if (leftOf(order).amountMinor === 0 && fulfilledAt === null) expect(hasAll).toBe(true);
          if (steps.length === 0 && fulfilledAt !== null) expect(hasAll).toBe(false);
        }
      }),
    );
  });

  it('of all pieces and the shipping come to exactly what was paid, one piece at a time', () => {
    fc.assert(
      fc.property(anOrder, (start) => {
        let order = start;
        for (let piece = 1; piece <= start.quantity; piece += 1) {
          const verdict = judgeRefund(order, { quantity: 1, shipping: piece === start.quantity });
          if ('code' in verdict) throw new Error(verdict.code);
          const { shippingMinor, amountMinor } = verdict.parts;
          order = {
            ...order,
            refundedQuantity: piece,
            refundedShippingMinor: order.refundedShippingMinor + shippingMinor,
            reversedMinor: order.reversedMinor + amountMinor,
          };
          if (order.shippingMinor > 0 && piece < start.quantity) expect(leftOf(order).amountMinor).toBeGreaterThan(0);
        }
        const rest = judgeRefund(order, 'whole');
        expect('code' in rest ? rest.code : rest.parts).toBe('ALREADY_REFUNDED');
      }),
    );
  });
});
