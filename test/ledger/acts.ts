/**
 * What can happen in a generated history. An act says how often it happens and what it asks for; with that begins a
 * request, which knows how it is sent, what the model foretells, and what changes in the model once it is accepted.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Answer } from '#test/support/api';
import { payoutOf } from '#test/support/payouts';
import type { OnePaymentEvent } from '@/domains/money/payments/facts';
import { unusedOf } from '@/domains/money/subscriptions/unused';
import { newId } from '@/shared/ids';
import { HOUR_MS } from '@/shared/time';
import { BUYERS, type Cast, COINS_PER_MONTH, chargeOf, PEOPLE, purchaseMade } from './cast';
import type { Model, ModelPurchase, Verb } from './model';

/** What there was before a round: requests at once refer to nothing that is made meanwhile. */
export type Known = Pick<Model, 'purchases' | 'payouts'>;

type Sent = Pick<Answer, 'status' | 'data'>;

interface Asked {
  /** @param copies of the same request, all at once */
  send(copies: number): Promise<Sent>;
  /** The answer's status, where nothing else happens meanwhile. */
  readonly foretold: number;
  /** The statuses of refusals, where others may be first. */
  readonly refusals: readonly number[];
  apply(answer: Sent): void | Promise<void>;
}

export interface Step {
  readonly name: string;
  /** Undefined: there is nothing to act on. */
  begin(cast: Cast, model: Model, known: Known): Asked | undefined;
  /** For the report of a history that failed. */
  readonly [fc.toStringMethod]: () => string;
}

interface Act<Args> {
  readonly weight: number;
  readonly args: fc.Arbitrary<Args>;
  begin(args: Args, ...rest: Parameters<Step['begin']>): Asked | undefined;
}

function act<Args>(name: string, { weight, args, begin }: Act<Args>) {
  const of = (chosen: Args): Step => ({
    name,
    begin: (...rest) => begin(chosen, ...rest),
    [fc.toStringMethod]: () => `${name} ${JSON.stringify(chosen)}`,
  });
  return { weight, arbitrary: args.map(of), of };
}

const person = fc.nat({ max: PEOPLE - 1 });
const creator = fc.integer({ min: BUYERS, max: PEOPLE - 1 });
/** A share of a balance, in per cent: mostly a large part of it, sometimes more than all. */
const share = fc.integer({ min: 20, max: 110 });
const partOf = (balance: number, percent: number, min: number) =>
  Math.max(min, Math.floor((Math.max(0, balance) * percent) / 100));

/** Every copy is answered alike, unless it was refused before its twin had its coins. */
async function repeated(copies: number, send: (key: string) => Promise<Answer>): Promise<Sent> {
  const key = newId();
  return oneOf(await Promise.all(Array.from({ length: copies }, () => send(key))));
}

function oneOf(answers: readonly Answer[]): Sent {
  const accepted = answers.filter(({ status }) => status < 300);
  expect(new Set(accepted.map(({ data }) => data.id)).size).toBeLessThanOrEqual(1);
  const [answer] = accepted.length > 0 ? accepted : answers;
  if (!answer) throw new Error('Nothing was sent');
  return answer;
}

// --- Payments

const refund = (claimId: string, amountMinor: number, state: 'stands' | 'failed' = 'stands') =>
  ({ type: 'refunded', claimId, amountMinor, state }) as const;
const dispute = (state: 'inquiry' | 'open' | 'won' | 'lost') =>
  ({ type: 'disputed', claimId: 'dp', amountMinor: 1_000, state }) as const;
/** What a provider can say about a payment of 1,000. */
const REPORTS = {
  paid: { type: 'paid', checkoutId: null, amountMinor: 1_000 },
  failed: { type: 'failed' },
  expired: { type: 'expired' },
  third: refund('re_a', 333),
  half: refund('re_a', 500),
  failedHalf: refund('re_a', 500, 'failed'),
  rest: refund('re_b', 700),
  failedRest: refund('re_b', 700, 'failed'),
  inquiry: dispute('inquiry'),
  disputed: dispute('open'),
  won: dispute('won'),
  lost: dispute('lost'),
} as const;
type ReportName = keyof typeof REPORTS;
const REPORT_NAMES = Object.keys(REPORTS) as ReportName[]; // its own keys

