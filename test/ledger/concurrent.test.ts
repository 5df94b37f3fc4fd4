/** Many at once: what a balance has room for goes through, and no more. */
import { expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { coinsOf, giveCoins } from '#test/support/money';
import { commit } from '@/db/commit';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';

const RACERS = 50;

it('of fifty racing tips on a balance for twenty-five exactly twenty-five go through', async () => {
  const userId = newId();
  await giveCoins(userId, 25);
  const ctx = testContext();
  const tip = () => post(ctx, [{ kind: 'tip', refType: 'gift', refId: newId(), leg: 1, userId, amount: 1 }]);
  const outcomes = await Promise.allSettled(Array.from({ length: RACERS }, () => commit(ctx, tip())));
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
  expect(refused).toHaveLength(RACERS - 25);
  for (const reason of refused) expect(reason).toContain('LEDGER_OVERDRAFT');
  expect(await coinsOf(userId)).toBe(0);
});

it('of fifty racing transfers of one leg one goes through', async () => {
  const userId = newId();
  await giveCoins(userId, 25);
  const ctx = testContext();
  const ref = { refType: 'gift', refId: newId(), leg: 1 };
  const tip = () => post(ctx, [{ ...ref, kind: 'tip', userId, amount: 1 }]);
  const outcomes = await Promise.allSettled(Array.from({ length: RACERS }, () => commit(ctx, tip())));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await coinsOf(userId)).toBe(24);
});
