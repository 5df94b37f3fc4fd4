/** The proof: clean where the books are, and where they are not it says what is off. */
import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { type Fault, withFaults } from '#test/support/faults';
import { giveCoins, giveDiamonds } from '#test/support/money';
import { prove } from '#test/support/proof';
import { commit } from '@/db/commit';
import { recordEarning } from '@/domains/money/earnings/record';
import { exchanges, targetRewards } from '@/domains/money/earnings/tables';
import { paymentClaims } from '@/domains/money/payments/tables';
import { type PayoutStatus, payouts } from '@/domains/money/payouts/tables';
import { subscriptionCharges } from '@/domains/money/subscriptions/tables';
import { creditLot, firstLot, reverseInLot, settleLots } from '@/ledger/lots';
import { post, type Transfer } from '@/ledger/transfers';
import { newId } from '@/shared/ids';

const [buyer, creator] = [newId(), newId()];
const ids = { purchase: '', reversed: '', gift: '', exchange: '', reward: '', charge: '', paid: '' };

beforeAll(async () => {
  ids.purchase = await giveCoins(buyer, 100);
  ids.reversed = await giveCoins(buyer, 50);
  await reverse(ids.reversed);
  await giveDiamonds(creator, 1_000);
  ids.gift = await idOf('SELECT id FROM gifts_sent WHERE recipient_id = ?', creator);
  await giveDiamonds(creator, 9_000);
  ids.exchange = await exchange(10);
  ids.reward = await reward(50);
  ids.charge = await charge(20, 10);
  ids.paid = await payout('paid');
});

async function idOf(sql: string, ...values: (string | number)[]): Promise<string> {
  return (
    (await env.DB.prepare(sql)
      .bind(...values)
      .first<string>('id')) ?? ''
  );
}

const aClaim = (purchaseId: string) => ({
  ...{ purchaseId, provider: 'sandbox' as const, currency: 'USD', eventAt: 0, createdAt: 0, updatedAt: 0 },
});

/** A half refunded, and a half disputed and won back. */
async function reverse(id: string): Promise<void> {
  const ctx = testContext();
  const ref = { refType: 'purchase', refId: id };
  const cash = { ...ref, currency: 'USD', provider: 'sandbox' };
  await commit(ctx, [
    ctx.db.run(`UPDATE purchases SET status = 'partially_refunded', reversed_coins = 25, reversed_minor = 50, legs = 6
      WHERE id = '${id}'`),
    ctx.db.insert(paymentClaims).values([
      { ...aClaim(id), claimId: 're_1', kind: 'refund', amountMinor: 50, state: 'stands' },
      { ...aClaim(id), claimId: 'dp_1', kind: 'dispute', amountMinor: 50, state: 'won' },
    ]),
    ...post(ctx, [
      { ...ref, leg: 3, kind: 'purchase_reversal', userId: buyer, amount: 50 },
      { ...cash, leg: 4, kind: 'purchase_reversal_cash', amount: 100 },
      { ...ref, leg: 5, kind: 'purchase_restored', userId: buyer, amount: 25 },
      { ...cash, leg: 6, kind: 'purchase_restored_cash', amount: 50 },
    ]),
    reverseInLot(ctx, { sourceType: 'purchase', sourceId: id }, 25),
    settleLots(ctx, buyer),
  ]);
}

const request = () => ({ economyVersion: 1, idempotencyKey: newId(), bodyHash: '', createdAt: 0 });

async function exchange(diamonds: number): Promise<string> {
  const ctx = testContext();
  const id = newId();
  const ref = { refType: 'exchange', refId: id, userId: creator, amount: diamonds };
  await commit(ctx, [
    ctx.db.insert(exchanges).values({ id, userId: creator, diamonds, coins: diamonds, ...request() }),
    ...post(ctx, [
      { ...ref, leg: 1, kind: 'exchange_diamonds' },
      { ...ref, leg: 2, kind: 'exchange_coins' },
    ]),
    creditLot(ctx, { userId: creator, sourceType: 'exchange', sourceId: id, coins: diamonds }),
  ]);
  return id;
}

async function reward(diamonds: number): Promise<string> {
  const ctx = testContext();
  const id = newId();
  const row = {
    id,
    userId: creator,
    targetId: 'first-diamonds',
    period: 'ever',
    diamonds,
    economyVersion: 1,
    createdAt: 0,
  };
  await commit(ctx, [
    ctx.db.insert(targetRewards).values(row),
    ...post(ctx, [{ refType: 'reward', refId: id, leg: 1, kind: 'target_reward', userId: creator, amount: diamonds }]),
    recordEarning(ctx, { userId: creator, source: 'reward', diamonds }),
  ]);
  return id;
}

