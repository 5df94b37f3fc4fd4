/**
 * A plain model of all that moves money: facts and sums, without a database. Coins lie in lots; what a wallet holds, what
 * a spend's recipient keeps and what is left of each lot follow from the facts.
 */
import type { EconomyConfig } from '@/contracts/economy';
import { judgePayment, mergeClaim, type PaymentClaim } from '@/domains/money/payments/judge-payment';
import { setOffOf } from '@/domains/money/payouts/set-off';
import { reversedCoins } from '@/domains/money/purchases/reversed-coins';
import type { PurchaseRow } from '@/domains/money/purchases/tables';

export interface Lot {
  /** As `source_type:source_id` of its row. */
  readonly source: string;
  readonly ownerId: string;
  readonly coins: number;
  reversed: number;
}

interface Price {
  readonly coins: number;
  readonly diamonds: number;
}

/** Coins that went to a creator. */
interface Spend extends Price {
  readonly id: string;
  readonly senderId: string;
  readonly recipientId: string;
  /** What was given back of a month. */
  returned: Price;
  parts: { readonly lot: Lot; coins: number }[];
}

type NewSpend = Omit<Spend, 'parts' | 'returned'>;
const NOTHING: Price = { coins: 0, diamonds: 0 };

interface ModelExchange {
  readonly id: string;
  readonly userId: string;
  readonly diamonds: number;
  readonly lot: Lot;
  /** Diamonds of it that reversals have undone. */
  undone: number;
}

export interface ModelPurchase {
  readonly row: PurchaseRow;
  isPaid: boolean;
  /** It can be paid, and its checkout did not fail or expire. */
  isOpen: boolean;
  claims: ReadonlyMap<string, PaymentClaim>;
}

export interface ModelPayout {
  readonly id: string;
  readonly userId: string;
  readonly diamonds: number;
  status: 'requested' | 'approved' | 'paid' | 'rejected' | 'returned';
}
export type Verb = 'approve' | 'reject' | 'paid' | 'returned';

const MOVES: Readonly<Record<Verb, readonly [ModelPayout['status'], ModelPayout['status']]>> = {
  approve: ['requested', 'approved'],
  reject: ['requested', 'rejected'],
  paid: ['approved', 'paid'],
  returned: ['paid', 'returned'],
};
/** A payout only moves to the right. */
const ORDER: readonly ModelPayout['status'][] = ['requested', 'approved', 'rejected', 'paid', 'returned'];
/** The creator has these diamonds again. */
const GIVEN_BACK: readonly ModelPayout['status'][] = ['rejected', 'returned'];

/** What one change of a lot took from a creator, or gave back if it is below zero. */
interface Change {
  readonly userId: string;
  readonly diamonds: number;
}

export class Model {
  /** The providers' clock. */
  hours = 0;
  readonly purchases: ModelPurchase[] = [];
  readonly payouts: ModelPayout[] = [];
  readonly exchanges: ModelExchange[] = [];
  readonly spends: Spend[] = [];
  /** The paid month of each running subscription, by `subscriber creator`. */
  readonly subscribed = new Map<string, Spend>();
  /** Oldest first. */
  lots: Lot[] = [];

  // --- What people have

