/** Coins that a refund or a dispute takes back are followed to the creators who earned by them, through every hop. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { changeEconomy, coinsOf, diamondsOf, giveCoins, giveDiamonds, once } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { asPaidCreator } from '#test/support/payouts';
import { prove } from '#test/support/proof';
import { aBuyer, aPurchase, eventsOf, tell } from '#test/support/purchases';
import { asCreator, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { OutboxEvent, TaskMessage } from '@/contracts/messages';
import { awardTargets } from '@/domains/money/earnings/award-targets';
import { followReversal } from '@/domains/money/earnings/follow-reversal';
import { readDiamonds } from '@/domains/money/earnings/maturity';
import { giftsSent } from '@/domains/money/gifts/tables';
import type { OnePaymentEvent } from '@/domains/money/payments/facts';
import { coinLots, lotUses } from '@/ledger/tables';
import { DAY_MS } from '@/shared/time';

const LONG_AGO_MS = 30 * DAY_MS;

/** Half a diamond a coin, and a coin a diamond. */
beforeAll(async () => {
  await changeEconomy({
    conversions: {
      diamondsPerCoin: { numerator: 1, denominator: 2 },
      coinsPerDiamond: { numerator: 1, denominator: 1 },
    },
    limits: { tipCoinsMin: 1, tipCoinsMax: 1_000_000, exchangeDiamondsMin: 1 },
    targets: [],
  });
});

/** Tells an event and follows it as the queue does, until nothing is left. */
async function settle(event: OnePaymentEvent): Promise<OutboxEvent[]> {
  const { ctx, events } = recordingContext();
  await tell(event, ctx);
  for (let index = 0; index < events.length; index += 1) {
    const sent = events[index];
    if (sent?.kind === 'task' && sent.task.type === 'follow-reversal') await followAll(ctx, sent.task);
  }
  return events;
}

async function followAll(ctx: Context, first: Extract<TaskMessage, { type: 'follow-reversal' }>): Promise<void> {
  const left = [first];
  const queues = {
    ...ctx.queues,
    tasks: { ...ctx.queues.tasks, send: async (task: TaskMessage) => void left.push(task as typeof first) },
  };
  for (let task = left.shift(); task; task = left.shift()) {
    await followReversal({ ...ctx, queues: queues as unknown as Context['queues'] }, task);
    await followReversal({ ...ctx, queues: queues as unknown as Context['queues'] }, task); // messages repeat
  }
}

async function bought(buyer: Person, coins: number) {
  const events = eventsOf(await aPurchase(buyer, { coins, bonusCoins: 0, priceMinor: coins }));
  await tell(events.paid);
  return events;
}

const tip = (from: Person, to: Person, coins: number) =>
  from.post('payment/tip', { recipientId: to.userId, coins }, once());

/** As if everything had been earned long ago. */
async function haveMatured({ userId }: Person): Promise<void> {
  await env.DB.prepare("UPDATE earning_days SET day = '2026-01-01' WHERE user_id = ?").bind(userId).run();
}

const balancesOf = async (person: Person) => [await coinsOf(person.userId), await diamondsOf(person.userId)];
const lotsOf = async (userId: string) =>
  (await testContext().db.select().from(coinLots).where(eq(coinLots.userId, userId)).orderBy(coinLots.id)).map(
    ({ coins, spent, reversed, remaining }) => [coins, spent, reversed, remaining],
  );
const clean = async () => expect(await prove()).toMatchObject({ state: 'clean', findings: [] });

describe('a spend', () => {
  it('takes the oldest lots first, and names each of them', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    for (const coins of [30, 20, 50]) await bought(buyer, coins);
    expect((await tip(buyer, creator, 10)).status).toBe(201);
    const { data } = await tip(buyer, creator, 60);
    expect(await lotsOf(buyer.userId)).toEqual([
      [30, 30, 0, 0],
      [20, 20, 0, 0],
      [50, 20, 0, 30],
    ]);
    const further = await testContext().db.select().from(lotUses).where(eq(lotUses.refId, data.id));
    const [row] = await testContext().db.select().from(giftsSent).where(eq(giftsSent.id, data.id));
    expect([row?.lotCoins, ...further.map(({ coins }) => coins).toSorted()]).toEqual([20, 20, 20]);
    await clean();
  });

  it('of more coins than there are changes no lot', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    await bought(buyer, 30);
    expect((await tip(buyer, creator, 31)).error.code).toBe('NOT_ENOUGH_COINS');
    expect(await lotsOf(buyer.userId)).toEqual([[30, 0, 0, 30]]);
  });
});

