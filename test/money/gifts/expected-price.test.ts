import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { coinsOf, giveCoins, once } from '#test/support/money';
import { asCreator, asViewer } from '#test/support/users';
import { gifts } from '@/domains/money/gifts/tables';
import { newId } from '@/shared/ids';

async function aGift(coins: number): Promise<string> {
  const id = newId();
  await testContext().db.insert(gifts).values({ id, name: 'A test', icon: '🎈', coins, createdAt: 0, updatedAt: 0 });
  return id;
}

describe('a gift with the price that the sender was shown', () => {
  it('is refused if the price is another one now, with the total, and before the balance is looked at', async () => {
    const [viewer, creator, giftId] = [await asViewer(), await asCreator(), await aGift(10)];
    await giveCoins(viewer.userId, 100);
    const body = { giftId, quantity: 3, recipientId: creator.userId, expectedCoins: 30 };
    await testContext().db.update(gifts).set({ coins: 1_000 }).where(eq(gifts.id, giftId));
    const { status, error } = await viewer.post('payment/gift', body, once());
    expect([status, error.code, error.details]).toEqual([409, 'PRICE_CHANGED', { coins: 3_000 }]);
    await testContext().db.update(gifts).set({ coins: 5 }).where(eq(gifts.id, giftId));
    expect((await viewer.post('payment/gift', body, once())).error.details).toEqual({ coins: 15 });
    expect(await coinsOf(viewer.userId)).toBe(100);
  });

  it('is sent at that price, and a repeat is answered as before even if the price changed since', async () => {
    const [viewer, creator, giftId] = [await asViewer(), await asCreator(), await aGift(10)];
    await giveCoins(viewer.userId, 100);
    const [body, key] = [{ giftId, quantity: 3, recipientId: creator.userId, expectedCoins: 30 }, once()];
    const sent = await viewer.post('payment/gift', body, key);
    expect([sent.status, sent.data.coins]).toEqual([201, 30]);
    await testContext().db.update(gifts).set({ coins: 11 }).where(eq(gifts.id, giftId));
    expect((await viewer.post('payment/gift', body, key)).data.id).toBe(sent.data.id);
    expect(await coinsOf(viewer.userId)).toBe(70);
    expect((await viewer.post('payment/gift', { ...body, expectedCoins: -1 }, once())).status).toBe(422);
  });
});