async function charge(coins: number, diamonds: number): Promise<string> {
  const ctx = testContext();
  const id = newId();
  const ref = { refType: 'subscription', refId: id };
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO subscription_tiers (id, creator_id, name, coins_per_month, created_at, updated_at) VALUES (?, ?, 'A tier', ?, 0, 0)",
    ).bind(id, creator, coins),
    env.DB.prepare(
      `INSERT INTO subscriptions (id, subscriber_id, creator_id, tier_id, coins_per_month, status, months, started_at,
        period_ends_at, idempotency_key, body_hash, created_at) VALUES (?1, ?2, ?3, ?1, ?4, 'active', 1, 0, 1, ?1, '', 0)`,
    ).bind(id, buyer, creator, coins),
  ]);
  await commit(ctx, [
    ctx.db.insert(subscriptionCharges).values({
      ...{ id, subscriptionId: id, month: 1, subscriberId: buyer, creatorId: creator, coins, diamonds },
      ...{ economyVersion: 1, createdAt: 0, ...firstLot(sql`${buyer}`, sql`${coins}`) },
    }),
    ...post(ctx, [
      { ...ref, leg: 1, kind: 'subscription', userId: buyer, amount: coins },
      { ...ref, leg: 2, kind: 'subscription_earning', userId: creator, amount: diamonds },
    ]),
    recordEarning(ctx, { userId: creator, source: 'subscription', diamonds }),
  ]);
  return id;
}

/** Of 1,000 diamonds, with all that it has had by then. */
async function payout(status: PayoutStatus): Promise<string> {
  const ctx = testContext();
  const id = newId();
  const ref = { refType: 'payout', refId: id };
  const diamonds = { ...ref, amount: 1_000 };
  const money = { ...ref, currency: 'USD' };
  const legs: Record<string, Transfer[]> = {
    held: [{ ...diamonds, leg: 1, kind: 'payout_hold', userId: creator }],
    due: [{ ...money, leg: 2, kind: 'payout_due', amount: 1_000 }],
    sent: [
      { ...diamonds, leg: 3, kind: 'payout_burn' },
      { ...money, leg: 4, kind: 'payout_cash', provider: 'bank', amount: 965 },
      { ...money, leg: 5, kind: 'payout_fee', amount: 35 },
    ],
    returned: [{ ...diamonds, leg: 3, kind: 'payout_return', userId: creator }],
    undue: [{ ...money, leg: 4, kind: 'payout_undue', amount: 1_000 }],
    back: [
      { ...money, leg: 6, kind: 'payout_cash_returned', provider: 'bank', amount: 965 },
      { ...money, leg: 7, kind: 'payout_fee_returned', amount: 35 },
      { ...money, leg: 8, kind: 'payout_undue', amount: 1_000 },
      { ...diamonds, leg: 9, kind: 'payout_restored', userId: creator },
    ],
  };
  const decided = { decidedAt: 1, decidedBy: newId() };
  const paid = { ...decided, paidAt: 2, reference: 'B-1' };
  const [has, facts] = {
    requested: [['held'], {}],
    approved: [['held', 'due'], decided],
    processing: [['held', 'due'], { ...decided, processingAt: 2 }],
    paid: [['held', 'due', 'sent'], paid],
    rejected: [['held', 'returned'], { ...decided, reason: 'No.' }],
    failed: [['held', 'due', 'returned', 'undue'], { ...decided, reason: 'No.' }],
    returned: [['held', 'due', 'sent', 'back'], { ...paid, returnedAt: 3, reason: 'No.' }],
  }[status] as [string[], object];
  const { createdAt: requestedAt, ...rest } = request();
  await commit(ctx, [
    ctx.db.insert(payouts).values({
      ...{ id, userId: creator, source: 'diamonds', diamonds: 1_000, amountMinor: 965, feeMinor: 35, currency: 'USD' },
      ...{ method: 'bank', status, requestedAt, ...rest, ...facts },
    }),
    ...post(
      ctx,
      has.flatMap((part) => legs[part] ?? []),
    ),
  ]);
  return id;
}

/** What a proof of the whole says of these faults: `subject id: problem`, with those that name the id alone. */
async function findingsOf(faults: readonly Fault[], whole = true): Promise<string[]> {
  const proof = await withFaults(faults, () => prove({ whole }));
  expect(proof.findingsCount).toBe(proof.findings.length);
  expect(proof.state).toBe(proof.findings.length > 0 ? 'off' : 'clean');
  // Lots follow from the same rows, so they are off with them; they have tests of their own.
  const others = proof.findings.filter(({ subject }) => subject !== 'lot');
  return others.map(({ subject, id, problem }) => `${subject} ${id}: ${problem}`);
}

