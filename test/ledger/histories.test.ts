/**
 * Generated histories of all that moves money, against a plain model: one after another, where every refusal is
 * foretold; and many at once, each request sent twice and each event repeated and shuffled, where the sums are.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '#test/support/api';
import { changeEconomy, coinsOf, diamondsOf, once, purchaseOf } from '#test/support/money';
import { asPaidCreator } from '#test/support/payouts';
import { prove } from '#test/support/proof';
import { aBuyer, aPackage, buy, eventsOf, learnClaim, tell } from '#test/support/purchases';
import { asStaff, type Person } from '#test/support/users';
import type { OnePaymentEvent } from '@/domains/money/payments/facts';
import { judgePayment, type PaymentClaim } from '@/domains/money/payments/judge-payment';
import { reversedCoins } from '@/domains/money/purchases/reversed-coins';
import { newId } from '@/shared/ids';

const PRICE_MINOR = 1_000;
const PACKAGE = { coins: 900, bonusCoins: 103, priceMinor: PRICE_MINOR };
const BUYERS = 2;
const CREATORS = 2;
const PAYOUT_FEE_MINOR = 5;

const RUNS = 10;
const TIMEOUT_MS = 120_000;

beforeAll(async () => {
  await changeEconomy({
    conversions: { coinsPerDiamond: { numerator: 3, denominator: 2 } },
    limits: {
      ...{ tipCoinsMin: 2, exchangeDiamondsMin: 1, maturingDays: 0 },
      ...{ payoutDiamondsMin: 10, payoutsPerDayMax: 100, payoutFeeMinor: PAYOUT_FEE_MINOR, payoutFeeBasisPoints: 0 },
    },
  });
});

// --- What happens

type Step =
  | { readonly type: 'buy'; readonly buyer: number }
  | { readonly type: 'event'; readonly purchase: number; readonly event: keyof typeof EVENTS }
  | { readonly type: 'tip'; readonly buyer: number; readonly creator: number; readonly coins: number }
  | { readonly type: 'exchange'; readonly creator: number; readonly diamonds: number }
  | { readonly type: 'cash-out'; readonly creator: number; readonly diamonds: number }
  | { readonly type: 'decide'; readonly payout: number; readonly verb: 'approve' | 'reject' | 'paid' };

type Purchase = NonNullable<Awaited<ReturnType<typeof purchaseOf>>>;

const EVENTS = {
  paid: (purchase: Purchase) => eventsOf(purchase).paid,
  failed: (purchase: Purchase) => eventsOf(purchase).failed,
  expired: (purchase: Purchase) => eventsOf(purchase).expired,
  third: (purchase: Purchase) => eventsOf(purchase).refunded(333, 're_a'),
  half: (purchase: Purchase) => eventsOf(purchase).refunded(500, 're_a'),
  rest: (purchase: Purchase) => eventsOf(purchase).refunded(700, 're_b'),
  disputed: (purchase: Purchase) => eventsOf(purchase).disputed('open'),
  returned: (purchase: Purchase) => eventsOf(purchase).refundFailed(700, 're_b'),
  inquired: (purchase: Purchase) => eventsOf(purchase).disputed('inquiry'),
  won: (purchase: Purchase) => eventsOf(purchase).disputed('won'),
  lost: (purchase: Purchase) => eventsOf(purchase).disputed('lost'),
} as const satisfies Record<string, (purchase: Purchase) => OnePaymentEvent>;
const EVENT_NAMES = Object.keys(EVENTS) as (keyof typeof EVENTS)[]; // its own keys

const index = fc.nat({ max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: fc.constant('buy'), buyer: fc.nat({ max: BUYERS - 1 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('event'),
      purchase: index,
      event: fc.oneof(fc.constant('paid' as const), fc.constantFrom(...EVENT_NAMES)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('tip'),
      buyer: fc.nat({ max: BUYERS - 1 }),
      creator: fc.nat({ max: CREATORS - 1 }),
      coins: fc.integer({ min: 2, max: 600 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('exchange'),
      creator: fc.nat({ max: CREATORS - 1 }),
      diamonds: fc.integer({ min: 1, max: 200 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('cash-out'),
      creator: fc.nat({ max: CREATORS - 1 }),
      diamonds: fc.integer({ min: 10, max: 200 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('decide'),
      payout: index,
      verb: fc.constantFrom('approve' as const, 'reject' as const, 'paid' as const),
    }),
  },
);

// --- The model: plain sums

interface ModelPurchase {
  readonly row: Purchase;
  readonly buyer: number;
  isPaid: boolean;
  claims: Map<string, PaymentClaim>;
}

interface ModelPayout {
  readonly id: string;
  readonly creator: number;
  readonly diamonds: number;
  status: 'requested' | 'approved' | 'paid' | 'rejected';
}

class Model {
  readonly purchases: ModelPurchase[] = [];
  readonly payouts: ModelPayout[] = [];
  /** Of buyers: coins given. Of creators: coins exchanged for, diamonds earned and exchanged. */
  readonly given = Array<number>(BUYERS).fill(0);
  readonly exchanged = Array<number>(CREATORS).fill(0);
  readonly earned = Array<number>(CREATORS).fill(0);
  readonly spent = Array<number>(CREATORS).fill(0);

  coins(buyer: number): number {
    const bought = this.purchases
      .filter((one) => one.buyer === buyer && one.isPaid)
      .map(({ row, claims }) => {
        const facts = { amountMinor: row.amountMinor, isPaid: true, unpaid: 'pending' as const };
        const { reversedMinor } = judgePayment(facts, [...claims.values()]);
        return row.coins + row.bonusCoins - reversedCoins(row, reversedMinor);
      });
    return bought.reduce((sum, one) => sum + one, 0) - (this.given[buyer] ?? 0);
  }

  diamonds(creator: number): number {
    const out = this.payouts.filter((one) => one.creator === creator && one.status !== 'rejected');
    const gone = out.reduce((sum, { diamonds }) => sum + diamonds, 0);
    return (this.earned[creator] ?? 0) - (this.spent[creator] ?? 0) - gone;
  }

  learn(purchase: ModelPurchase, event: OnePaymentEvent): void {
    if (event.type === 'paid') purchase.isPaid = true;
    learnClaim(purchase.claims, event);
  }

  tip(buyer: number, creator: number, coins: number): void {
    this.given[buyer] = (this.given[buyer] ?? 0) + coins;
    this.earned[creator] = (this.earned[creator] ?? 0) + Math.floor(coins / 2);
  }

  exchange(creator: number, diamonds: number): void {
    this.spent[creator] = (this.spent[creator] ?? 0) + diamonds;
    this.exchanged[creator] = (this.exchanged[creator] ?? 0) + Math.floor((diamonds * 3) / 2);
  }

  /** The status that this would answer with. */
  decide(payout: ModelPayout, verb: 'approve' | 'reject' | 'paid'): number {
    const next = { approve: 'approved', reject: 'rejected', paid: 'paid' }[verb] as ModelPayout['status']; // one of them
    const from = { approve: 'requested', reject: 'requested', paid: 'approved' }[verb];
    if (payout.status !== from) return 409;
    payout.status = next;
    return 200;
  }
}

