/** When diamonds and sales mature, as the wallet says it. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { giveDiamonds } from '#test/support/money';
import { plansOf } from '#test/support/plans';
import { aSale } from '#test/support/sales';
import { asCreator } from '#test/support/users';
import { readWallet } from '@/domains/money/wallet/balances';
import { DAY_MS, toDay } from '@/shared/time';

const MATURING_DAYS = 14;

it('maturing diamonds have the day on which they mature, and add up to the wallet’s figure', async () => {
  const creator = await asCreator();
  const now = Date.now();
  await giveDiamonds(creator.userId, 100, now - 60 * DAY_MS);
  await giveDiamonds(creator.userId, 40, now - 3 * DAY_MS);
  await giveDiamonds(creator.userId, 5, now - 3 * DAY_MS);
  await giveDiamonds(creator.userId, 7, now);
  const { data } = await creator.get('payment/wallet');
  const at = (time: number) => new Date(Date.parse(toDay(time)) + (MATURING_DAYS + 1) * DAY_MS).toISOString();
  expect(data).toMatchObject({ diamonds: 152, maturedDiamonds: 100, maturingDiamonds: 52, heldDiamonds: 0 });
  expect(data.diamondsMature).toEqual([
    { at: at(now - 3 * DAY_MS), diamonds: 45 },
    { at: at(now), diamonds: 7 },
  ]);
});

it('the wallet and the balance mean the same by diamonds', async () => {
  const creator = await asCreator();
  await giveDiamonds(creator.userId, 30);
  const [wallet, balance] = [await creator.get('payment/wallet'), await creator.get('payment/balance')];
  expect(balance.data).toEqual(wallet.data);
  expect(wallet.data).toMatchObject({ diamonds: 30, maturedDiamonds: 0, maturingDiamonds: 30 });
});

it('a sale has no date until it is shipped, then the one of its order', async () => {
  const { seller, id } = await aSale();
  const { maturingSales, salesMature } = (await seller.get('payment/wallet')).data;
  expect(salesMature).toEqual([{ at: null, ...maturingSales[0] }]);
  const maturesAt = Date.now() + 5 * DAY_MS;
  await env.DB.prepare('UPDATE orders SET fulfilled_at = ?1, matures_at = ?2 WHERE id = ?3')
    .bind(Date.now(), maturesAt, id)
    .run();
  const shipped = (await seller.get('payment/wallet')).data;
  expect(shipped.salesMature).toEqual([{ at: new Date(maturesAt).toISOString(), ...maturingSales[0] }]);
  expect(shipped.maturingSales).toEqual(maturingSales);
});

it('sales that mature on one day have one date, the latest of them', async () => {
  const { seller, id } = await aSale();
  const other = await aSale({ seller });
  const noon = Date.parse(toDay(Date.now() + 5 * DAY_MS)) + DAY_MS / 2;
  for (const [orderId, at] of [
    [id, noon],
    [other.id, noon + 1],
  ])
    await env.DB.prepare('UPDATE orders SET fulfilled_at = ?1, matures_at = ?2 WHERE id = ?3')
      .bind(Date.now(), at, orderId)
      .run();
  const { maturingSales, salesMature } = (await seller.get('payment/wallet')).data;
  expect(salesMature).toEqual([{ at: new Date(noon + 1).toISOString(), ...maturingSales[0] }]);
});

it('the dates of sales are read by an index, of the orders that are maturing', async () => {
  const plans = await plansOf((ctx) => readWallet(ctx, 'u'));
  const plan = plans.find((one) => one.includes('orders'));
  expect(plan).toContain('INDEX orders_maturing_of_seller (seller_id=?)');
});
