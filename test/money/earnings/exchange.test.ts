/** Diamonds become coins: at the rate, once for each key, and never more than there are. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { changeEconomy, coinsOf, diamondsOf, giveDiamonds, once } from '#test/support/money';
import { prove } from '#test/support/proof';
import { asCreator, asViewer } from '#test/support/users';
import { readDiamonds } from '@/domains/money/earnings/maturity';
import { exchanges } from '@/domains/money/earnings/tables';
import { DAY_MS } from '@/shared/time';

const exchange = 'earnings/exchange';

const LONG_AGO = Date.now() - 30 * DAY_MS;

async function withDiamonds(diamonds: number) {
  const creator = await asCreator();
  await giveDiamonds(creator.userId, diamonds, LONG_AGO);
  return creator;
}

describe('an exchange', () => {
  it('takes diamonds and gives coins', async () => {
    const creator = await withDiamonds(100);
    const answer = await creator.post(exchange, { diamonds: 40 }, once());
    expect(answer.status).toBe(201);
    expect(answer.data).toMatchObject({ diamonds: 40, coins: 40, balances: { diamonds: 60, coins: 40 } });
    expect([await diamondsOf(creator.userId), await coinsOf(creator.userId)]).toEqual([60, 40]);
  });

  it('is open to every user who has diamonds, and to nobody else', async () => {
    const viewer = await asViewer();
    await giveDiamonds(viewer.userId, 10, LONG_AGO);
    expect((await viewer.post(exchange, { diamonds: 10 }, once())).status).toBe(201);
    expect((await client().post(exchange, { diamonds: 10 }, once())).status).toBe(401);
  });

  it('of more diamonds than the user has is refused with the balance', async () => {
    const creator = await withDiamonds(30);
    const { status, error } = await creator.post(exchange, { diamonds: 31 }, once());
    expect([status, error.code, error.details]).toEqual([
      409,
      'NOT_ENOUGH_DIAMONDS',
      { matured: 30, maturing: 0, asked: 31 },
    ]);
    const nobody = await asViewer();
    const empty = await nobody.post(exchange, { diamonds: 10 }, once());
    expect(empty.error).toMatchObject({ code: 'NOT_ENOUGH_DIAMONDS', details: { matured: 0 } });
  });

  it('below the minimum is refused with the minimum', async () => {
    const creator = await withDiamonds(30);
    const { status, error } = await creator.post(exchange, { diamonds: 9 }, once());
    expect([status, error.code, error.details]).toEqual([409, 'EXCHANGE_TOO_SMALL', { min: 10, max: null, asked: 9 }]);
  });

  it.each([0, -1, 1.5, '10', 1e15, null])('of %j diamonds is invalid', async (diamonds) => {
    const creator = await withDiamonds(30);
    const { status, error } = await creator.post(exchange, { diamonds }, once());
    expect([status, error.code]).toEqual([422, 'VALIDATION_FAILED']);
    expect(await diamondsOf(creator.userId)).toBe(30);
  });
});

describe('a repeated exchange', () => {
  it('gets the same response and moves nothing', async () => {
    const creator = await withDiamonds(100);
    const key = once();
    const first = await creator.post(exchange, { diamonds: 40 }, key);
    await creator.post(exchange, { diamonds: 10 }, once());
    const again = await creator.post(exchange, { diamonds: 40 }, key);
    expect([again.status, again.data]).toEqual([201, first.data]);
    expect(await diamondsOf(creator.userId)).toBe(50);
  });

  it('with another body is refused', async () => {
    const creator = await withDiamonds(100);
    const key = once();
    await creator.post(exchange, { diamonds: 40 }, key);
    const { status, error } = await creator.post(exchange, { diamonds: 41 }, key);
    expect([status, error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('at the same time happens once', async () => {
    const creator = await withDiamonds(100);
    const key = once();
    const answers = await Promise.all([1, 2, 3, 4].map(() => creator.post(exchange, { diamonds: 60 }, key)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map(({ data }) => data.id)).size).toBe(1);
    expect(await coinsOf(creator.userId)).toBe(60);
  });

  it('needs a key', async () => {
    const creator = await withDiamonds(100);
    const { status, error } = await creator.post(exchange, { diamonds: 40 });
    expect([status, error.code]).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED']);
  });
});

describe('racing exchanges', () => {
  it('take no more than the balance', async () => {
    const creator = await withDiamonds(50);
    const answers = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map(() => creator.post(exchange, { diamonds: 10 }, once())),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(answers.filter(({ error }) => error?.code === 'NOT_ENOUGH_DIAMONDS')).toHaveLength(3);
    expect([await diamondsOf(creator.userId), await coinsOf(creator.userId)]).toEqual([0, 50]);
  });
});

describe('diamonds that are still maturing', () => {
  it('cannot be exchanged', async () => {
    const creator = await withDiamonds(100);
    await giveDiamonds(creator.userId, 30);
    const { status, error } = await creator.post(exchange, { diamonds: 101 }, once());
    expect([status, error.details]).toEqual([409, { matured: 100, maturing: 30, asked: 101 }]);
    expect((await creator.post(exchange, { diamonds: 20 }, once())).status).toBe(201);
    expect(await readDiamonds(testContext(), creator.userId)).toMatchObject({ total: 110, maturing: 30, matured: 80 });
  });
});

describe('a changed rate', () => {
  it('applies to later exchanges, while earlier ones keep their own rate', async () => {
    const creator = await withDiamonds(100);
    const before = await creator.post(exchange, { diamonds: 10 }, once());
    const version = await changeEconomy({ conversions: { coinsPerDiamond: { numerator: 1, denominator: 15 } } });
    const after = await creator.post(exchange, { diamonds: 31 }, once());
    expect(after.data).toMatchObject({ coins: 2, economyVersion: version });
    const rows = await testContext().db.select().from(exchanges).where(eq(exchanges.userId, creator.userId));
    expect(rows.map(({ coins, economyVersion }) => [coins, economyVersion]).toSorted()).toEqual([
      [10, before.data.economyVersion],
      [2, version],
    ]);
  });

  it('refuses an amount that it makes worthless', async () => {
    const creator = await withDiamonds(100);
    const { status, error } = await creator.post(exchange, { diamonds: 14 }, once());
    expect([status, error.code]).toEqual([409, 'EXCHANGE_WORTHLESS']);
    expect(await diamondsOf(creator.userId)).toBe(100);
  });
});

describe('the books', () => {
  it('agree after all of it', async () => {
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });
});
