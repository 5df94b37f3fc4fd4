/** One purchase as its buyer reads it, to see what became of a checkout. */
import { expect, it } from 'vitest';
import { client } from '#test/support/api';
import { giveCoins } from '#test/support/money';
import { asStaff, asViewer } from '#test/support/users';
import { newId } from '@/shared/ids';

it('a buyer reads one purchase as the list has it', async () => {
  const buyer = await asViewer();
  const id = await giveCoins(buyer.userId, 100);
  const { status, data } = await buyer.get(`payment/purchases/${id}`);
  const listed = (await buyer.get('payment/purchases')).data.items;
  expect([status, data]).toEqual([200, listed[0]]);
  expect(data).toMatchObject({ id, coins: 100, status: 'paid' });
});

it('another user’s purchase and one that never was are 404 alike, for staff too', async () => {
  const buyer = await asViewer();
  const id = await giveCoins(buyer.userId, 100);
  for (const reader of [await asViewer(), await asStaff('owner')])
    for (const asked of [id, newId()]) {
      const { status, error } = await reader.get(`payment/purchases/${asked}`);
      expect([status, error.code]).toEqual([404, 'PURCHASE_NOT_FOUND']);
    }
  expect((await client().get(`payment/purchases/${id}`)).status).toBe(401);
  expect((await buyer.get(`payment/purchases/${'x'.repeat(65)}`)).status).toBe(422);
});