  coins(userId: string): number {
    return sum(this.#lotsOf(userId).map((lot) => this.#value(lot)));
  }

  diamonds(userId: string): number {
    const earned = this.spends.filter(({ recipientId }) => recipientId === userId);
    const exchanged = this.exchanges.filter((one) => one.userId === userId);
    const out = this.payouts.filter((one) => one.userId === userId && !GIVEN_BACK.includes(one.status));
    return (
      sum(earned.map((spend) => spend.diamonds - spend.returned.diamonds - this.#reversedOf(spend))) -
      sum(exchanged.map(({ diamonds, undone }) => diamonds - undone)) -
      sum(out.map(({ diamonds }) => diamonds))
    );
  }

  /** As the rows of `coin_lots` say it: a debt is divided among the oldest lots first. */
  shelf(userId: string) {
    const lots = this.#lotsOf(userId);
    let debt = sum(lots.map((lot) => Math.max(0, this.#value(lot)))) - Math.max(0, this.coins(userId));
    return lots.map((lot) => {
      const value = Math.max(0, this.#value(lot));
      const filled = Math.min(value, debt);
      debt -= filled;
      const { source, coins, reversed } = lot;
      return { source, coins, spent: this.#spent(lot), reversed, remaining: value - filled };
    });
  }

  #lotsOf(userId: string): Lot[] {
    return this.lots.filter(({ ownerId }) => ownerId === userId);
  }

  #spent(lot: Lot): number {
    return sum(this.spends.flatMap(({ parts }) => parts.filter((part) => part.lot === lot)).map(({ coins }) => coins));
  }

  #value(lot: Lot): number {
    return lot.coins - this.#spent(lot) - lot.reversed;
  }

  /** Each of a lot's spends bears its share of what was spent beyond the lot's worth. */
  #reversedOf({ parts, coins, diamonds, returned }: Spend): number {
    const taken = sum(
      parts.map(({ lot, coins: part }) =>
        Math.floor((part * Math.max(0, -this.#value(lot))) / Math.max(1, this.#spent(lot))),
      ),
    );
    return Math.floor(((diamonds - returned.diamonds) * taken) / Math.max(1, coins - returned.coins));
  }

  // --- What happens

  spend(made: NewSpend): Spend {
    const parts: Spend['parts'] = [];
    let missing = made.coins;
    for (const { source, remaining } of this.shelf(made.senderId)) {
      const coins = Math.min(missing, remaining);
      const lot = this.lots.find((one) => one.source === source);
      if (lot && coins > 0) parts.push({ lot, coins });
      missing -= coins;
    }
    const spend = { ...made, returned: NOTHING, parts };
    this.spends.push(spend);
    return spend;
  }

  exchange(id: string, userId: string, diamonds: number, coins: number): void {
    const lot = { source: `exchange:${id}`, ownerId: userId, coins, reversed: 0 };
    this.lots.push(lot);
    this.exchanges.push({ id, userId, diamonds, lot, undone: 0 });
  }

  pay(purchase: ModelPurchase): void {
    if (purchase.isPaid) return;
    purchase.isPaid = true;
    purchase.isOpen = false;
    const { id, userId, coins, bonusCoins } = purchase.row;
    this.lots.push({ source: `purchase:${id}`, ownerId: userId, coins: coins + bonusCoins, reversed: 0 });
    this.#follow(purchase);
  }

  claim(purchase: ModelPurchase, claimId: string, reported: PaymentClaim): void {
    const { claims } = purchase;
    purchase.claims = new Map([...claims, [claimId, mergeClaim(claims.get(claimId), reported)]]);
    if (purchase.isPaid) this.#follow(purchase);
  }

  subscribe(month: NewSpend): void {
    this.subscribed.set(`${month.senderId} ${month.recipientId}`, this.spend(month));
  }

  /** The creator withdraws: unused days go back to the lots that paid for them, the newest first. */
  giveBack(subscription: string, unused: Price): void {
    const month = this.subscribed.get(subscription);
    if (!month) return;
    this.subscribed.delete(subscription);
    const lots = month.parts.map(({ lot }) => lot).filter(({ reversed }) => reversed > 0);
    const changes = this.#changed([...this.#spendsOf(lots), month], () => {
      let left = unused.coins;
      for (const part of month.parts.toReversed()) {
        const back = Math.min(left, part.coins);
        part.coins -= back;
        left -= back;
      }
      month.returned = unused;
    });
    this.#work([...changes, { userId: month.recipientId, diamonds: unused.diamonds }]);
  }

  /** What pays a creator's debt in coins before a cash-out. */
  setOff(userId: string, economy: EconomyConfig) {
    return setOffOf(Math.max(0, -this.coins(userId)), economy);
  }

  mayDecide({ userId, status }: ModelPayout, verb: Verb): boolean {
    const inDebt = this.coins(userId) < 0 || this.diamonds(userId) < 0;
    return status === MOVES[verb][0] && !(verb === 'approve' && inDebt);
  }

  /** An accepted decision. Those made at once may be heard of in another order. */
  decide(payout: ModelPayout, verb: Verb): void {
    const next = MOVES[verb][1];
    if (ORDER.indexOf(next) > ORDER.indexOf(payout.status)) payout.status = next;
  }

  /** Coins that are taken back are followed to creators, to what they exchanged, and to whom they gave those coins. */
  #follow({ row, claims }: ModelPurchase): void {
    const facts = { amountMinor: row.amountMinor, isPaid: true, unpaid: 'pending' as const };
    const { reversedMinor } = judgePayment(facts, [...claims.values()]);
    const lot = this.lots.find(({ source }) => source === `purchase:${row.id}`);
    if (lot) this.#work(this.#reverse(lot, reversedCoins(row, reversedMinor)));
  }

  #work(changes: readonly Change[]): void {
    const pending = [...changes];
    for (let change = pending.shift(); change; change = pending.shift()) {
      const { userId, diamonds } = change;
      const step = Math.sign(diamonds);
      for (let open = Math.abs(diamonds); open > 0; ) {
        const exchange = this.#exchangeToMove(userId, step);
        const movable = exchange && (step > 0 ? exchange.diamonds - exchange.undone : exchange.undone);
        const moved = Math.min(open, movable ?? 0, -step * this.diamonds(userId));
        if (!exchange || moved <= 0) break;
        exchange.undone += step * moved;
        open -= moved;
        pending.push(...this.#reverse(exchange.lot, undoneCoins(exchange)));
      }
    }
  }

  /** The newest exchange is undone first, and the oldest undone one is carried out again first. */
  #exchangeToMove(userId: string, step: number): ModelExchange | undefined {
    const own = this.exchanges.filter((one) => one.userId === userId);
    return step > 0 ? own.findLast((one) => one.undone < one.diamonds) : own.find(({ undone }) => undone > 0);
  }

  #reverse(lot: Lot, reversed: number): Change[] {
    return this.#changed(this.#spendsOf([lot]), () => {
      lot.reversed = reversed;
    });
  }