const transferOf = (refId: string, leg: number) =>
  env.DB.prepare('SELECT id, debit_id, credit_id FROM ledger_transfers WHERE ref_id = ? AND leg = ?')
    .bind(refId, leg)
    .first<{ id: number; debit_id: number; credit_id: number }>();

async function accountOf(owner: string, kind: string): Promise<number> {
  return Number(await idOf('SELECT id FROM ledger_accounts WHERE owner = ? AND kind = ?', owner, kind));
}

/** Whatever was planted is gone again, and with it what was found. */
afterAll(async () => {
  expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
});

describe('clean books', () => {
  it('prove clean, whole or from where the last proof ended', async () => {
    const whole = await prove();
    expect(whole).toMatchObject({ state: 'clean', stage: 'finished', findings: [], fromId: 0 });
    const { count } =
      (await env.DB.prepare('SELECT count(*) AS count FROM ledger_transfers').first<{ count: number }>()) ?? {};
    expect(whole.transfers).toBe(count);
    expect(whole.accounts).toBeGreaterThan(10);
    await giveCoins(buyer, 1);
    const next = await prove({ whole: false });
    expect(next).toMatchObject({ state: 'clean', fromId: whole.throughId, transfers: 2 });
  });

  it.each(['requested', 'approved', 'processing', 'rejected', 'failed', 'returned'] as const)(
    'have what a payout that is %s should have',
    async (status) => {
      await payout(status);
      expect(await prove()).toMatchObject({ findings: [] });
    },
  );
});

describe('of accounts the proof names', () => {
  it('one whose balance is not its transfers, and the unit that does not sum to zero', async () => {
    const id = await accountOf(buyer, 'wallet');
    const found = await findingsOf([
      { sql: 'UPDATE ledger_accounts SET balance = balance + 7 WHERE id = ?', values: [id] },
    ]);
    expect(found).toEqual([
      expect.stringMatching(new RegExp(`^account ${id}: has \\d+ coin, and its transfers sum to \\d+$`)),
      'unit coin: balances sum to 7, not to 0',
    ]);
  });

  it('two that were given the same amount in opposite directions', async () => {
    const [from, to] = [await accountOf('platform', 'coins_issued'), await accountOf(buyer, 'wallet')];
    const found = await findingsOf([
      { sql: 'UPDATE ledger_accounts SET balance = balance - 5 WHERE id = ?', values: [from] },
      { sql: 'UPDATE ledger_accounts SET balance = balance + 5 WHERE id = ?', values: [to] },
    ]);
    expect(found.map((line) => line.split(':')[0])).toEqual([`account ${from}`, `account ${to}`]);
  });

  it('one that points at another transfer than its last', async () => {
    const id = await accountOf(buyer, 'wallet');
    const first = await transferOf(ids.purchase, 1);
    const values = [first?.id ?? 0, id];
    const found = await findingsOf([{ sql: 'UPDATE ledger_accounts SET last_transfer_id = ? WHERE id = ?', values }]);
    expect(found).toEqual([expect.stringContaining(`account ${id}: has`)]);
    const forgotten = { sql: 'UPDATE ledger_accounts SET last_transfer_id = NULL WHERE id = ?', values: [id] };
    expect(await findingsOf([forgotten])).toEqual([`account ${id}: does not know its last transfer`]);
  });

  it('one that was made rich in a proof that goes on from the last', async () => {
    await prove();
    const id = await accountOf(creator, 'earnings');
    const found = await findingsOf(
      [{ sql: 'UPDATE ledger_accounts SET balance = balance + 1 WHERE id = ?', values: [id] }],
      false,
    );
    expect(found).toContainEqual(expect.stringContaining(`account ${id}: has`));
    expect(found).toContainEqual(expect.stringContaining(`earnings ${creator}: has `));
  });
});

