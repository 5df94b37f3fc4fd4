import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { asUserWithPassword, givePassword, PASSWORD } from '#test/support/accounts';
import { testContext } from '#test/support/context';
import { withFaults } from '#test/support/faults';
import { coinsOf, giveCoins, giveDiamonds, once } from '#test/support/money';
import { asCreator, asViewer, type Person } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { balancesAre, balancesQuery } from '@/domains/operations/privacy/losses';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';

const ask = (person: Person, losing?: unknown) =>
  person.delete('user', { body: { password: PASSWORD, ...(losing ? { losing } : {}) } });
const deletesAtOf = async (userId: string) =>
  (await testContext().db.select().from(users).where(eq(users.id, userId)).get())?.deletesAt;

/** A wallet below zero, as after a chargeback. */
async function oweCoins(userId: string, coins: number) {
  const ctx = testContext();
  const [first, ...rest] = post(ctx, [
    { kind: 'purchase_reversal', refType: 'purchase', refId: newId(), leg: 1, userId, amount: coins },
  ]);
  if (first) await ctx.db.batch([first, ...rest]);
}

describe('deleting an account', () => {
  it('with coins and diamonds says what will be lost, and changes nothing until just that is confirmed', async () => {
    const person = await asUserWithPassword();
    await giveCoins(person.userId, 30);
    await giveDiamonds(person.userId, 7);
    const first = await ask(person);
    expect([first.status, first.error.code]).toEqual([409, 'CONFIRM_LOSS']);
    expect(first.error.details).toEqual({ coins: 30, diamonds: 7, debts: [] });
    expect(await deletesAtOf(person.userId)).toBeNull();
    const less = await ask(person, { coins: 29, diamonds: 7, debts: [] });
    expect([less.status, less.error.details]).toEqual([409, first.error.details]);
    expect((await ask(person, first.error.details)).status).toBe(200);
    expect(await deletesAtOf(person.userId)).not.toBeNull();
    expect(await coinsOf(person.userId)).toBe(30);
  });

  it('asks again with the new figures if they changed since', async () => {
    const person = await asUserWithPassword();
    await giveCoins(person.userId, 30);
    const { details } = (await ask(person)).error;
    await giveCoins(person.userId, 5);
    expect((await ask(person, details)).error.details).toEqual({ coins: 35, diamonds: 0, debts: [] });
  });

  it('says debts too, which do not keep the account', async () => {
    const person = await asUserWithPassword();
    // The debt belongs to no purchase: everything is put back as it was.
    await withFaults([], async () => {
      await oweCoins(person.userId, 40);
      const { details } = (await ask(person)).error;
      expect(details).toEqual({ coins: 0, diamonds: 0, debts: [{ unit: 'coin', amount: 40 }] });
      expect((await ask(person, { coins: 0, diamonds: 0, debts: [] })).error.code).toBe('CONFIRM_LOSS');
      expect((await ask(person, details)).status).toBe(200);
    });
  });

  it('asks for no confirmation if there is nothing to lose, and refuses figures that are not so', async () => {
    const [one, other] = [await asUserWithPassword(), await asUserWithPassword()];
    expect((await ask(one)).status).toBe(200);
    expect((await ask(other, { coins: 1, diamonds: 0, debts: [] })).error.code).toBe('CONFIRM_LOSS');
    expect((await ask(other, { coins: -1, diamonds: 0, debts: [] })).status).toBe(422);
    expect((await ask(other, { coins: 0, diamonds: 0, debts: [] })).status).toBe(200);
  });

  it('requires in its own batch that no balance has changed', async () => {
    const ctx = testContext();
    const person = await asUserWithPassword();
    await giveCoins(person.userId, 30);
    const [held] = await ctx.db.batch([balancesQuery(ctx, person.userId)]);
    const holds = async () =>
      (await ctx.db.get<{ so: number }>(sql`SELECT ${balancesAre(person.userId, held)} AS so`)).so;
    expect(await holds()).toBe(1);
    await giveCoins(person.userId, 1);
    expect(await holds()).toBe(0);
  });
});

describe('an account that awaits its deletion', () => {
  it('gets no follows, gifts, tips and subscriptions, as if it were gone, and does again once it is kept', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    const { tiers } = (await creator.put('payment/tiers', { tiers: [{ name: 'Friends', coinsPerMonth: 10 }] })).data;
    await giveCoins(viewer.userId, 100);
    await givePassword(creator.userId);
    expect((await ask(creator)).status).toBe(200);
    const doors = () =>
      Promise.all([
        viewer.post(`social/follow/${creator.userId}`),
        viewer.post('payment/tip', { recipientId: creator.userId, coins: 10 }, once()),
        viewer.post('payment/subscribe', { creatorId: creator.userId, tierId: tiers[0].id }, once()),
      ]);
    const answers = await doors();
    expect(answers.map(({ status, error }) => [status, error?.code])).toEqual(Array(3).fill([404, 'USER_NOT_FOUND']));
    expect(await coinsOf(viewer.userId)).toBe(100);
    await testContext().db.update(users).set({ deletesAt: null }).where(eq(users.id, creator.userId));
    expect((await doors()).map(({ status }) => status)).toEqual([200, 201, 201]);
  });
});