describe('a lost dispute', () => {
  it('takes the creator’s diamonds back with the coins, and a win gives them back', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const { disputed } = await bought(buyer, 100);
    await tip(buyer, creator, 80);
    expect(await balancesOf(creator)).toEqual([0, 40]);
    const events = await settle(disputed('open'));
    expect(await balancesOf(buyer)).toEqual([-80, 0]);
    expect(await balancesOf(creator)).toEqual([0, 0]);
    const notified = events.flatMap((one) => (one.kind === 'notify' ? [one.notification] : []));
    expect(notified.map(({ userId, kind }) => [userId, kind])).toEqual([
      [buyer.userId, 'purchase-reversed'],
      [creator.userId, 'earnings-reversed'],
    ]);
    await clean();
    await settle(disputed('won'));
    expect(await balancesOf(buyer)).toEqual([20, 0]);
    expect(await balancesOf(creator)).toEqual([0, 40]);
    expect((await creator.get('payment/wallet')).data).toMatchObject({
      diamonds: 40,
      maturingDiamonds: 40,
      owedDiamonds: 0,
    });
    await clean();
  });

  it('takes unspent coins first, and then each creator’s share', async () => {
    const [buyer, one, other] = [await aBuyer(), await asCreator(), await asCreator()];
    const { refunded } = await bought(buyer, 100);
    await tip(buyer, one, 60);
    await tip(buyer, other, 20);
    await settle(refunded(20));
    expect([await diamondsOf(one.userId), await diamondsOf(other.userId)]).toEqual([30, 10]);
    expect(await coinsOf(buyer.userId)).toBe(0);
    await settle(refunded(60, 're_1'));
    expect([await diamondsOf(one.userId), await diamondsOf(other.userId)]).toEqual([15, 5]);
    await clean();
  });

  it('takes maturing diamonds first, and can leave a creator below zero who cashed out', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const { disputed } = await bought(buyer, 200);
    await giveDiamonds(creator.userId, 50, Date.now() - LONG_AGO_MS);
    await tip(buyer, creator, 200);
    expect(await readDiamonds(testContext(), creator.userId)).toMatchObject({ matured: 50, maturing: 100 });
    await settle(disputed('open'));
    expect(await readDiamonds(testContext(), creator.userId)).toMatchObject({ matured: 50, maturing: 0 });
    await settle(disputed('won'));
    expect(await readDiamonds(testContext(), creator.userId)).toMatchObject({ matured: 50, maturing: 100 });
    await clean();
  });

  it('leaves below zero a creator who has cashed out, until later earnings make it good', async () => {
    const [buyer, creator] = [await aBuyer(), await asPaidCreator()];
    const { refunded } = await bought(buyer, 4_000);
    await tip(buyer, creator, 4_000);
    await haveMatured(creator);
    const payout = { source: 'diamonds', diamonds: 2_000, method: 'bank' };
    expect((await creator.post('payment/payout', payout, once())).status).toBe(201);
    await settle(refunded(4_000));
    expect(await diamondsOf(creator.userId)).toBe(-2_000);
    expect((await creator.get('payment/wallet')).data).toMatchObject({ diamonds: 0, owedDiamonds: 2_000 });
    expect((await creator.post('earnings/exchange', { diamonds: 1 }, once())).error.code).toBe('NOT_ENOUGH_DIAMONDS');
    await giveDiamonds(creator.userId, 2_100);
    expect((await creator.get('payment/wallet')).data).toMatchObject({ diamonds: 100, owedDiamonds: 0 });
    await clean();
  });

  it('spares an exchange if the diamonds are still there', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const { disputed } = await bought(buyer, 200);
    await giveDiamonds(creator.userId, 100, Date.now() - LONG_AGO_MS);
    await tip(buyer, creator, 200);
    expect((await creator.post('earnings/exchange', { diamonds: 100 }, once())).data.coins).toBe(100);
    await settle(disputed('open'));
    expect(await balancesOf(creator)).toEqual([100, 0]);
    await clean();
  });

  it('that races with gifts leaves no coin and no diamond behind', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const { disputed } = await bought(buyer, 100);
    const gifts = [1, 2, 3, 4, 5].map(() => tip(buyer, creator, 20));
    await Promise.all([...gifts, settle(disputed('open'))]);
    expect(await diamondsOf(creator.userId)).toBe(0);
    await clean();
    await settle(disputed('won'));
    expect((await coinsOf(buyer.userId)) + 2 * (await diamondsOf(creator.userId))).toBe(100);
    await clean();
  });
});

