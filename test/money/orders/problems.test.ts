/** Problems that buyers report: they hold the money until someone resolves them. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { once } from '#test/support/money';
import { orderOf, refundsOf } from '#test/support/orders';
import { recordingContext } from '#test/support/outbox';
import { notificationsOf } from '#test/support/payouts';
import { prove } from '#test/support/proof';
import { staffLogOf, tell } from '#test/support/purchases';
import { sweepOut } from '#test/support/queues';
import { anUnpaidOrder, aSale, reportOf, salesOf, sendRefundsOf } from '#test/support/sales';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { matureOrders } from '@/domains/money/orders/mature';
import { askStaffAboutProblems } from '@/domains/money/orders/problems';
import { DAY_MS } from '@/shared/time';

const PROBLEM = { kind: 'damaged', text: 'The handle is broken.' };
const inDays = (days: number) => ({ ...testContext(), now: () => Date.now() + days * DAY_MS });
const kindsOf = async (userId: string) => (await notificationsOf(userId)).map(({ kind }) => kind);

/** Shipped, and with a problem. */
async function aProblem(traits: Parameters<typeof aSale>[0] = {}) {
  const sale = await aSale(traits);
  await sale.seller.put(`orders/${sale.id}/fulfil`, {});
  expect((await sale.buyer.post(`orders/${sale.id}/problem`, PROBLEM)).status).toBe(201);
  return sale;
}

