/** Whatever a provider reports, and in whatever order: money and stock stay exact. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aCustomer, anOrder, aProduct, orderEvents, orderOf, stockOf } from '#test/support/orders';
import { prove } from '#test/support/proof';
import { tell } from '#test/support/purchases';
import { asCreator } from '#test/support/users';
import { HeldForStaff } from '@/domains/money/payments/held';
import { readBalance } from '@/ledger/transfers';

const TIMEOUT_MS = 120_000;
const HISTORIES = 12;
const TAX = 217;

/** An event by its name; amounts are parts of the whole in hundredths. */
const aStep = fc.oneof(
  fc
    .constantFrom('paid', 'paid', 'processing', 'failed', 'expired', 'cancel')
    .map((name) => ({ name, part: 0, claim: 0 })),
  fc.record({
    name: fc.constantFrom('refunded', 'refundFailed', 'open', 'won', 'lost', 'inquiry'),
    part: fc.integer({ min: 1, max: 100 }),
    claim: fc.nat(2),
  }),
);

it('any history of events leaves books and stock that add up', { timeout: TIMEOUT_MS }, async () => {
  const [seller, buyer] = [await asCreator(), await aCustomer()];
  let balance = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 9 }), async (steps) => {
      const product = await aProduct(seller, { shippingMinor: 333, stock: 5 });
      const order = await anOrder(buyer, product, { quantity: 2 });
      const events = orderEvents(order);
      const whole = order.amountMinor + TAX;
      for (const { name, part, claim } of steps) {
        const amount = Math.ceil((whole * part) / 100);
        await act(name, amount, claim);
      }
      const after = await orderOf(order.id);
      balance += after.proceedsMinor;
      expect(await readBalance(testContext(), seller.userId, 'sales', 'USD')).toBe(balance);
      const { stock, held, sold } = (await stockOf(product)) ?? { stock: null, held: 0, sold: 0 };
      expect((stock ?? 0) + held + sold).toBe(5);
      expect(sold).toBe(after.paidAt === null ? 0 : 2);
      // What was begun is ended, so that the next history can begin.
      await tell(events.failed);
      await tell(events.expired);

      async function act(name: string, amount: number, claim: number): Promise<void> {
        if (name === 'cancel') return void (await buyer.post(`orders/${order.id}/cancel`));
        const told = () => {
          if (name === 'paid') return events.paid(TAX);
          if (name === 'processing' || name === 'failed' || name === 'expired') return events[name];
          if (name === 'refunded' || name === 'refundFailed') return events[name](amount, `re_${claim}`);
          return events.disputed(name as 'open' | 'won' | 'lost' | 'inquiry', amount, `dp_${claim}`); // the rest
        };
        await tell(told()).catch((error) => {
          if (!(error instanceof HeldForStaff)) throw error;
        });
      }
    }),
    { numRuns: HISTORIES },
  );
  expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
});