describe('of transfers the proof names', () => {
  const change = (id: number, set: string, ...values: (string | number)[]): Fault => ({
    sql: `UPDATE ledger_transfers SET ${set} WHERE id = ?`,
    values: [...values, id],
  });

  it('one whose amount was changed, with the account and the row that it is of', async () => {
    const { id, credit_id } = (await transferOf(ids.purchase, 1)) ?? { id: 0, credit_id: 0 };
    const found = await findingsOf([change(id, 'amount = amount + 1')]);
    expect(found).toContainEqual(expect.stringContaining(`transfer ${id}: leaves`));
    expect(found).toContainEqual(expect.stringContaining(`account ${credit_id}: has`));
    expect(found).toContainEqual(
      `purchase ${ids.purchase}: lacks leg 1, purchase of 100 coin of ${buyer}; ` +
        `should not have leg 1, purchase of 101 coin of ${buyer}`,
    );
  });

  it.each([
    ['debit_balance = debit_balance - 1', 'leaves'],
    ['credit_balance = credit_balance + 1', 'leaves'],
    ['debit_previous_id = NULL', 'leaves'],
    ['credit_previous_id = id', 'leaves'],
    ["kind = 'bribe'", 'is of a kind that the chart has not: bribe'],
    ["kind = 'payout_hold'", 'goes from'],
    ['credit_id = 1000000', 'names an account that is not there'],
    ['credit_id = 3', 'goes from'],
    ["ref_type = 'favour'", 'belongs to a favour, which nobody answers for'],
  ])('one where %s', async (set, problem) => {
    const { id } = (await transferOf(ids.charge, 1)) ?? { id: 0 };
    expect(await findingsOf([change(id, set)])).toContainEqual(expect.stringContaining(`transfer ${id}: ${problem}`));
  });

  it('what follows one that was deleted, and what it was of', async () => {
    const { id } = (await transferOf(ids.exchange, 1)) ?? { id: 0 };
    const found = await findingsOf([{ sql: 'DELETE FROM ledger_transfers WHERE id = ?', values: [id] }]);
    expect(found).toContainEqual(expect.stringMatching(/^transfer \d+: leaves/));
    expect(found).toContainEqual(expect.stringContaining(`account ${await accountOf(creator, 'earnings')}: has`));
    expect(found).toContainEqual(
      `exchange ${ids.exchange}: lacks leg 1, exchange_diamonds of 10 diamond of ${creator}`,
    );
  });
});

