/** The people of a generated history: what they can do over the API, and what the books say of them. */
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Answer } from '#test/support/api';
import { coinsOf, diamondsOf, once, purchaseOf } from '#test/support/money';
import { approve, asPaidCreator } from '#test/support/payouts';
import { prove, provingContext } from '#test/support/proof';
import { aBuyer, aPackage, buy, tell } from '#test/support/purchases';
import { aTier } from '#test/support/subscriptions';
import { asStaff, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { readEconomy } from '@/domains/base/economy/read';
import { followReversal } from '@/domains/money/earnings/follow-reversal';
import type { OnePaymentEvent } from '@/domains/money/payments/facts';
import { followReturned } from '@/domains/money/subscriptions/give-back';
import { blockUser, unblockUser } from '@/domains/people/social/block';
import type { Chosen, Model, ModelPurchase, Verb } from './model';

export const BUYERS = 2;
export const CREATORS = 2;
export const PEOPLE = BUYERS + CREATORS;
export const COINS_PER_MONTH = 101;
const PACKAGE = { coins: 900, bonusCoins: 103, priceMinor: 1_000 };

/** More than concurrent messages about the same rows can fail. */
const TRIES_MAX = 10;
const BODIES = { reject: { reason: 'No' }, paid: { reference: 'B-1' }, returned: { reason: 'It bounced' } };

export type Cast = Awaited<ReturnType<typeof aCast>>;

/** Buyers first, then creators; every one of them can give, and creators receive. */
export async function aCast() {
  const [owner, { id: packageId }] = await Promise.all([asStaff('owner'), aPackage(PACKAGE)]);
  const people: Person[] = [];
  for (let number = 0; number < BUYERS; number += 1) people.push(await aBuyer());
  for (let number = 0; number < CREATORS; number += 1) people.push(await asPaidCreator());
  const tiers = new Map<string, string>();
  for (const creator of people.slice(BUYERS)) tiers.set(creator.userId, await aTier(creator, COINS_PER_MONTH));
  const { ctx, sent } = provingContext();
  const one = (at: number): Person => {
    const found = people[at];
    if (!found) throw new Error(`Nobody is number ${at}`);
    return found;
  };

  /** What follows an event in the tasks queue. @param copies of each message, all at once */
  async function followUp(copies: number): Promise<void> {
    await ctx.settle();
    for (let bodies = sent.splice(0); bodies.length > 0; bodies = sent.splice(0)) {
      for (const { body } of bodies)
        await Promise.all(Array.from({ length: copies }, () => retried(() => followOne(ctx, body))));
      await ctx.settle();
    }
  }

  return {
    people,
    economy: await readEconomy(ctx),
    idOf: (at: number) => one(at).userId,
    buy: (buyer: number, key?: string) => buy(one(buyer), { packageId }, key),
    /** @param copies 2: the provider says it twice at once, and each message that follows comes twice */
    async tell(event: OnePaymentEvent, copies = 1): Promise<void> {
      await Promise.all(Array.from({ length: copies }, () => tell(event, ctx)));
      await followUp(copies);
    },
    tip: (sender: number, recipient: number, coins: number, key?: string) =>
      one(sender).post('payment/tip', { recipientId: one(recipient).userId, coins }, once(key)),
    subscribe: (subscriber: number, creator: number, key?: string) => {
      const creatorId = one(creator).userId;
      return one(subscriber).post('payment/subscribe', { creatorId, tierId: tiers.get(creatorId) }, once(key));
    },
    exchange: (creator: number, diamonds: number, key?: string) =>
      one(creator).post('earnings/exchange', { diamonds }, once(key)),
    cashOut: (creator: number, diamonds: number, key?: string) =>
      one(creator).post('earnings/cashout/request', { source: 'diamonds', diamonds, method: 'bank' }, once(key)),
    decide(id: string, verb: Verb): Promise<Answer> {
      const url = `owner/panel/cashouts/${id}`;
      return verb === 'approve' ? approve(owner, url) : owner.put(`${url}/${verb}`, BODIES[verb]);
    },
    /** The creator withdraws from a subscriber, and makes up with them afterwards. @param copies of the block, at once */
    async withdraw(creator: number, subscriber: number, copies: number): Promise<void> {
      const [creatorId, subscriberId] = [one(creator).userId, one(subscriber).userId];
      await Promise.all(Array.from({ length: copies }, () => blockUser(ctx, creatorId, subscriberId)));
      await followUp(copies);
      await unblockUser(ctx, creatorId, subscriberId);
    },
  };
}

async function followOne(ctx: Context, body: TaskMessage): Promise<void> {
  if (body.type === 'follow-reversal') await followReversal(ctx, body);
  if (body.type === 'follow-return') await followReturned(ctx, body.chargeId);
}

/** As the queue does with a message whose rows another message changed first. */
async function retried(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === TRIES_MAX) throw error;
    }
  }
}

