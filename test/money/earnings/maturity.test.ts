/** Which diamonds may be cashed out, as the rows say it, and what a cash-out demands at its commit. */
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { changeEconomy, giveDiamonds, once } from '#test/support/money';
import { asCreator } from '#test/support/users';
import { commit, requireThat } from '@/db/commit';
import { readDiamonds, stillMatured } from '@/domains/money/earnings/maturity';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const LONG_AGO_MS = 30 * DAY_MS;
const ago = (ms: number) => Date.now() - ms;

/** Whether a batch that demands so many matured diamonds, as they were read, would go through now. */
async function goesThrough(userId: string, asked: number, read: Awaited<ReturnType<typeof readDiamonds>>) {
  const ctx = testContext();
  return commit(ctx, [requireThat(ctx, stillMatured(userId, asked, read))]).then(
    () => true,
    () => false,
  );
}

describe('diamonds', () => {
  it('are zero if nothing was earned', async () => {
    const nothing = await readDiamonds(testContext(), newId());
    expect(nothing).toMatchObject({ total: 0, maturing: 0, matured: 0 });
    expect(await goesThrough(newId(), 1, nothing)).toBe(false);
  });

  it('earned in the window’s days are maturing, and older ones have matured', async () => {
    const { userId } = await asCreator();
    await giveDiamonds(userId, 70, ago(LONG_AGO_MS));
    await giveDiamonds(userId, 20, ago(2 * DAY_MS));
    await giveDiamonds(userId, 10);
    expect(await readDiamonds(testContext(), userId)).toMatchObject({ total: 100, maturing: 30, matured: 70 });
  });

  it('mature as days pass, without any write', async () => {
    const { userId } = await asCreator();
    await giveDiamonds(userId, 10);
    const at = (days: number) => readDiamonds({ ...testContext(), now: () => Date.now() + days * DAY_MS }, userId);
    expect(await at(14)).toMatchObject({ maturing: 10, matured: 0 });
    expect(await at(15)).toMatchObject({ maturing: 0, matured: 10 });
  });
});

describe('an amount that was read as matured', () => {
  it('stays valid if more is earned meanwhile', async () => {
    const { userId } = await asCreator();
    await giveDiamonds(userId, 70, ago(LONG_AGO_MS));
    const read = await readDiamonds(testContext(), userId);
    await giveDiamonds(userId, 500);
    expect(await goesThrough(userId, 70, read)).toBe(true);
    expect(await goesThrough(userId, 71, read)).toBe(false);
  });

  it('is refused if an exchange took part of it meanwhile', async () => {
    const creator = await asCreator();
    await giveDiamonds(creator.userId, 70, ago(LONG_AGO_MS));
    await giveDiamonds(creator.userId, 30);
    const read = await readDiamonds(testContext(), creator.userId);
    await creator.post('earnings/exchange', { diamonds: 50 }, once());
    expect(await goesThrough(creator.userId, 70, read)).toBe(false);
    const again = await readDiamonds(testContext(), creator.userId);
    expect(again).toMatchObject({ total: 50, maturing: 30, matured: 20 });
    expect(await goesThrough(creator.userId, 20, again)).toBe(true);
    expect(await goesThrough(creator.userId, 21, again)).toBe(false);
  });

  it('cannot be cashed out twice, but can be in two halves', async () => {
    const { userId } = await asCreator();
    const ctx = testContext();
    await giveDiamonds(userId, 70, ago(LONG_AGO_MS));
    await giveDiamonds(userId, 30);
    const read = await readDiamonds(ctx, userId);
    const hold = (amount: number) =>
      commit(ctx, [
        requireThat(ctx, stillMatured(userId, amount, read)),
        ...post(ctx, [{ kind: 'payout_hold', refType: 'payout', refId: newId(), leg: 1, userId, amount }]),
      ]).then(
        () => amount,
        () => 0,
      );
    expect(await Promise.all([hold(35), hold(35), hold(35)])).toEqual([35, 35, 0]);
    expect(await readDiamonds(ctx, userId)).toMatchObject({ total: 30, maturing: 30, matured: 0 });
  });
});

describe('if diamonds mature at once', () => {
  it('today’s have matured', async () => {
    const { userId } = await asCreator();
    await changeEconomy({ limits: { maturingDays: 0 } });
    await giveDiamonds(userId, 10);
    const read = await readDiamonds(testContext(), userId);
    expect(read).toMatchObject({ total: 10, maturing: 0, matured: 10 });
    expect(await goesThrough(userId, 10, read)).toBe(true);
  });
});
