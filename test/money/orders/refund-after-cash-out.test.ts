/** Refunds by a seller whose money has left. In a file of its own: its cash-out has no row, which a proof would find. */
import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { once } from '#test/support/money';
import { aSale } from '#test/support/sales';
import { orders } from '@/domains/money/orders/tables';
import { post } from '@/ledger/transfers';

it('a refund is not paid from what other buyers could still give back, once its own money is cashed out', async () => {
  const { id, seller } = await aSale();
  const other = await aSale({ seller });
  const ctx = testContext();
  await ctx.db.update(orders).set({ maturedAt: ctx.now() }).where(eq(orders.id, id));
  const cashedOut = { kind: 'sales_hold', refType: 'payout', refId: id, leg: 1, currency: 'USD' } as const;
  const [first, ...rest] = post(ctx, [{ ...cashedOut, userId: seller.userId, amount: 900 }]);
  if (first) await ctx.db.batch([first, ...rest]);

  const refund = (lineId: string) => {
    const body = { lines: [{ lineId, quantity: 1 }], restock: false, reason: 'It came back.' };
    return seller.post(`orders/${lineId}/refund`, body, once());
  };
  const { status, error } = await refund(id);
  expect([status, error.code]).toEqual([409, 'SALES_TOO_LOW']);
  expect((await refund(other.id)).status).toBe(200);
});
