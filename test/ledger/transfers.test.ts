/** Moving through `post`: what a batch of transfers leaves, and that half of it is nothing. */
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { coinsOf, diamondsOf, giveCoins, giveDiamonds } from '#test/support/money';
import { commit } from '@/db/commit';
import { listAccounts, walkHistory } from '@/ledger/history';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';

describe('a batch of transfers', () => {
  it('opens the accounts that it needs and moves the amounts', async () => {
    const userId = newId();
    await giveCoins(userId, 500);
    expect(await coinsOf(userId)).toBe(500);
    await giveDiamonds(userId, 7);
    expect(await diamondsOf(userId)).toBe(7);
  });

  it('that fails in the middle leaves nothing', async () => {
    const ctx = testContext();
    const [userId, creatorId, refId] = [newId(), newId(), newId()];
    await giveCoins(userId, 10);
    const ref = { refType: 'gift', refId };
    const half = commit(
      ctx,
      post(ctx, [
        { ...ref, kind: 'gift_earning', leg: 2, userId: creatorId, amount: 5 },
        { ...ref, kind: 'gift', leg: 1, userId, amount: 11 },
      ]),
    );
    await expect(half).rejects.toThrow('LEDGER_OVERDRAFT');
    expect(await coinsOf(userId)).toBe(10);
    expect(await diamondsOf(creatorId)).toBe(0);
  });

  it('never opens an account to take from it', async () => {
    const ctx = testContext();
    const spend = commit(
      ctx,
      post(ctx, [{ kind: 'tip', refType: 'gift', refId: newId(), leg: 1, userId: newId(), amount: 1 }]),
    );
    await expect(spend).rejects.toThrow('LEDGER_ACCOUNT_MISSING');
  });
});

describe('an account', () => {
  it('tells its history backwards, with the balance after each transfer', async () => {
    const ctx = testContext();
    const userId = newId();
    for (const coins of [5, 6, 7]) await giveCoins(userId, coins);
    const [account] = await listAccounts(ctx, userId);
    const places = [{ accountId: account?.id ?? 0, transferId: account?.lastTransferId ?? 0 }];
    const entries = await walkHistory(ctx, places, 2);
    expect(entries.map(({ amount, balanceAfter }) => [amount, balanceAfter])).toEqual([
      [7, 18],
      [6, 11],
    ]);
    const next = [{ accountId: account?.id ?? 0, transferId: entries[1]?.previousId ?? 0 }];
    const rest = await walkHistory(ctx, next, 2);
    expect(rest.map(({ amount, balanceAfter, previousId }) => [amount, balanceAfter, previousId])).toEqual([
      [5, 5, null],
    ]);
  });
});