/** Two different reports are never of the same time, since those that contradict each other are for staff to decide. */
function timeOf(name: ReportName, hour: number): number {
  return hour * HOUR_MS + REPORT_NAMES.indexOf(name);
}

export function eventOf(name: ReportName, { row }: ModelPurchase, hour = 0): OnePaymentEvent {
  const { id: purchaseId, currency } = row;
  const payment = { purchaseId, paymentId: `pay_${purchaseId}`, currency, at: timeOf(name, hour) };
  return { ...REPORTS[name], ...payment };
}

const CHECKOUTS_OPEN_MAX = 3;

const buying = act('buy', {
  weight: 1,
  args: fc.record({ buyer: fc.nat({ max: BUYERS - 1 }) }),
  begin({ buyer }, cast, model) {
    const userId = cast.idOf(buyer);
    const open = model.purchases.filter(({ row, isOpen }) => row.userId === userId && isOpen);
    return {
      send: (copies) => repeated(copies, (key) => cast.buy(buyer, key)),
      foretold: open.length < CHECKOUTS_OPEN_MAX ? 201 : 409,
      refusals: [409],
      apply: async ({ data }) => void model.purchases.push(await purchaseMade(data.id)),
    };
  },
});

export const reporting = act('report', {
  weight: 8,
  args: fc.record({
    purchase: fc.nat({ max: 2 }),
    name: fc.oneof(
      fc.constant<ReportName>('paid'),
      fc.constantFrom<ReportName>('disputed', 'won', 'lost'),
      fc.constantFrom(...REPORT_NAMES),
    ),
    /** How many hours ago the provider said so: reports arrive in any order. */
    late: fc.nat({ max: 3 }),
  }),
  begin({ purchase: at, name, late }, cast, model, { purchases }) {
    const purchase = purchases[at];
    const report = REPORTS[name];
    model.hours += 1;
    const hour = Math.max(0, model.hours - late);
    return (
      purchase && {
        async send(copies) {
          await cast.tell(eventOf(name, purchase, hour), copies);
          return { status: 200, data: undefined };
        },
        foretold: 200,
        refusals: [],
        apply() {
          if (report.type === 'paid') model.pay(purchase);
          if (report.type === 'failed' || report.type === 'expired') purchase.isOpen = false;
          if (report.type !== 'refunded' && report.type !== 'disputed') return;
          const { type, claimId, amountMinor, state } = report;
          const kind = type === 'refunded' ? 'refund' : 'dispute';
          model.claim(purchase, claimId, { kind, amountMinor, state, eventAt: timeOf(name, hour) });
        },
      }
    );
  },
});

// --- Coins and diamonds

export const tipping = act('tip', {
  weight: 5,
  args: fc.record({ sender: person, recipient: creator, percent: share }),
  begin({ sender, recipient, percent }, cast, model) {
    const [senderId, recipientId] = [cast.idOf(sender), cast.idOf(recipient)];
    if (sender === recipient) return undefined;
    const balance = model.coins(senderId);
    const coins = partOf(balance, percent, 2);
    return {
      send: (copies) => repeated(copies, (key) => cast.tip(sender, recipient, coins, key)),
      foretold: balance >= coins ? 201 : 402,
      refusals: [402, 403, 404], // a block in between
      apply: ({ data }) =>
        void model.spend({ id: data.id, senderId, recipientId, coins, diamonds: Math.floor(coins / 2) }),
    };
  },
});

const MONTH = { coins: COINS_PER_MONTH, diamonds: Math.floor(COINS_PER_MONTH / 2) };