describe('a chargeback through two hops', () => {
  it('undoes the exchange, takes the second creator’s diamonds, and comes back whole', async () => {
    const [buyer, first, second] = [await aBuyer(), await asCreator(), await asCreator()];
    const { disputed } = await bought(buyer, 200);
    await tip(buyer, first, 200);
    await haveMatured(first);
    expect((await first.post('earnings/exchange', { diamonds: 100 }, once())).status).toBe(201);
    expect((await tip(first, second, 60)).status).toBe(201);
    expect(await balancesOf(first)).toEqual([40, 0]);
    expect(await balancesOf(second)).toEqual([0, 30]);

    await settle(disputed('open'));
    expect(await balancesOf(buyer)).toEqual([-200, 0]);
    expect(await balancesOf(first)).toEqual([-60, 0]);
    expect(await balancesOf(second)).toEqual([0, 0]);
    await clean();

    await settle(disputed('won'));
    expect(await balancesOf(buyer)).toEqual([0, 0]);
    expect(await balancesOf(first)).toEqual([40, 0]);
    expect(await balancesOf(second)).toEqual([0, 30]);
    await clean();
    await settle(disputed('lost', 200, 'dp_2'));
    expect([await balancesOf(first), await balancesOf(second)]).toEqual([
      [-60, 0],
      [0, 0],
    ]);
    await clean();
  });
});

describe('a lot that many creators earned by', () => {
  const SPENDS = 1_000;
  const CREATORS = 20;

  it('is reversed and restored for all of them in one batch each', { timeout: 60_000 }, async () => {
    const buyer = await aBuyer();
    const { disputed } = await bought(buyer, 2 * SPENDS);
    await giveToMany(buyer.userId, SPENDS, CREATORS);
    await settle(disputed('open'));
    const sum = async () =>
      env.DB.prepare(
        "SELECT sum(balance) AS sum FROM ledger_accounts WHERE kind = 'earnings' AND owner LIKE 'many-%'",
      ).first<number>('sum');
    expect(await sum()).toBe(0);
    expect(await coinsOf(buyer.userId)).toBe(-2 * SPENDS);
    await clean();
    await settle(disputed('won'));
    expect(await sum()).toBe(SPENDS);
    await clean();
  });
});

/** Tips of two coins each, put into the books in a few statements. */
async function giveToMany(senderId: string, spends: number, creators: number): Promise<void> {
  const account = (owner: string, kind: string) =>
    `(SELECT id FROM ledger_accounts WHERE owner = ${owner} AND kind = '${kind}')`;
  for (let start = 0; start < spends; start += creators) {
    const numbers = `WITH RECURSIVE n (n) AS (SELECT ${start} UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ${start + creators})`;
    const creator = `'many-' || (n % ${creators})`;
    const leg = (number: number, kind: string, debit: string, credit: string, amount: number, isDebit: boolean) => {
      const turn = `n - ${start}`;
      const shared = (id: string, sign: string) => ({
        previous: `iif(${turn} = 0, (SELECT last_transfer_id FROM ledger_accounts WHERE id = ${id}), last.id + ${turn})`,
        balance: `(SELECT balance FROM ledger_accounts WHERE id = ${id}) ${sign} ${amount} * (${turn} + 1)`,
      });
      const own = (id: string, sign: string) => ({
        previous: `(SELECT last_transfer_id FROM ledger_accounts WHERE id = ${id})`,
        balance: `(SELECT balance FROM ledger_accounts WHERE id = ${id}) ${sign} ${amount}`,
      });
      const [from, to] = [shared(debit, '-'), isDebit ? shared(credit, '+') : own(credit, '+')];
      return env.DB.prepare(`${numbers} INSERT INTO ledger_transfers (id, kind, ref_type, ref_id, leg, amount, created_at,
          debit_id, debit_previous_id, debit_balance, credit_id, credit_previous_id, credit_balance)
        SELECT last.id + ${turn} + 1, '${kind}', 'gift', 'many-gift-' || n, ${number}, ${amount}, 0,
          ${debit}, ${from.previous}, ${from.balance}, ${credit}, ${to.previous}, ${to.balance}
        FROM n, (SELECT max(id) AS id FROM ledger_transfers) last ORDER BY n`);
    };
    const wallet = account(`'${senderId}'`, 'wallet');
    await env.DB.batch([
      env.DB.prepare(`${numbers} INSERT INTO ledger_accounts (owner, kind, unit) SELECT ${creator}, 'earnings', 'diamond' FROM n
        WHERE NOT EXISTS (SELECT 1 FROM ledger_accounts WHERE owner = ${creator})`),
      env.DB.prepare(`${numbers} INSERT INTO gifts_sent (id, quantity, coins, diamonds, sender_id, recipient_id,
          economy_version, idempotency_key, body_hash, created_at, lot_id, lot_coins)
        SELECT 'many-gift-' || n, 1, 2, 1, ?1, ${creator}, (SELECT max(version) FROM economy_versions),
          'many-gift-' || n, '', 0, (SELECT id FROM coin_lots WHERE user_id = ?1), 2 FROM n`).bind(senderId),
      leg(1, 'tip', wallet, account("'platform'", 'coins_spent'), 2, true),
      leg(2, 'tip_earning', account("'platform'", 'diamonds_issued'), account(creator, 'earnings'), 1, false),
      env.DB.prepare(`${numbers} INSERT INTO earning_days (user_id, day, source, diamonds, count, last_transfer_id)
        SELECT ${creator}, '2026-01-01', 'tip', 1, 1, 1 FROM n WHERE true
        ON CONFLICT DO UPDATE SET diamonds = diamonds + 1, count = count + 1`),
    ]);
  }
}

