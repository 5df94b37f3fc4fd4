/** What happens to orders by themselves: reminders, money back, and the end of addresses. */
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { orderOf, refundsOf, stockOf } from '#test/support/orders';
import { notificationsOf } from '#test/support/payouts';
import { prove } from '#test/support/proof';
import { tell } from '#test/support/purchases';
import { sweepOut } from '#test/support/queues';
import { aSale, reportOf, salesOf, sendRefundsOf } from '#test/support/sales';
import { eraseAddresses } from '@/domains/money/orders/addresses';
import { remindSellers, returnUnshipped } from '@/domains/money/orders/overdue';
import { DAY_MS } from '@/shared/time';

const inDays = (days: number) => ({ ...testContext(), now: () => Date.now() + days * DAY_MS });
const kindsOf = async (userId: string) => (await notificationsOf(userId)).map(({ kind }) => kind);

describe('an order that is not shipped', () => {
  it('is brought to its seller’s mind once, after a week', async () => {
    const { seller } = await aSale();
    const reminders = async () => (await kindsOf(seller.userId)).filter((kind) => kind === 'order-reminder').length;
    const run = async (days: number) => {
      const ctx = inDays(days);
      await Promise.all([remindSellers(ctx), remindSellers(ctx)]);
      await ctx.settle();
      return reminders();
    };
    expect(await run(6)).toBe(0);
    expect(await run(8)).toBe(1);
    expect(await run(9)).toBe(1);
  });

  it('gives the money and the pieces back after two weeks, once', async () => {
    const { id, seller, buyer, variantId } = await aSale({ quantity: 2, shippingMinor: 300, taxMinor: 100 });
    await sweepOut(returnUnshipped, inDays(13));
    expect((await orderOf(id)).state).toBe('paid');
    await Promise.all([returnUnshipped(inDays(15)), returnUnshipped(inDays(15))]);
    expect(await orderOf(id)).toMatchObject({ state: 'cancelled', cancelledBy: 'system', refundedQuantity: 2 });
    expect(await refundsOf(id)).toMatchObject([{ by: 'system', amountMinor: 2_400, restock: true }]);
    await sendRefundsOf(id);
    expect(await stockOf({ variantId })).toMatchObject({ stock: 12, sold: 0 });
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 2_400, stockState: 'returned' });
    expect(await salesOf(seller.userId)).toEqual({ balance: 0, held: 0 });
    for (const { userId } of [seller, buyer]) expect(await kindsOf(userId)).toContain('order-cancelled');
    expect((await seller.put(`orders/${id}/fulfil`, {})).error.code).toBe('ORDER_ENDED');
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('stays if it was shipped, is downloaded, or a bank disputes it', async () => {
    const [shipped, digital, disputed] = [await aSale(), await aSale({ kind: 'digital' }), await aSale()];
    await shipped.seller.put(`orders/${shipped.id}/fulfil`, {});
    await tell(reportOf(disputed.id, { type: 'disputed', state: 'open', claimId: 'dp_1', amountMinor: 1_000 }));
    await sweepOut(returnUnshipped, inDays(20));
    for (const { id } of [shipped, digital, disputed]) expect((await orderOf(id)).cancelledAt).toBeNull();
    await tell(reportOf(disputed.id, { type: 'disputed', state: 'lost', claimId: 'dp_1', amountMinor: 1_000 }));
    await sweepOut(returnUnshipped, inDays(20));
    expect(await orderOf(disputed.id)).toMatchObject({ cancelledBy: 'system', refundingMinor: 0 });
    expect(await refundsOf(disputed.id)).toEqual([]);
  });
});

describe('the address of an order', () => {
  it('is erased 90 days after it was sent or cancelled', async () => {
    const [sent, cancelled, waiting] = [await aSale(), await aSale(), await aSale()];
    await sent.seller.put(`orders/${sent.id}/fulfil`, {});
    const wish = { amountMinor: 1_000, restock: false, reason: 'Sold out.' };
    await cancelled.seller.post(`orders/${cancelled.id}/refund`, wish, { headers: { 'idempotency-key': 'a' } });
    const hasAddress = async () => {
      const rows = await Promise.all([sent, cancelled, waiting].map(({ id }) => orderOf(id)));
      return rows.map(({ address }) => address !== null);
    };
    await sweepOut(eraseAddresses, inDays(89));
    expect(await hasAddress()).toEqual([true, true, true]);
    await sweepOut(eraseAddresses, inDays(91));
    expect(await hasAddress()).toEqual([false, false, true]);
    expect((await sent.seller.get('orders/sales')).data.items[0].address).toBeUndefined();
  });
});