async function aCast() {
  const [owner, { id: packageId }] = await Promise.all([asStaff('owner'), aPackage(PACKAGE)]);
  const people = async (count: number, make: () => Promise<Person>) => {
    const made: Person[] = [];
    for (let number = 0; number < count; number += 1) made.push(await make());
    return made;
  };
  const [buyers, creators] = [await people(BUYERS, aBuyer), await people(CREATORS, () => asPaidCreator())];
  const person = (list: readonly Person[], at: number): Person => {
    const found = list[at];
    if (!found) throw new Error(`Nobody is number ${at}`);
    return found;
  };
  return {
    buyers,
    creators,
    buy: async (buyer: number): Promise<ModelPurchase> => {
      const { status, data } = await buy(person(buyers, buyer), { packageId });
      expect(status).toBe(201);
      const row = await purchaseOf(data.id);
      if (!row) throw new Error('The purchase is gone');
      return { row, buyer, isPaid: false, claims: new Map() };
    },
    tip: (buyer: number, creator: number, coins: number, key?: string) =>
      person(buyers, buyer).post('payment/tip', { recipientId: person(creators, creator).userId, coins }, once(key)),
    exchange: (creator: number, diamonds: number, key?: string) =>
      person(creators, creator).post('earnings/exchange', { diamonds }, once(key)),
    cashOut: (creator: number, diamonds: number, key?: string) =>
      person(creators, creator).post(
        'earnings/cashout/request',
        { source: 'diamonds', diamonds, method: 'bank' },
        once(key),
      ),
    decide: (id: string, verb: 'approve' | 'reject' | 'paid') =>
      owner.put(
        `owner/panel/cashouts/${id}/${verb}`,
        { approve: undefined, reject: { reason: 'No' }, paid: { reference: 'B-1' } }[verb],
      ),
  };
}

type Cast = Awaited<ReturnType<typeof aCast>>;

/** Everyone has what the model says, and the books agree with themselves. */
async function expectAgreement(cast: Cast, model: Model): Promise<void> {
  for (const [buyer, { userId }] of cast.buyers.entries()) expect(await coinsOf(userId)).toBe(model.coins(buyer));
  for (const [creator, { userId }] of cast.creators.entries()) {
    expect(await diamondsOf(userId)).toBe(model.diamonds(creator));
    expect(await coinsOf(userId)).toBe(model.exchanged[creator]);
  }
  expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
}