describe('coins bought in debt', () => {
  it('fill the debt before they can be spent', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const first = await bought(buyer, 100);
    await tip(buyer, creator, 100);
    await settle(first.disputed('open'));
    await bought(buyer, 130);
    expect(await lotsOf(buyer.userId)).toEqual([
      [100, 100, 100, 0],
      [130, 0, 0, 30],
    ]);
    expect(await coinsOf(buyer.userId)).toBe(30);
    // The first payment stands after all: what filled its debt can be spent again.
    await settle(first.disputed('won'));
    expect(await lotsOf(buyer.userId)).toEqual([
      [100, 100, 0, 0],
      [130, 0, 0, 130],
    ]);
    expect(await diamondsOf(creator.userId)).toBe(50);
    await clean();
  });

  it('of a wallet with other lots are taken from the oldest of them', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const first = await bought(buyer, 100);
    await tip(buyer, creator, 100);
    await bought(buyer, 70);
    await giveCoins(buyer.userId, 50);
    await settle(first.refunded(100));
    expect(await lotsOf(buyer.userId)).toEqual([
      [100, 100, 100, 0],
      [70, 0, 0, 0],
      [50, 0, 0, 20],
    ]);
    await clean();
  });
});

describe('coins from before the lots', () => {
  it('are taken back from the wallet, and come back to spend', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const { disputed } = await bought(buyer, 100);
    await env.DB.batch([
      env.DB.prepare('UPDATE purchases SET traced = 0 WHERE user_id = ?').bind(buyer.userId),
      env.DB.prepare("UPDATE coin_lots SET source_type = 'untraced', source_id = user_id WHERE user_id = ?").bind(
        buyer.userId,
      ),
    ]);
    await tip(buyer, creator, 40);
    await settle(disputed('open'));
    expect([await coinsOf(buyer.userId), await diamondsOf(creator.userId)]).toEqual([-40, 20]);
    await clean();
    await settle(disputed('won'));
    expect([await coinsOf(buyer.userId), await lotsOf(buyer.userId)]).toEqual([60, [[100, 40, 0, 60]]]);
    await clean();
  });
});

