/** Orders in the account's export and at its end. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { givePassword, PASSWORD } from '#test/support/accounts';
import { testContext } from '#test/support/context';
import { once } from '#test/support/money';
import { ADDRESS, orderOf } from '#test/support/orders';
import { sweepOut } from '#test/support/queues';
import { aSale, sendRefundsOf } from '#test/support/sales';
import { asCreator, asViewer, type Person } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { matureOrders } from '@/domains/money/orders/mature';
import { orderProblems } from '@/domains/money/orders/tables';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { DAY_MS } from '@/shared/time';

const inDays = (days: number) => ({ ...testContext(), now: () => Date.now() + days * DAY_MS });
const PROBLEM = { kind: 'other', text: 'Something that only I would write.' };

/** The open matters that keep the account, or what would be lost with it. */
async function askToEnd(person: Person) {
  await givePassword(person.userId);
  const { status, error } = await person.delete('user', { body: { password: PASSWORD } });
  return [status, error?.code, error?.details];
}

describe('the end of an account', () => {
  it('waits until what its user bought is shipped', async () => {
    const { id, buyer, seller } = await aSale();
    const refused = [409, 'ACCOUNT_HAS_OPEN_MATTERS', { matters: ['order'] }];
    expect(await askToEnd(buyer)).toEqual(refused);
    await seller.put(`orders/${id}/fulfil`, {});
    const { status } = await buyer.delete('user', { body: { password: PASSWORD } });
    expect(status).toBe(200);
  });

  it('waits until what its user sold has matured, and then names the money that would be lost', async () => {
    const { id, seller } = await aSale();
    expect(await askToEnd(seller)).toEqual([409, 'ACCOUNT_HAS_OPEN_MATTERS', { matters: ['sale'] }]);
    await seller.put(`orders/${id}/fulfil`, {});
    const first = await seller.delete('user', { body: { password: PASSWORD } });
    expect(first.error.details).toEqual({ matters: ['sale'] });
    await sweepOut(matureOrders, inDays(15));
    const { error } = await seller.delete('user', { body: { password: PASSWORD } });
    expect([error.code, error.details]).toEqual([
      'CONFIRM_LOSS',
      { coins: 0, diamonds: 0, sales: [{ currency: 'USD', amountMinor: 900 }], debts: [] },
    ]);
    const losing = { coins: 0, diamonds: 0, debts: [] };
    expect((await seller.delete('user', { body: { password: PASSWORD, losing } })).status).toBe(409);
    expect((await seller.delete('user', { body: { password: PASSWORD, losing: error.details } })).status).toBe(200);
  });

  it('erases where orders were sent and what was written about them, and keeps the books', async () => {
    const { id, buyer, seller } = await aSale({ quantity: 2 });
    await seller.put(`orders/${id}/fulfil`, {});
    await buyer.post(`orders/${id}/problem`, PROBLEM);
    await seller.put(`orders/${id}/problem`, { text: 'An answer that only I would write.' });
    const wish = { amountMinor: 300, restock: false, reason: 'A reason that only I would write.' };
    await seller.post(`orders/${id}/refund`, wish, once());
    await sendRefundsOf(id);
    await buyer.post(`orders/${id}/confirm`, {});
    const end = async ({ userId }: Person) => {
      await testContext().db.update(users).set({ deletesAt: 1 }).where(eq(users.id, userId));
      await sweepOut(eraseAccounts, testContext());
    };
    await end(buyer);
    const [problem] = await testContext().db.select().from(orderProblems).where(eq(orderProblems.orderId, id));
    expect([(await orderOf(id)).address, problem?.text]).toEqual([null, '']);
    await sweepOut(matureOrders, inDays(15));
    await end(seller);
    const { results } = await env.DB.prepare(
      'SELECT reason FROM order_refunds WHERE order_id = ? UNION ALL SELECT answer FROM order_problems WHERE order_id = ?',
    )
      .bind(id, id)
      .all<{ reason: string }>();
    expect(results.map(({ reason }) => reason)).toEqual(['', '']);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 300, userId: buyer.userId, sellerId: seller.userId });
  });
});

describe('the export of an account', () => {
  it('has orders as buyer and as seller, each without what belongs to the other side', async () => {
    const both = await asCreator();
    const bought = await aSale({ buyer: both });
    const sold = await aSale({ seller: both, buyer: await asViewer() });
    await both.post(`orders/${bought.id}/problem`, PROBLEM);
    await both.post(`orders/${sold.id}/refund`, { amountMinor: 100, restock: false, reason: 'A dent.' }, once());
    const { status, data } = await both.get('user/export');
    expect(status).toBe(200);
    expect(data.orders).toMatchObject([{ id: bought.id, title: 'A mug' }]);
    expect(data.sales).toMatchObject([{ id: sold.id, commissionMinor: 100 }]);
    expect(data.orderAddresses).toEqual([{ orderId: bought.id, ...ADDRESS }]);
    expect(data.orderProblems).toMatchObject([{ orderId: bought.id, text: PROBLEM.text }]);
    expect(data.saleRefunds).toMatchObject([{ orderId: sold.id, amountMinor: 100 }]);
    expect(data.orderReceipts).toHaveLength(1);
    for (const row of [...data.orders, ...data.sales]) expect(row).not.toHaveProperty('address');
    expect(data.orders[0]).not.toHaveProperty('commissionMinor');
    expect(data.sales[0]).not.toHaveProperty('checkoutUrl');
  });
});