export async function purchaseMade(id: string): Promise<ModelPurchase> {
  const row = await purchaseOf(id);
  if (!row) throw new Error(`There is no purchase ${id}`);
  return { row, isPaid: false, isOpen: true, claims: new Map() };
}

/** The month that a subscription began with. */
export async function chargeOf(subscriptionId: string): Promise<string> {
  const query = 'SELECT id FROM subscription_charges WHERE subscription_id = ? AND month = 1';
  const id = await env.DB.prepare(query).bind(subscriptionId).first<string>('id');
  if (id === null) throw new Error(`The subscription ${subscriptionId} was not charged`);
  return id;
}

/** Everyone has what the model says, every lot too, and the books agree with themselves. */
export async function expectAgreement(cast: Cast, model: Model): Promise<void> {
  for (const { userId } of cast.people) {
    expect(await coinsOf(userId)).toBe(model.coins(userId));
    expect(await diamondsOf(userId)).toBe(model.diamonds(userId));
    expect(await shelfOf(userId)).toEqual(model.shelf(userId));
  }
  expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
}

async function shelfOf(userId: string) {
  const { results } = await env.DB.prepare(
    `SELECT source_type || ':' || source_id AS source, coins, spent, reversed, remaining FROM coin_lots
     WHERE user_id = ? ORDER BY id`,
  )
    .bind(userId)
    .all();
  return results;
}

/** What the database chose where requests competed. */
export async function readChosen(cast: Cast): Promise<Chosen> {
  const ids = JSON.stringify(cast.people.map(({ userId }) => userId));
  const source = "lot.source_type || ':' || lot.source_id AS source";
  const among = '(SELECT value FROM json_each(?1))';
  const all = async <Row>(query: string) => (await env.DB.prepare(query).bind(ids).all<Row>()).results;
  const [lots, parts, months, exchanges] = [
    await all<{ source: string }>(`SELECT ${source} FROM coin_lots lot WHERE user_id IN ${among} ORDER BY id`),
    await all<Chosen['parts'][number]>(
      `SELECT part.ref_id AS refId, ${source}, sum(part.coins) AS coins FROM (
         SELECT id AS ref_id, lot_id, lot_coins AS coins FROM gifts_sent
         UNION ALL SELECT id, lot_id, lot_coins FROM subscription_charges
         UNION ALL SELECT ref_id, lot_id, coins FROM lot_uses
         UNION ALL SELECT ref_id, lot_id, -coins FROM lot_returns) part
       JOIN coin_lots lot ON lot.id = part.lot_id WHERE lot.user_id IN ${among} GROUP BY part.ref_id, lot.id`,
    ),
    await all<{ id: string; coins: number; diamonds: number }>(
      `SELECT id, returned_coins AS coins, returned_diamonds AS diamonds FROM subscription_charges
       WHERE subscriber_id IN ${among}`,
    ),
    await all<{ id: string; undone: number }>(
      `SELECT id, reversed_diamonds AS undone FROM exchanges WHERE user_id IN ${among}`,
    ),
  ];
  return {
    lots: lots.map((lot) => lot.source),
    parts,
    returned: new Map(months.map(({ id, ...returned }) => [id, returned])),
    undone: new Map(exchanges.map(({ id, undone }) => [id, undone])),
  };
}
