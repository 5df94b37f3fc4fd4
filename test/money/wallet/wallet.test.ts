/** What a user has, and how it came about. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { giveCoins, giveDiamonds } from '#test/support/money';
import { giveSales } from '#test/support/payouts';
import { asCreator, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { encodeCursor } from '@/http/envelope';
import { listAccounts } from '@/ledger/history';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

/** Coins go back after they were spent. */
async function takeBack(userId: string, purchaseId: string, amount: number): Promise<void> {
  const ctx = testContext();
  const ref = { refType: 'purchase', refId: purchaseId };
  await commit(ctx, post(ctx, [{ ...ref, leg: 3, kind: 'purchase_reversal', userId, amount }]));
}

async function tip(userId: string, amount: number): Promise<string> {
  const ctx = testContext();
  const refId = newId();
  await commit(ctx, post(ctx, [{ refType: 'gift', refId, leg: 1, kind: 'tip', userId, amount }]));
  return refId;
}

interface Item {
  id: string;
  unit: string;
  amount: number;
}

/** Every page, one after the other. */
async function readAll(person: Person, query: string): Promise<Item[][]> {
  const pages: Item[][] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, data } = await person.get(`payment/transactions?${query}${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    pages.push(data.items);
    cursor = data.pagination.nextCursor;
  }
  return pages;
}

describe('GET /payment/wallet', () => {
  it('is empty before the first transfer', async () => {
    const { status, data } = await (await asViewer()).get('payment/wallet');
    expect(status).toBe(200);
    expect(data).toEqual({
      coins: 0,
      diamonds: 0,
      maturedDiamonds: 0,
      maturingDiamonds: 0,
      diamondsMature: [],
      heldDiamonds: 0,
      sales: [],
      maturingSales: [],
      salesMature: [],
      owed: 0,
      owedDiamonds: 0,
      owedSales: [],
    });
  });

  it('has coins, maturing and matured diamonds, and money by currency', async () => {
    const creator = await asCreator();
    await giveCoins(creator.userId, 300);
    await giveDiamonds(creator.userId, 40, Date.now() - 60 * DAY_MS);
    await giveDiamonds(creator.userId, 2);
    await giveSales(creator.userId, 500, 'EUR');
    await giveSales(creator.userId, 700, 'USD');
    const sales = [
      { currency: 'EUR', amountMinor: 500 },
      { currency: 'USD', amountMinor: 700 },
    ];
    const owing = { owed: 0, owedDiamonds: 0, owedSales: [] };
    const figures = { coins: 300, heldDiamonds: 0, sales, maturingSales: [], salesMature: [], ...owing };
    const { data: wallet } = await creator.get('payment/wallet');
    const { data: balance } = await creator.get('payment/balance');
    expect(wallet).toEqual({
      ...figures,
      ...{ diamonds: 42, maturedDiamonds: 40, maturingDiamonds: 2 },
      diamondsMature: [{ at: expect.any(String), diamonds: 2 }],
    });
    expect(balance).toEqual(wallet);
  });

  it('shows zero coins and a debt if it is below zero', async () => {
    const viewer = await asViewer();
    const purchase = await giveCoins(viewer.userId, 100);
    await tip(viewer.userId, 80);
    await takeBack(viewer.userId, purchase, 100);
    for (const path of ['wallet', 'balance'])
      expect((await viewer.get(`payment/${path}`)).data).toMatchObject({ coins: 0, owed: 80 });
  });

  it('requires an account', async () => {
    for (const path of ['wallet', 'balance', 'transactions'])
      expect((await client().get(`payment/${path}`)).status).toBe(401);
  });
});

describe('GET /payment/transactions', () => {
  it('shows each transfer from the reader’s side, newest first', async () => {
    const viewer = await asViewer();
    const purchase = await giveCoins(viewer.userId, 100);
    const gift = await tip(viewer.userId, 30);
    const { status, data } = await viewer.get('payment/transactions');
    expect(status).toBe(200);
    expect(data.pagination).toEqual({ nextCursor: null, perPage: 20 });
    expect(data.items).toEqual([
      expect.objectContaining({
        ...{ kind: 'tip', unit: 'coin', amount: -30, balanceAfter: 70, refType: 'gift', refId: gift },
        description: 'Tip sent',
      }),
      expect.objectContaining({
        ...{ kind: 'purchase', unit: 'coin', amount: 100, balanceAfter: 100, refType: 'purchase', refId: purchase },
        description: 'Coins bought',
      }),
    ]);
  });

  it('merges all accounts over pages, without gap or repetition', async () => {
    const creator = await asCreator();
    for (let time = 0; time < 3; time += 1) {
      await giveCoins(creator.userId, 10 + time);
      await giveDiamonds(creator.userId, 20 + time);
      await giveSales(creator.userId, 30 + time, 'EUR');
    }
    await giveCoins(creator.userId, 5);
    const pages = await readAll(creator, 'perPage=3');
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 3, 3, 1]);
    expect(pages.flat().map(({ unit, amount }) => `${amount} ${unit}`)).toEqual([
      '5 coin',
      '31 EUR',
      '1 EUR',
      '22 diamond',
      '12 coin',
      '30 EUR',
      '1 EUR',
      '21 diamond',
      '11 coin',
      '29 EUR',
      '1 EUR',
      '20 diamond',
      '10 coin',
    ]);
    const whole = await readAll(creator, 'perPage=100');
    expect(whole).toEqual([pages.flat()]);
  });

  it('shows one unit if the request asks for it', async () => {
    const creator = await asCreator();
    await giveCoins(creator.userId, 10);
    await giveDiamonds(creator.userId, 20);
    await giveDiamonds(creator.userId, 21);
    const pages = await readAll(creator, 'perPage=1&unit=diamond');
    expect(pages.flat().map(({ amount }) => amount)).toEqual([21, 20]);
    expect((await creator.get('payment/transactions?unit=USD')).data.items).toEqual([]);
    expect((await creator.get('payment/transactions?unit=gold')).status).toBe(422);
  });

  it('continues at its place while more transfers arrive', async () => {
    const viewer = await asViewer();
    for (const coins of [1, 2, 3]) await giveCoins(viewer.userId, coins);
    const first = await viewer.get('payment/transactions?perPage=2');
    await giveCoins(viewer.userId, 4);
    const second = await viewer.get(`payment/transactions?perPage=2&cursor=${first.data.pagination.nextCursor}`);
    expect(second.data.items.map(({ amount }: Item) => amount)).toEqual([1]);
  });

  it('refuses a cursor that is forged or of another user', async () => {
    const [viewer, other] = [await asViewer(), await asViewer()];
    for (const one of [viewer, other]) for (const coins of [1, 2, 3]) await giveCoins(one.userId, coins);
    const ctx = testContext();
    const [own] = await listAccounts(ctx, viewer.userId);
    const [foreign] = await listAccounts(ctx, other.userId);
    const { data } = await other.get('payment/transactions?perPage=1');
    const at = (account: number | undefined, transfer: number | null | undefined) =>
      encodeCursor('transactions ', [account ?? 0, transfer ?? 0]);
    const forged = [
      data.pagination.nextCursor,
      at(foreign?.id, foreign?.lastTransferId),
      at(own?.id, foreign?.lastTransferId),
      at(own?.id, 1_000_000_000),
      at(own?.id, 0),
      encodeCursor('transactions ', [own?.id ?? 0]),
      encodeCursor('transactions ', [1, 1]),
      encodeCursor('transactions ', [own?.id ?? 0, own?.lastTransferId ?? 0, own?.id ?? 0, own?.lastTransferId ?? 0]),
      encodeCursor('transactions coin', [own?.id ?? 0, own?.lastTransferId ?? 0]),
      encodeCursor('staff', ['a']),
      'nonsense',
    ];
    for (const cursor of forged) {
      const answer = await viewer.get(`payment/transactions?cursor=${cursor}`);
      expect(answer.status).toBe(422);
      expect(answer.error.code).toBe('CURSOR_INVALID');
    }
    expect((await viewer.get(`payment/transactions?cursor=${at(own?.id, own?.lastTransferId)}`)).status).toBe(200);
  });
});