describe('of rows the proof names', () => {
  it.each([
    ['purchase', 'purchases', 'coins = coins + 1', () => ids.purchase],
    ['purchase', 'purchases', 'amount_minor = amount_minor + 1', () => ids.purchase],
    ['purchase', 'purchases', "user_id = 'another'", () => ids.purchase],
    ['purchase', 'purchases', 'paid_at = NULL', () => ids.purchase],
    ['purchase', 'purchases', 'legs = 3', () => ids.purchase],
    ['purchase', 'purchases', 'reversed_coins = reversed_coins + 1', () => ids.reversed],
    ['purchase', 'purchases', 'reversed_minor = reversed_minor - 1', () => ids.reversed],
    ['purchase', 'purchases', "currency = 'EUR'", () => ids.reversed],
    ['gift', 'gifts_sent', 'coins = coins + 1', () => ids.gift],
    ['gift', 'gifts_sent', 'diamonds = diamonds - 1', () => ids.gift],
    ['gift', 'gifts_sent', "recipient_id = 'another'", () => ids.gift],
    ['gift', 'gifts_sent', "gift_id = 'a-rose'", () => ids.gift],
    ['subscription', 'subscription_charges', 'coins = coins + 1', () => ids.charge],
    ['exchange', 'exchanges', 'coins = coins + 1', () => ids.exchange],
    ['reward', 'target_rewards', 'diamonds = diamonds + 1', () => ids.reward],
    ['payout', 'payouts', "status = 'approved'", () => ids.paid],
    ['payout', 'payouts', "status = 'rejected'", () => ids.paid],
    ['payout', 'payouts', "status = 'failed'", () => ids.paid],
    ['payout', 'payouts', 'fee_minor = 0', () => ids.paid],
    ['payout', 'payouts', "method = 'stripe'", () => ids.paid],
    ['payout', 'payouts', 'diamonds = diamonds + 1', () => ids.paid],
    ['payout', 'payouts', "status = 'returned'", () => ids.paid],
    ['payout', 'payouts', 'paid_at = NULL', () => ids.paid],
    ['payout', 'payouts', 'decided_at = NULL', () => ids.paid],
    ['payout', 'payouts', 'economy_version = 999', () => ids.paid],
    ['payout', 'payouts', "set_off_exchange_id = 'no-exchange'", () => ids.paid],
  ])('a %s (%s) where %s', async (subject, table, set, id) => {
    const found = await findingsOf([{ sql: `UPDATE ${table} SET ${set} WHERE id = ?`, values: [id()] }]);
    expect(found.filter((line) => line.startsWith(`${subject} `))).toEqual([
      expect.stringContaining(`${subject} ${id()}: `),
    ]);
  });

  it.each([
    ['purchase', 'purchases', () => ids.purchase],
    ['gift', 'gifts_sent', () => ids.gift],
    ['subscription', 'subscription_charges', () => ids.charge],
    ['exchange', 'exchanges', () => ids.exchange],
    ['reward', 'target_rewards', () => ids.reward],
    ['payout', 'payouts', () => ids.paid],
  ])('a %s that is gone, with its transfers still there', async (subject, table, id) => {
    const found = await findingsOf([{ sql: `DELETE FROM ${table} WHERE id = ?`, values: [id()] }]);
    expect(found).toContainEqual(expect.stringContaining(`${subject} ${id()}: does not exist, but has leg 1`));
  });

  it('a gift without transfers', async () => {
    const copy = "INSERT INTO gifts_sent SELECT 'a-copy', gift_id, quantity, coins, diamonds, sender_id, recipient_id,";
    const rest =
      "stream_id, message, economy_version, 'a-copy', body_hash, created_at, message_refused, 0, 0, NULL, NULL, NULL FROM gifts_sent WHERE id = ?";
    expect(await findingsOf([{ sql: `${copy} ${rest}`, values: [ids.gift] }])).toEqual([
      expect.stringMatching(
        /^gift a-copy: lacks leg 1, tip of 2000 coin of .*; lacks leg 2, tip_earning of 1000 diamond/,
      ),
    ]);
  });

  it('a subscription that says more months than were charged, or was charged more than its price', async () => {
    const months = { sql: 'UPDATE subscriptions SET months = 9 WHERE id = ?', values: [ids.charge] };
    expect(await findingsOf([months])).toEqual([`paid-months ${ids.charge}: says 9 paid months, but has 1`]);
    const price = { sql: 'UPDATE subscriptions SET coins_per_month = 1 WHERE id = ?', values: [ids.charge] };
    expect(await findingsOf([price])).toEqual([
      expect.stringContaining('costs 1 coins a month, but a month was charged '),
    ]);
  });

  it('a month that earned more than its coins come to, though the books agree', async () => {
    const rate = "json_set(config, '$.conversions.diamondsPerCoin.denominator', 10)";
    const found = await findingsOf([{ sql: `UPDATE economy_versions SET config = ${rate} WHERE version = 1` }]);
    expect(found).toContainEqual(`subscription ${ids.charge}: earned 10 diamonds for 20 coins, not 2`);
  });

  it('a month that gave back more than its unused days come to', async () => {
    const set = 'returned_coins = 40, returned_diamonds = 20, returned_at = 5';
    const found = await findingsOf([
      { sql: `UPDATE subscription_charges SET ${set} WHERE id = ?`, values: [ids.charge] },
    ]);
    expect(found).toContainEqual(expect.stringContaining(`paid-months ${ids.charge}: gave back 40 coins`));
    expect(found).toContainEqual(expect.stringContaining(`subscription ${ids.charge}: lacks leg 3`));
  });

  it('a creator whose days do not come to their diamonds', async () => {
    const found = await findingsOf([
      {
        sql: "UPDATE earning_days SET diamonds = diamonds + 1 WHERE user_id = ? AND source = 'tip'",
        values: [creator],
      },
    ]);
    expect(found).toEqual([expect.stringContaining(`earnings ${creator}: has `)]);
    const stranger = "INSERT INTO earning_days VALUES ('a-stranger', '2026-11-01', 'gift', 5, 1, 1)";
    expect(await findingsOf([{ sql: stranger }])).toEqual([
      'earnings a-stranger: has 0 diamonds, but what was earned, reversed, exchanged and paid out comes to 5',
    ]);
  });
});

describe('a proof', () => {
  it('after one that found something goes over the whole again', async () => {
    const id = await accountOf(buyer, 'wallet');
    const fault = { sql: 'UPDATE ledger_accounts SET balance = balance + 7 WHERE id = ?', values: [id] };
    expect(await withFaults([fault], () => prove({ whole: false }))).toMatchObject({ state: 'off' });
    expect(await prove({ whole: false })).toMatchObject({ state: 'clean', fromId: 0 });
  });

  it('keeps two hundred findings and counts the rest', async () => {
    const copies = `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 250)
      INSERT INTO exchanges SELECT 'copy-' || n, user_id, diamonds, coins, economy_version, 'copy-' || n, '', 0, 0, 0, 0, 2
      FROM n, exchanges WHERE id = ?`;
    const proof = await withFaults([{ sql: copies, values: [ids.exchange] }], () => prove());
    expect(proof.findings).toHaveLength(200);
    expect(proof.findingsCount).toBe(251);
  });
});
