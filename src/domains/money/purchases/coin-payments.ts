/**
 * Settles payments for coins: books the coins and the money, redeems or releases the code, and keeps the reward true.
 * One commit moves exactly the difference between what is booked and what the payment comes to.
 */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, type Plan, requireChange } from '@/db/commit';
import { economyVersions } from '@/domains/base/economy/tables';
import { isLimitReached, redeemDiscount, releaseDiscount } from '@/domains/money/discounts/redeem';
import { settleReward } from '@/domains/money/discounts/rewards';
import { reverseLot } from '@/domains/money/earnings/reversals';
import { isAsRead, type PaymentKind, type Settlement } from '@/domains/money/payments/kinds';
import { creditLot, loseUntraced, settleLots } from '@/ledger/lots';
import { post, type Transfer } from '@/ledger/transfers';
import { noticesOf } from './notices';
import { reversedCoins } from './reversed-coins';
import { type PurchaseRow, purchases } from './tables';

export const coinPayments: PaymentKind<PurchaseRow> = {
  table: purchases,
  async find(ctx, where) {
    return ctx.db.select().from(purchases).where(where).get();
  },
  change: (ctx, where, columns) => ctx.db.update(purchases).set(columns).where(where).returning(),
  settle,
  again(ctx, bought, payment) {
    const row: PurchaseRow = {
      ...bought,
      ...payment,
      ...{ bonusCoins: bought.bonusCoins - bought.codeBonusCoins, discountCode: null, codeBonusCoins: 0 },
      // No client's key contains a space.
      ...{ idempotencyKey: `again ${payment.id}`, bodyHash: '', reversedCoins: 0, legs: 0, traced: true },
    };
    return { row, insert: ctx.db.insert(purchases).values(row) };
  },
};

async function settle(ctx: Context, before: PurchaseRow, settlement: Settlement): Promise<void> {
  const reward = await rewardOf(ctx, before, settlement);
  try {
    await book(ctx, before, settlement, reward, true);
  } catch (error) {
    if (!isLimitReached(error)) throw error;
    // A payment after the checkout expired is honoured; the code's bonus is added only if the code can still be used.
    await book(ctx, before, settlement, reward, false);
    ctx.log.event('purchase.code-lost', { purchaseId: before.id });
  }
}

type Reward = ReturnType<typeof settleReward>;

/** Uses the version of the economy under which the purchase began. Undefined if the kept money does not change. */
async function rewardOf(
  ctx: Context,
  purchase: PurchaseRow,
  { change, becomesPaid }: Settlement,
): Promise<Reward | undefined> {
  const isChanged = becomesPaid || change.reversedMinor !== purchase.reversedMinor;
  if (change.paidAt === null || !isChanged) return undefined;
  const [economy] = await ctx.db
    .select({ config: economyVersions.config })
    .from(economyVersions)
    .where(eq(economyVersions.version, purchase.economyVersion));
  return economy && settleReward(ctx, economy.config, { ...purchase, ...change });
}

async function book(
  ctx: Context,
  before: PurchaseRow,
  { change, becomesPaid, isOver, opening = [], statements }: Settlement,
  reward: Reward | undefined,
  keepsCode: boolean,
): Promise<void> {
  const codeBonusCoins = keepsCode ? before.codeBonusCoins : 0;
  const bonusCoins = before.bonusCoins - before.codeBonusCoins + codeBonusCoins;
  const taken = reversedCoins({ ...before, ...change, bonusCoins }, change.reversedMinor);
  const booked = { ...change, bonusCoins, codeBonusCoins, reversedCoins: taken };
  const transfers = transfersOf(before, { ...before, ...booked }, becomesPaid);
  // A purchase that was begun before the lots and is paid now has a lot too.
  const changed = { ...booked, legs: before.legs + transfers.length, traced: before.traced || becomesPaid };
  const after: PurchaseRow = { ...before, ...changed };
  const lot = lotOf(ctx, before, after, becomesPaid);
  await commit(
    ctx,
    [
      ...opening,
      ctx.db.update(purchases).set(changed).where(isAsRead(purchases, before)),
      requireChange(ctx),
      ...statements,
      ...useOfCode(ctx, after, becomesPaid && keepsCode, isOver || (becomesPaid && !keepsCode)),
      ...(reward ? [reward.statement] : []),
      ...post(ctx, transfers),
      ...lot.statements,
    ],
    { events: [...noticesOf(before, after, reward?.isEarned ? reward.code : undefined), ...lot.events] },
  );
  ctx.log.event(`purchase.${after.status}`, { purchaseId: after.id, reversedCoins: after.reversedCoins });
}

/** The transfers from what is booked to what the payment comes to; each leg number is used once. */
function transfersOf(before: PurchaseRow, after: PurchaseRow, becomesPaid: boolean): Transfer[] {
  const { id, userId, provider, currency, coins, bonusCoins, amountMinor } = after;
  const taken = {
    coins: after.reversedCoins - before.reversedCoins,
    minor: after.reversedMinor - before.reversedMinor,
  };
  const moves = [
    { kind: 'purchase', userId, amount: becomesPaid ? coins + bonusCoins : 0 },
    { kind: 'purchase_cash', provider, currency, amount: becomesPaid ? amountMinor : 0 },
    { kind: 'purchase_reversal', userId, amount: taken.coins },
    { kind: 'purchase_reversal_cash', provider, currency, amount: taken.minor },
    { kind: 'purchase_restored', userId, amount: -taken.coins },
    { kind: 'purchase_restored_cash', provider, currency, amount: -taken.minor },
  ] as const;
  return moves
    .filter(({ amount }) => amount > 0)
    .map((move, index) => ({ ...move, refType: 'purchase', refId: id, leg: before.legs + index + 1 }));
}

/** Makes the lot of the coins, and follows what is taken back to whoever earned by them. */
function lotOf(
  ctx: Context,
  before: PurchaseRow,
  { id, userId, coins, bonusCoins, reversedCoins, traced }: PurchaseRow,
  becomesPaid: boolean,
): Plan {
  const source = { sourceType: 'purchase', sourceId: id, userId } as const;
  const made = becomesPaid ? [creditLot(ctx, { ...source, coins: coins + bonusCoins })] : [];
  const returned = before.reversedCoins - reversedCoins;
  if (returned === 0) return { statements: made, events: [] };
  if (!traced) return { statements: [loseUntraced(ctx, userId, -returned), settleLots(ctx, userId)], events: [] };
  const { statements, event } = reverseLot(ctx, { ...source, coins: reversedCoins });
  return { statements: [...made, ...statements], events: [event] };
}

/** A checkout keeps its reservation while it can be paid or money is on its way. */
function useOfCode(ctx: Context, { id, discountCode }: PurchaseRow, redeems: boolean, releases: boolean): Statement[] {
  if (discountCode === null) return [];
  if (redeems) return [redeemDiscount(ctx, id)];
  return releases ? [releaseDiscount(ctx, id)] : [];
}
