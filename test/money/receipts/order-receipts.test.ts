/** Receipts of orders: numbered once, for buyer and seller, who see of each other only what everyone sees. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { tell } from '#test/support/purchases';
import { anUnpaidOrder, aSale, paySale, reportOf } from '#test/support/sales';
import { asCreator, asViewer } from '#test/support/users';

describe('the receipt of an order', () => {
  it('says who sold what to whom, and what was taken back since', async () => {
    const { id, seller, buyer } = await aSale({ title: 'A mug', quantity: 2, shippingMinor: 300, taxMinor: 437 });
    await tell(reportOf(id, { type: 'refunded', state: 'stands', claimId: 're_1', amountMinor: 500 }));
    const { status, data } = await buyer.get(`orders/${id}/receipt`);
    expect(status).toBe(200);
    expect(data).toMatchObject({
      number: expect.stringMatching(/^O-20\d\d-\d{6}$/),
      seller: { name: seller.username, username: seller.username },
      buyer: { name: buyer.username, username: buyer.username, email: buyer.email },
      ...{ orderId: id, item: 'A mug', quantity: 2, unitPriceMinor: 1_000, itemsMinor: 2_000, shippingMinor: 300 },
      ...{ taxMinor: 437, totalMinor: 2_737, currency: 'USD', reversedMinor: 500, status: 'partially_refunded' },
      reversals: [{ kind: 'refund', amountMinor: 500, state: 'stands' }],
    });
    expect(data.seller.email).toBeUndefined();
    expect(data.commissionMinor).toBeUndefined();
    const sold = (await seller.get(`orders/${id}/receipt`)).data;
    expect(sold).toMatchObject({ number: data.number, commissionMinor: 200, seller: { email: seller.email } });
    expect(sold.buyer.email).toBeUndefined();
  });

  it('is a page to print, in which nothing that a seller wrote runs', async () => {
    const { id, buyer } = await aSale({ title: '<script>alert(1)</script>' });
    const { body, headers } = await buyer.get(`orders/${id}/receipt?format=html`);
    expect(headers.get('content-type')).toContain('text/html');
    expect(body).toContain('&lt;script&gt;');
    expect(body).not.toContain('<script>');
  });

  it('has the next number of its kind and year, also after a payment that comes twice', async () => {
    const serialOf = async ({ id, buyer }: Awaited<ReturnType<typeof aSale>>) =>
      Number((await buyer.get(`orders/${id}/receipt`)).data.number.split('-')[2]);
    const [first, second] = [await aSale(), await aSale()];
    await paySale(first.id);
    expect((await serialOf(second)) - (await serialOf(first))).toBe(1);
  });

  it('is for its buyer and its seller, once it is paid', async () => {
    const { id } = await aSale();
    expect((await client().get(`orders/${id}/receipt`)).status).toBe(401);
    for (const stranger of [await asViewer(), await asCreator()])
      expect((await stranger.get(`orders/${id}/receipt`)).error.code).toBe('ORDER_NOT_FOUND');
    const unpaid = await anUnpaidOrder();
    const { status, error } = await unpaid.buyer.get(`orders/${unpaid.id}/receipt`);
    expect([status, error.code]).toEqual([409, 'ORDER_NOT_PAID']);
  });
});