describe('a problem with an order', () => {
  it('holds the money, however long it is open, and the seller is notified', async () => {
    const { id, seller, buyer } = await aProblem();
    expect((await buyer.get(`orders/sales`)).status).toBe(403);
    expect(await kindsOf(seller.userId)).toContain('order-problem');
    await sweepOut(matureOrders, inDays(40));
    expect(await salesOf(seller.userId)).toEqual({ balance: 900, held: 900 });
    const { data } = await buyer.post(`orders/${id}/confirm`, {});
    expect(data.problem).toMatchObject({ ...PROBLEM, status: 'resolved' });
    await sweepOut(matureOrders, inDays(40));
    expect(await salesOf(seller.userId)).toEqual({ balance: 900, held: 0 });
  });

  it('holds the money again that has already matured', async () => {
    const { id, seller, buyer } = await aSale();
    await seller.put(`orders/${id}/fulfil`, {});
    await sweepOut(matureOrders, inDays(15));
    expect(await salesOf(seller.userId)).toEqual({ balance: 900, held: 0 });
    await buyer.post(`orders/${id}/problem`, PROBLEM);
    expect(await salesOf(seller.userId)).toEqual({ balance: 900, held: 900 });
  });

  it('is reported once, also by two clicks at the same moment', async () => {
    const { id, buyer } = await aSale();
    const answers = await Promise.all([1, 2, 3].map(() => buyer.post(`orders/${id}/problem`, PROBLEM)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    expect((await buyer.post(`orders/${id}/problem`, PROBLEM)).error.code).toBe('PROBLEM_EXISTS');
  });

  it('can be reported for 30 days', async () => {
    const { id, buyer } = await aSale({ paidAt: Date.now() - 31 * DAY_MS });
    const { status, error } = await buyer.post(`orders/${id}/problem`, PROBLEM);
    expect([status, error.code]).toEqual([409, 'PROBLEM_TOO_LATE']);
    const { id: recent, buyer: other } = await aSale({ paidAt: Date.now() - 29 * DAY_MS });
    expect((await other.post(`orders/${recent}/problem`, PROBLEM)).status).toBe(201);
  });

  it('is refused to others than the buyer, and for what is unpaid or disputed', async () => {
    const { id, seller } = await aSale();
    expect((await client().post(`orders/${id}/problem`, PROBLEM)).status).toBe(401);
    expect((await seller.post(`orders/${id}/problem`, PROBLEM)).status).toBe(404);
    expect((await (await asViewer()).post(`orders/${id}/problem`, PROBLEM)).status).toBe(404);
    const unpaid = await anUnpaidOrder();
    expect((await unpaid.buyer.post(`orders/${unpaid.id}/problem`, PROBLEM)).error.code).toBe('ORDER_NOT_PAID');
    expect((await unpaid.buyer.post(`orders/${unpaid.id}/problem`, { kind: 'bored', text: '' })).status).toBe(422);
    const disputed = await aSale();
    await tell(reportOf(disputed.id, { type: 'disputed', state: 'open', claimId: 'dp_1', amountMinor: 1_000 }));
    expect((await disputed.buyer.post(`orders/${disputed.id}/problem`, PROBLEM)).error.code).toBe('ORDER_DISPUTED');
  });

  it('is not told with invisible text, or with control characters, and neither is anything else about an order', async () => {
    const { id, seller, buyer } = await aSale();
    for (const text of ['\u200b', 'exe.\u202egpj', 'a\u0000', '\ud800']) {
      const answers = [
        await buyer.post(`orders/${id}/problem`, { ...PROBLEM, text }),
        await seller.put(`orders/${id}/fulfil`, { carrier: text }),
        await seller.put(`orders/${id}/fulfil`, { tracking: text }),
        await seller.post(`orders/${id}/refund`, { amountMinor: 1, restock: false, reason: text }, once()),
        await seller.put(`orders/${id}/problem`, { text }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422]);
    }
  });

  it('is answered by the seller, who can change the answer, and then waits for staff', async () => {
    const { id, seller, buyer } = await aProblem();
    const owner = await asStaff('owner');
    expect((await buyer.put(`orders/${id}/problem`, { text: 'No' })).status).toBe(403);
    expect((await (await asCreator()).put(`orders/${id}/problem`, { text: 'No' })).status).toBe(404);
    await seller.put(`orders/${id}/problem`, { text: 'It was whole.' });
    const { data } = await seller.put(`orders/${id}/problem`, { text: 'It was whole when I sent it.' });
    expect(data.problem).toMatchObject({ status: 'answered', answer: 'It was whole when I sent it.' });
    expect((await kindsOf(buyer.userId)).filter((kind) => kind === 'order-problem-answered')).toHaveLength(2);
    const { data: desk } = await owner.get('owner/panel/orders?problem=answered&perPage=100');
    expect(desk.items.map(({ id: listed }: { id: string }) => listed)).toContain(id);
    await buyer.post(`orders/${id}/confirm`, {});
    expect((await seller.put(`orders/${id}/problem`, { text: 'Again' })).error.code).toBe('PROBLEM_RESOLVED');
    const calm = await aSale();
    expect((await calm.seller.put(`orders/${calm.id}/problem`, { text: 'What?' })).error.code).toBe(
      'PROBLEM_NOT_FOUND',
    );
  });

  it('that the seller does not answer for three days waits for staff, who are asked once', async () => {
    const { id } = await aProblem();
    const asked = async (days: number) => {
      const runs = [1, 2].map(() => recordingContext({ now: () => Date.now() + days * DAY_MS }));
      await Promise.all(runs.map(({ ctx }) => askStaffAboutProblems(ctx)));
      return runs
        .flatMap(({ events }) => events)
        .filter((event) => event.kind === 'staff-needed' && event.waiting.id === id);
    };
    expect(await asked(2)).toEqual([]);
    expect(await asked(4)).toHaveLength(1);
    expect(await asked(5)).toEqual([]);
  });

  it('is resolved by a refund of everything', async () => {
    const { id, seller, buyer } = await aProblem();
    const wish = { lines: [{ lineId: id, quantity: 1 }], restock: false, reason: 'Keep it.' };
    const { data } = await seller.post(`orders/${id}/refund`, wish, once());
    expect(data.problem.status).toBe('resolved');
    expect(await kindsOf(buyer.userId)).toContain('order-problem-resolved');
    await sendRefundsOf(id);
    expect(await salesOf(seller.userId)).toEqual({ balance: 0, held: 0 });
  });
});

describe('PUT /owner/panel/orders/:id/problem', () => {
  const decision = { resolution: 'Half of the price goes back.' };

  it('resolves it with a refund in one step, once', async () => {
    const { id, seller, buyer } = await aProblem();
    const owner = await asStaff('owner');
    const url = `owner/panel/orders/${id}/problem`;
    const wish = { ...decision, refund: { amountMinor: 500 } };
    const key = once();
    const answers = await Promise.all([1, 2].map(() => owner.put(url, wish, key)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]?.data).toMatchObject({
      problem: { status: 'resolved', resolution: decision.resolution },
      refunds: [{ amountMinor: 500, by: 'staff' }],
    });
    expect((await owner.put(url, wish, once())).error.code).toBe('PROBLEM_RESOLVED');
    await sendRefundsOf(id);
    expect(await refundsOf(id)).toHaveLength(1);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 500, hasOpenProblem: false });
    for (const { userId } of [seller, buyer]) expect(await kindsOf(userId)).toContain('order-problem-resolved');
    expect(await staffLogOf(id)).toMatchObject([{ staffId: owner.userId, action: 'order.problem' }]);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('resolves it without a refund, and a repeat changes nothing', async () => {
    const { id } = await aProblem();
    const owner = await asStaff('owner');
    const url = `owner/panel/orders/${id}/problem`;
    expect((await owner.put(url, { resolution: 'It was whole.' }, once())).status).toBe(200);
    expect((await owner.put(url, { resolution: 'It was whole.' }, once())).status).toBe(200);
    expect((await owner.put(url, { resolution: 'Other' }, once())).error.code).toBe('PROBLEM_RESOLVED');
    expect(await staffLogOf(id)).toHaveLength(1);
  });

  it('is for staff who may refund, and not about their own orders', async () => {
    const owner = await asStaff('owner');
    const { id, seller } = await aProblem({ buyer: owner });
    const url = `owner/panel/orders/${id}/problem`;
    expect((await owner.put(url, decision, once())).error.code).toBe('OWN_ORDER');
    expect((await client().put(url, decision, once())).status).toBe(401);
    expect((await seller.put(url, decision, once())).status).toBe(403);
    expect((await (await asStaff('admin_l3')).put(url, decision, once())).status).toBe(403);
    const calm = await aSale();
    const { error } = await owner.put(`owner/panel/orders/${calm.id}/problem`, decision, once());
    expect(error.code).toBe('PROBLEM_NOT_FOUND');
  });
});

describe('the desk', () => {
  it('lists orders by status and by cursor with the refunds that were asked for', async () => {
    const owner = await asStaff('owner');
    const { id, seller } = await aSale({ quantity: 2 });
    await seller.post(`orders/${id}/refund`, { amountMinor: 100, restock: false, reason: 'A dent.' }, once());
    const { data } = await owner.get('owner/panel/orders?status=paid&perPage=1');
    expect(data.items[0]).toMatchObject({
      ...{ id, status: 'paid', buyer: { id: expect.any(String) }, seller: { id: seller.userId } },
      refunds: [{ amountMinor: 100, state: 'requested', reason: 'A dent.' }],
    });
    expect(data.items[0].address).toBeUndefined();
    const next = await owner.get(`owner/panel/orders?perPage=1&cursor=${data.pagination.nextCursor}`);
    expect(next.status).toBe(200);
    expect((await seller.get('owner/panel/orders')).status).toBe(403);
    expect((await client().get('owner/panel/orders')).status).toBe(401);
  });

  it('refunds also what the seller’s sales no longer pay for', async () => {
    const owner = await asStaff('owner');
    const { id, seller } = await aSale();
    const [lost, won] = [await aSale({ seller }), reportOf];
    await tell(won(lost.id, { type: 'disputed', state: 'lost', claimId: 'dp_1', amountMinor: 1_000 }));
    const url = `owner/panel/orders/${id}/refund`;
    const wish = { lines: [{ lineId: id, quantity: 1 }], restock: true, reason: 'The seller is gone.' };
    expect((await seller.post(url, wish, once())).status).toBe(403);
    expect((await owner.post(url, wish)).error.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
    const { status, data } = await owner.post(url, wish, once());
    expect([status, data.status]).toEqual([200, 'cancelled']);
    await sendRefundsOf(id);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 1_000, cancelledBy: 'staff' });
    expect(await staffLogOf(id)).toMatchObject([{ action: 'order.refund', after: { amountMinor: 1_000 } }]);
  });
});
