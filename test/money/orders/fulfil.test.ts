/** What follows a payment: the shipment, the confirmation, the maturing, and the seller's list. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { once } from '#test/support/money';
import { ADDRESS, orderOf } from '#test/support/orders';
import { asPaidCreator, notificationsOf } from '#test/support/payouts';
import { tell } from '#test/support/purchases';
import { sweepOut } from '#test/support/queues';
import { anUnpaidOrder, aSale, reportOf, salesOf } from '#test/support/sales';
import { asCreator, asViewer } from '#test/support/users';
import { matureOrders } from '@/domains/money/orders/mature';
import { DAY_MS } from '@/shared/time';

const inDays = (days: number) => ({ ...testContext(), now: () => Date.now() + days * DAY_MS });
const kindsOf = async (userId: string) => (await notificationsOf(userId)).map(({ kind }) => kind);

describe('PUT /orders/:id/fulfil', () => {
  it('tells the buyer that it was sent, and the money begins to mature', async () => {
    const { id, seller, buyer } = await aSale();
    const { status, data } = await seller.put(`orders/${id}/fulfil`, { carrier: 'DHL', tracking: 'X1' });
    expect([status, data.status, data.fulfilment]).toMatchObject([
      200,
      'fulfilled',
      { carrier: 'DHL', tracking: 'X1' },
    ]);
    expect(Date.parse(data.maturesAt) - Date.parse(data.fulfilment.at)).toBe(14 * DAY_MS);
    expect(await notificationsOf(buyer.userId)).toContainEqual({
      kind: 'order-fulfilled',
      body: '“A mug” was sent with DHL. Tracking: X1.',
    });
    expect(data.address).toEqual(ADDRESS);
  });

  it('again changes the tracking, and tells the buyer only what is new', async () => {
    const { id, seller, buyer } = await aSale();
    await seller.put(`orders/${id}/fulfil`, { carrier: 'DHL' });
    const first = await orderOf(id);
    await seller.put(`orders/${id}/fulfil`, { carrier: 'DHL' });
    const { data } = await seller.put(`orders/${id}/fulfil`, { tracking: 'X2' });
    expect(data.fulfilment).toMatchObject({ carrier: 'DHL', tracking: 'X2' });
    expect((await orderOf(id)).maturesAt).toBe(first.maturesAt);
    expect((await kindsOf(buyer.userId)).filter((kind) => kind === 'order-fulfilled')).toHaveLength(2);
  });

  it('is refused for what is not paid, is cancelled, or is downloaded', async () => {
    const refusalOf = async ({ id, seller }: Awaited<ReturnType<typeof aSale>>) => {
      const { status, error } = await seller.put(`orders/${id}/fulfil`, {});
      return [status, error?.code];
    };
    expect(await refusalOf(await anUnpaidOrder())).toEqual([409, 'ORDER_NOT_PAID']);
    expect(await refusalOf(await aSale({ kind: 'digital' }))).toEqual([409, 'NOT_SHIPPED']);
    const refunded = await aSale();
    const wish = { amountMinor: 1_000, restock: false, reason: 'Sold out.' };
    await refunded.seller.post(`orders/${refunded.id}/refund`, wish, once());
    expect(await refusalOf(refunded)).toEqual([409, 'ORDER_ENDED']);
  });

  it('is the seller’s alone', async () => {
    const { id, buyer } = await aSale();
    expect((await client().put(`orders/${id}/fulfil`, {})).status).toBe(401);
    expect((await buyer.put(`orders/${id}/fulfil`, {})).status).toBe(403);
    expect((await (await asCreator()).put(`orders/${id}/fulfil`, {})).status).toBe(404);
    const { seller } = await aSale();
    expect((await seller.put(`orders/${id}/fulfil`, {})).error.code).toBe('ORDER_NOT_FOUND');
  });
});

describe('POST /orders/:id/confirm', () => {
  it('makes the money mature sooner', async () => {
    const { id, seller, buyer } = await aSale();
    await seller.put(`orders/${id}/fulfil`, {});
    const { status, data } = await buyer.post(`orders/${id}/confirm`, {});
    expect([status, data.status]).toEqual([200, 'completed']);
    const { confirmedAt, maturesAt } = await orderOf(id);
    expect((maturesAt ?? 0) - (confirmedAt ?? 0)).toBe(3 * DAY_MS);
    await buyer.post(`orders/${id}/confirm`, {});
    expect(await orderOf(id)).toMatchObject({ confirmedAt, maturesAt });
  });

  it('counts as the shipment if there was none', async () => {
    const { id, buyer } = await aSale();
    const { data } = await buyer.post(`orders/${id}/confirm`, {});
    expect(data.fulfilment).toMatchObject({ carrier: null, tracking: null });
    const { confirmedAt, fulfilledAt } = await orderOf(id);
    expect(fulfilledAt).toBe(confirmedAt);
  });

  it('is the buyer’s alone, and only of what was paid', async () => {
    const { id, seller } = await aSale();
    expect((await client().post(`orders/${id}/confirm`, {})).status).toBe(401);
    expect((await seller.post(`orders/${id}/confirm`, {})).status).toBe(404);
    expect((await (await asViewer()).post(`orders/${id}/confirm`, {})).status).toBe(404);
    const unpaid = await anUnpaidOrder();
    expect((await unpaid.buyer.post(`orders/${unpaid.id}/confirm`, {})).error.code).toBe('ORDER_NOT_PAID');
    const disputed = await aSale();
    await tell(reportOf(disputed.id, { type: 'disputed', state: 'open', claimId: 'dp_1', amountMinor: 1_000 }));
    expect((await disputed.buyer.post(`orders/${disputed.id}/confirm`, {})).error.code).toBe('ORDER_DISPUTED');
  });
});

describe('money from sales', () => {
  it('matures after its days, and can be cashed out only then', async () => {
    const seller = await asPaidCreator();
    const { id } = await aSale({ seller, unitMinor: 5_000, shippingMinor: 300, currency: 'USD' });
    const held = {
      sales: [{ currency: 'USD', amountMinor: 0 }],
      maturingSales: [{ currency: 'USD', amountMinor: 4_800 }],
    };
    expect((await seller.get('payment/wallet')).data).toMatchObject({ ...held, owedSales: [] });
    await seller.put(`orders/${id}/fulfil`, {});
    const wish = { source: 'sales', amountMinor: 4_800, currency: 'USD', method: 'bank' };
    const early = await seller.post('payment/payout', wish, once());
    expect([early.error.code, early.error.details]).toEqual([
      'NOT_ENOUGH_SALES',
      { balance: 4_800, maturing: 4_800, asked: 4_800, currency: 'USD' },
    ]);
    await sweepOut(matureOrders, inDays(13));
    expect(await salesOf(seller.userId)).toEqual({ balance: 4_800, held: 4_800 });
    await Promise.all([matureOrders(inDays(15)), matureOrders(inDays(15))]);
    await sweepOut(matureOrders, inDays(15));
    expect(await salesOf(seller.userId)).toEqual({ balance: 4_800, held: 0 });
    expect((await seller.get('payment/wallet')).data).toMatchObject({
      ...{ sales: [{ currency: 'USD', amountMinor: 4_800 }], maturingSales: [] },
    });
    expect((await orderOf(id)).state).toBe('completed');
    const answers = await Promise.all([1, 2].map(() => seller.post('payment/payout', wish, once())));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  it('that was cashed out and then taken back is a debt, which stops cash-outs in the currency', async () => {
    const seller = await asPaidCreator(50_000);
    const { id } = await aSale({ seller, unitMinor: 5_000 });
    await seller.put(`orders/${id}/fulfil`, {});
    await sweepOut(matureOrders, inDays(15));
    await seller.post(
      'payment/payout',
      { source: 'sales', amountMinor: 4_500, currency: 'USD', method: 'bank' },
      once(),
    );
    await tell(reportOf(id, { type: 'disputed', state: 'lost', claimId: 'dp_1', amountMinor: 5_000 }));
    const { data } = await seller.get('payment/wallet');
    expect(data).toMatchObject({ sales: [{ currency: 'USD', amountMinor: 0 }], maturingSales: [] });
    expect(data.owedSales).toEqual([{ currency: 'USD', amountMinor: 4_500 }]);
    const { error } = await seller.post(
      'payment/payout',
      { source: 'diamonds', diamonds: 1_000, method: 'bank' },
      once(),
    );
    expect(error).toMatchObject({ code: 'DEBT_OPEN', details: { sales: { currency: 'USD', amountMinor: 4_500 } } });
  });

  it('of a sale that the bank took back before it matured leaves a debt of nothing', async () => {
    const { id, seller } = await aSale();
    await tell(reportOf(id, { type: 'disputed', state: 'lost', claimId: 'dp_1', amountMinor: 1_000 }));
    expect(await salesOf(seller.userId)).toEqual({ balance: 0, held: 0 });
    await tell(reportOf(id, { type: 'disputed', state: 'won', claimId: 'dp_1', amountMinor: 1_000 }));
    expect(await salesOf(seller.userId)).toEqual({ balance: 900, held: 900 });
  });
});

describe('GET /orders/sales', () => {
  it('lists the orders of my products, newest first, by status and by cursor', async () => {
    const seller = await asCreator();
    const sales = [await aSale({ seller }), await aSale({ seller }), await aSale({ seller })];
    await aSale();
    const ids = sales.map(({ id }) => id).toReversed();
    const first = await seller.get('orders/sales?perPage=2');
    const second = await seller.get(`orders/sales?perPage=2&cursor=${first.data.pagination.nextCursor}`);
    const listed = [...first.data.items, ...second.data.items];
    expect(listed.map(({ id }) => id)).toEqual(ids);
    expect(listed[0]).toMatchObject({ status: 'paid', commissionMinor: 100, address: ADDRESS });
    await seller.put(`orders/${ids[0]}/fulfil`, {});
    const shipped = await seller.get('orders/sales?status=fulfilled');
    expect(shipped.data.items.map(({ id }: { id: string }) => id)).toEqual([ids[0]]);
    expect((await client().get('orders/sales')).status).toBe(401);
    expect((await (await asViewer()).get('orders/sales')).status).toBe(403);
  });

  it('is a CSV file of what is to be shipped, which a spreadsheet does not run', async () => {
    const seller = await asCreator();
    const address = { ...ADDRESS, name: '=HYPERLINK("http://bad")' };
    const open = await aSale({ seller, quantity: 2, shippingMinor: 250, taxMinor: 190, address });
    const shipped = await aSale({ seller });
    await seller.put(`orders/${shipped.id}/fulfil`, { tracking: 'X9' });
    await aSale({ seller, kind: 'digital' });
    await anUnpaidOrder({ seller });
    const csv = (await seller.get('orders/sales?format=csv')).body as string;
    const [header, ...lines] = csv.trimEnd().split('\r\n');
    expect(header).toMatch(/^number,paidAt,status,title,.*,name,line1,line2,city,.*,tracking$/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain((await orderOf(open.id)).number);
    expect(lines[0]).toContain('20.00,2.50,1.90,24.40,0.00,2.00,USD');
    expect(lines[0]).toContain(`"'=HYPERLINK(""http://bad"")",1 High Street,,Berlin,,10115,DE,`);
    const sent = (await seller.get('orders/sales?format=csv&status=fulfilled')).body as string;
    expect(sent.trimEnd().split('\r\n')).toHaveLength(3); // the digital one too
    expect(sent).toContain('X9');
  });
});