describe('a history of purchases, gifts, exchanges, refunds, disputes and cash-outs', () => {
  const play = async (cast: Cast, model: Model, one: Step): Promise<void> => {
    switch (one.type) {
      case 'buy':
        model.purchases.push(await cast.buy(one.buyer));
        return;
      case 'event': {
        const purchase = model.purchases[one.purchase];
        if (!purchase) return;
        const event = EVENTS[one.event](purchase.row);
        model.learn(purchase, event);
        return tell(event);
      }
      case 'tip': {
        const isEnough = model.coins(one.buyer) >= one.coins;
        const { status, error } = await cast.tip(one.buyer, one.creator, one.coins);
        expect([status, error?.code]).toEqual(isEnough ? [201, undefined] : [402, 'NOT_ENOUGH_COINS']);
        if (isEnough) model.tip(one.buyer, one.creator, one.coins);
        return;
      }
      case 'exchange': {
        const isEnough = model.diamonds(one.creator) >= one.diamonds;
        const { status } = await cast.exchange(one.creator, one.diamonds);
        expect(status).toBe(isEnough ? 201 : 409);
        if (isEnough) model.exchange(one.creator, one.diamonds);
        return;
      }
      case 'cash-out': {
        const { creator, diamonds } = one;
        const isEnough = model.diamonds(creator) >= diamonds;
        const { status, data } = await cast.cashOut(creator, diamonds);
        expect(status).toBe(isEnough ? 201 : 409);
        if (isEnough) model.payouts.push({ id: data.id, creator, diamonds, status: 'requested' });
        return;
      }
      case 'decide': {
        const payout = model.payouts[one.payout];
        if (!payout) return;
        const expected = model.decide(payout, one.verb);
        expect((await cast.decide(payout.id, one.verb)).status).toBe(expected);
      }
    }
  };

  it('leaves what a plain model says, and is refused where the model says so', { timeout: TIMEOUT_MS }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), async (steps) => {
        const [cast, model] = [await aCast(), new Model()];
        for (const one of steps) await play(cast, model, one);
        await expectAgreement(cast, model);
      }),
      { numRuns: RUNS },
    ),
  );

  it(
    'leaves the same when all happens at once, each request twice and each event repeated and shuffled',
    {
      timeout: TIMEOUT_MS,
    },
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(step, { minLength: 4, maxLength: 10, size: 'max' }), { minLength: 2, maxLength: 4 }),
          async (rounds) => {
            const [cast, model] = [await aCast(), new Model()];
            for (let buyer = 0; buyer < BUYERS; buyer += 1) {
              const purchase = await cast.buy(buyer);
              model.purchases.push(purchase);
              model.learn(purchase, EVENTS.paid(purchase.row));
              await tell(EVENTS.paid(purchase.row));
            }
            for (const round of rounds) await playAtOnce(cast, model, round);
            await expectAgreement(cast, model);
          },
        ),
        { numRuns: RUNS },
      ),
  );
});

/** What was accepted is added up; which of those that compete for the same coins win is the database's. */
async function playAtOnce(cast: Cast, model: Model, round: readonly Step[]): Promise<void> {
  const known = [...model.purchases];
  const open = [...model.payouts];
  const twice = async (send: (key: string) => Promise<Answer>): Promise<Answer> => {
    const key = newId();
    const [first, second] = await Promise.all([send(key), send(key)]);
    // Both are told the same, unless the twin was refused before the other had its coins.
    if (first.status < 300 && second.status < 300) expect(second.data.id).toBe(first.data.id);
    return first.status < 300 ? first : second;
  };
  await Promise.all(
    round.map(async (one) => {
      switch (one.type) {
        case 'buy':
          model.purchases.push(await cast.buy(one.buyer));
          return;
        case 'event': {
          const purchase = known[one.purchase];
          if (!purchase) return;
          const event = EVENTS[one.event](purchase.row);
          model.learn(purchase, event);
          await Promise.all([tell(event), tell(event)]);
          return;
        }
        case 'tip': {
          const { status } = await twice((key) => cast.tip(one.buyer, one.creator, one.coins, key));
          if (status === 201) model.tip(one.buyer, one.creator, one.coins);
          else expect(status).toBe(402);
          return;
        }
        case 'exchange': {
          const { status } = await twice((key) => cast.exchange(one.creator, one.diamonds, key));
          if (status === 201) model.exchange(one.creator, one.diamonds);
          else expect(status).toBe(409);
          return;
        }
        case 'cash-out': {
          const { creator, diamonds } = one;
          const { status, data } = await twice((key) => cast.cashOut(creator, diamonds, key));
          if (status === 201) model.payouts.push({ id: data.id, creator, diamonds, status: 'requested' });
          else expect(status).toBe(409);
          return;
        }
        case 'decide': {
          const payout = open[one.payout];
          if (!payout) return;
          const answers = await Promise.all([cast.decide(payout.id, one.verb), cast.decide(payout.id, one.verb)]);
          const won = answers.filter(({ status }) => status === 200);
          expect(won.length).toBeLessThanOrEqual(1);
          if (won.length === 1)
            payout.status = { approve: 'approved', reject: 'rejected', paid: 'paid' }[
              one.verb
            ] as ModelPayout['status']; // one of them
        }
      }
    }),
  );
}