export const subscribing = act('subscribe', {
  weight: 2,
  args: fc.record({ subscriber: person, recipient: creator }),
  begin({ subscriber, recipient }, cast, model) {
    const [senderId, recipientId] = [cast.idOf(subscriber), cast.idOf(recipient)];
    if (subscriber === recipient) return undefined;
    const isSubscribed = model.subscribed.has(`${senderId} ${recipientId}`);
    return {
      send: (copies) => repeated(copies, (key) => cast.subscribe(subscriber, recipient, key)),
      foretold: isSubscribed ? 409 : model.coins(senderId) >= COINS_PER_MONTH ? 201 : 402,
      refusals: [402, 403, 404, 409],
      apply: async ({ data }) => model.subscribe({ id: await chargeOf(data.id), senderId, recipientId, ...MONTH }),
    };
  },
});

const withdrawing = act('withdraw', {
  weight: 2,
  args: fc.record({ owner: creator, subscriber: person }),
  begin({ owner, subscriber }, cast, model) {
    if (owner === subscriber) return undefined;
    const subscription = `${cast.idOf(subscriber)} ${cast.idOf(owner)}`;
    return {
      async send(copies) {
        await cast.withdraw(owner, subscriber, copies);
        return { status: 200, data: undefined };
      },
      foretold: 200,
      refusals: [],
      apply: () => model.giveBack(subscription, unusedNow()),
    };
  },
});

/** What a month that began today would give back. */
function unusedNow() {
  const now = Date.now();
  return unusedOf({ startedAt: now, months: 1, pausedMs: 0 }, MONTH, now + 1);
}

export const exchanging = act('exchange', {
  weight: 4,
  args: fc.record({ owner: creator, percent: share }),
  begin({ owner, percent }, cast, model) {
    const userId = cast.idOf(owner);
    const balance = model.diamonds(userId);
    const diamonds = partOf(balance, percent, 1);
    return {
      send: (copies) => repeated(copies, (key) => cast.exchange(owner, diamonds, key)),
      foretold: balance >= diamonds ? 201 : 409,
      refusals: [409],
      apply: ({ data }) => model.exchange(data.id, userId, diamonds, Math.floor((diamonds * 3) / 2)),
    };
  },
});

// --- Cash-outs

export const cashingOut = act('cash out', {
  weight: 2,
  args: fc.record({ owner: creator, percent: share }),
  begin({ owner, percent }, cast, model) {
    const userId = cast.idOf(owner);
    const balance = model.diamonds(userId);
    const diamonds = partOf(balance, percent, 10);
    const needed = diamonds + (model.setOff(userId, cast.economy)?.diamonds ?? 0);
    return {
      send: (copies) => repeated(copies, (key) => cast.cashOut(owner, diamonds, key)),
      foretold: balance >= needed ? 201 : 409,
      refusals: [409],
      async apply({ data }) {
        const { id, setOff } = data;
        const { setOffExchangeId } = await payoutOf(id);
        if (setOffExchangeId !== null) model.exchange(setOffExchangeId, userId, setOff.diamonds, setOff.coins);
        model.payouts.push({ id, userId, diamonds, status: 'requested' });
      },
    };
  },
});

export const deciding = act('decide', {
  weight: 4,
  args: fc.record({
    payout: fc.nat({ max: 1 }),
    verb: fc.constantFrom<Verb>('approve', 'approve', 'reject', 'paid', 'returned'),
  }),
  begin({ payout: at, verb }, cast, model, { payouts }) {
    const payout = payouts[at];
    return (
      payout && {
        async send(copies) {
          const answers = await Promise.all(Array.from({ length: copies }, () => cast.decide(payout.id, verb)));
          expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
          return oneOf(answers);
        },
        foretold: model.mayDecide(payout, verb) ? 200 : 409,
        refusals: [403, 409], // a code works once
        apply: () => model.decide(payout, verb),
      }
    );
  },
});

/** Without a bias to the smallest and largest values: then hardly any coins would reach a second creator. */
export const step: fc.Arbitrary<Step> = fc.noBias(
  fc.oneof(...[buying, reporting, tipping, subscribing, withdrawing, exchanging, cashingOut, deciding]),
);