  #spendsOf(lots: readonly Lot[]): Spend[] {
    return this.spends.filter(({ parts }) => parts.some(({ lot }) => lots.includes(lot)));
  }

  /** How the diamonds that are reversed of these spends differ afterwards, by creator. */
  #changed(touched: readonly Spend[], change: () => void): Change[] {
    const spends = [...new Set(touched)];
    const before = spends.map((spend) => this.#reversedOf(spend));
    change();
    const byUser = Map.groupBy(
      spends.map((spend, index) => ({ spend, diamonds: this.#reversedOf(spend) - (before[index] ?? 0) })),
      ({ spend }) => spend.recipientId,
    );
    return [...byUser]
      .map(([userId, changes]) => ({ userId, diamonds: sum(changes.map(({ diamonds }) => diamonds)) }))
      .filter(({ diamonds }) => diamonds !== 0)
      .toSorted((a, b) => (a.userId < b.userId ? -1 : 1));
  }

  /**
   * Takes from the database what competing requests leave open: which lot came first, which lots paid for what, what was
   * undone of each exchange, and whether a creator was back before a month was given back. All else follows from facts.
   */
  adopt(chosen: Chosen): void {
    const place = new Map(chosen.lots.map((source, index) => [source, index]));
    this.lots = this.lots.toSorted((a, b) => (place.get(a.source) ?? 0) - (place.get(b.source) ?? 0));
    const lotOf = new Map(this.lots.map((lot) => [lot.source, lot]));
    const partsOf = Map.groupBy(chosen.parts, ({ refId }) => refId);
    for (const spend of this.spends) {
      spend.returned = chosen.returned.get(spend.id) ?? NOTHING;
      spend.parts = (partsOf.get(spend.id) ?? []).flatMap(({ source, coins }) => {
        const lot = lotOf.get(source);
        return lot ? [{ lot, coins }] : [];
      });
    }
    for (const exchange of this.exchanges) {
      exchange.undone = chosen.undone.get(exchange.id) ?? 0;
      exchange.lot.reversed = undoneCoins(exchange);
    }
  }
}

export interface Chosen {
  /** Sources of lots, oldest first. */
  readonly lots: readonly string[];
  readonly parts: readonly { readonly refId: string; readonly source: string; readonly coins: number }[];
  /** By the month's id. */
  readonly returned: ReadonlyMap<string, Price>;
  /** By the exchange's id. */
  readonly undone: ReadonlyMap<string, number>;
}

function undoneCoins({ lot, undone, diamonds }: ModelExchange): number {
  return Math.floor((lot.coins * undone) / diamonds);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