describe('a reversal in steps', () => {
  it('takes maturing diamonds of its own day alone, whatever comes later', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const { refunded } = await bought(buyer, 200);
    await tip(buyer, creator, 200);
    await haveMatured(creator);
    await settle(refunded(100));
    await env.DB.batch([
      env.DB.prepare('UPDATE earning_reversals SET created_at = created_at - ?2 WHERE user_id = ?1').bind(
        ...[creator.userId, 6 * DAY_MS],
      ),
      env.DB.prepare('UPDATE reversed_earnings SET updated_at = updated_at - ?2 WHERE user_id = ?1').bind(
        ...[creator.userId, 6 * DAY_MS],
      ),
    ]);
    await giveDiamonds(creator.userId, 100, Date.now() - 2 * DAY_MS);
    expect(await readDiamonds(testContext(), creator.userId)).toMatchObject({ maturing: 100, matured: 50 });
    await settle(refunded(2, 're_2'));
    expect(await readDiamonds(testContext(), creator.userId)).toMatchObject({ total: 149, maturing: 99, matured: 50 });
  });

  it('undoes an exchange once if two disputes are followed at the same time', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const [one, other] = [await bought(buyer, 200), await bought(buyer, 200)];
    await tip(buyer, creator, 400);
    await haveMatured(creator);
    await giveDiamonds(creator.userId, 100, Date.now() - LONG_AGO_MS);
    expect((await creator.post('earnings/exchange', { diamonds: 200 }, once())).status).toBe(201);
    const { ctx, events } = recordingContext();
    for (const { disputed } of [one, other]) await tell(disputed('open'), ctx);
    const tasks = events.flatMap((sent) =>
      sent.kind === 'task' && sent.task.type === 'follow-reversal' ? [sent.task] : [],
    );
    await Promise.allSettled(tasks.map((task) => followReversal(testContext(), task)));
    for (const task of tasks) await followReversal(testContext(), task); // as the queue retries
    expect(await balancesOf(creator)).toEqual([100, 0]);
    await clean();
  });
});

describe('a target’s reward', () => {
  const chargebacks = { id: 'chargebacks', tier: 1, metric: 'diamonds', threshold: 60, period: 'ever' } as const;

  it('falls if the target was not reached without the reversed gift, and returns with it', async () => {
    await changeEconomy({ targets: [{ ...chargebacks, reward: { diamonds: 7 } }] });
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const { disputed } = await bought(buyer, 200);
    await tip(buyer, creator, 150);
    await awardTargets(testContext(), null);
    expect(await diamondsOf(creator.userId)).toBe(75 + 7);
    await settle(disputed('open'));
    expect(await diamondsOf(creator.userId)).toBe(0);
    const { data: targets } = await creator.get('earnings/targets');
    expect(targets.items[0]).toMatchObject({ progress: 0 });
    expect(targets.items[0].reachedAt).toBeUndefined();
    await clean();
    await settle(disputed('won'));
    expect(await diamondsOf(creator.userId)).toBe(75 + 7);
    await clean();
  });

  it('is judged by the target that it was given for, whatever the target is now', async () => {
    const target = { id: 'versions', tier: 1, metric: 'diamonds', threshold: 100, period: 'ever' } as const;
    await changeEconomy({ targets: [{ ...target, reward: { diamonds: 10 } }] });
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const { refunded } = await bought(buyer, 200);
    await tip(buyer, creator, 200);
    await awardTargets(testContext(), null);
    await settle(refunded(40));
    expect(await diamondsOf(creator.userId)).toBe(80);
    await changeEconomy({ targets: [{ ...target, threshold: 50, reward: { diamonds: 10 } }] });
    await awardTargets(testContext(), null);
    expect(await diamondsOf(creator.userId)).toBe(80);
    await changeEconomy({ targets: [{ ...chargebacks, reward: { diamonds: 7 } }] });
  });

  it('that was exchanged is followed to its coins, and comes back with them', async () => {
    await changeEconomy({ targets: [{ ...chargebacks, id: 'rich', reward: { diamonds: 500 } }] });
    const [buyer, first, second] = [await aBuyer(), await asCreator(), await asCreator()];
    const { disputed } = await bought(buyer, 200);
    await tip(buyer, first, 200);
    await awardTargets(testContext(), null);
    await haveMatured(first);
    expect((await first.post('earnings/exchange', { diamonds: 600 }, once())).status).toBe(201);
    await tip(first, second, 100);
    await settle(disputed('open'));
    expect([await balancesOf(first), await balancesOf(second)]).toEqual([
      [-100, 0],
      [0, 0],
    ]);
    await clean();
    await settle(disputed('won'));
    expect([await balancesOf(first), await balancesOf(second)]).toEqual([
      [500, 0],
      [0, 50],
    ]);
    await changeEconomy({ targets: [{ ...chargebacks, reward: { diamonds: 7 } }] });
    await clean();
  });

  it('is given again once later gifts reach the target', async () => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const { disputed } = await bought(buyer, 200);
    await tip(buyer, creator, 150);
    await awardTargets(testContext(), null);
    await settle(disputed('lost'));
    await giveDiamonds(creator.userId, 60);
    await awardTargets(testContext(), null);
    await awardTargets(testContext(), null);
    expect(await diamondsOf(creator.userId)).toBe(60 + 7);
    await clean();
  });
});
