/** Money for tests, put into the books as the use cases do, so that a proof of the ledger stays clean. */
import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { type EconomyConfig, Targets } from '@/contracts/economy';
import { commit } from '@/db/commit';
import { readEconomy } from '@/domains/base/economy/read';
import { economyVersions } from '@/domains/base/economy/tables';
import { recordEarning } from '@/domains/money/earnings/record';
import { giftsSent } from '@/domains/money/gifts/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { creditLot, firstLot } from '@/ledger/lots';
import { post, readBalance } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { testContext } from './context';

const PRICE_MINOR = 100;

/** A header that no other request has. */
export const once = (key: string = newId()) => ({ headers: { 'idempotency-key': key } });

/** As if bought in the sandbox for one dollar. Answers the purchase's id. */
export async function giveCoins(userId: string, coins: number): Promise<string> {
  const ctx = testContext();
  const id = newId();
  const now = ctx.now();
  const transfer = { refType: 'purchase', refId: id };
  await commit(ctx, [
    ctx.db.insert(purchases).values({
      id,
      userId,
      packageId: newId(),
      packageName: 'A test',
      coins,
      bonusCoins: 0,
      amountMinor: PRICE_MINOR,
      currency: 'USD',
      status: 'paid',
      provider: 'sandbox',
      paymentId: `pay_${id}`,
      economyVersion: (await readEconomy(ctx)).version,
      successUrl: 'http://localhost:5173/',
      cancelUrl: 'http://localhost:5173/',
      idempotencyKey: id,
      bodyHash: '',
      legs: 2,
      createdAt: now,
      expiresAt: now,
      paidAt: now,
      traced: true,
    }),
    ...post(ctx, [
      { ...transfer, kind: 'purchase', leg: 1, userId, amount: coins },
      {
        ...transfer,
        kind: 'purchase_cash',
        leg: 2,
        currency: 'USD',
        provider: 'sandbox',
        amount: PRICE_MINOR,
      },
    ]),
    creditLot(ctx, { userId, sourceType: 'purchase', sourceId: id, coins }),
  ]);
  return id;
}

/** As tips of a stranger. @param at when they were earned (ms): now, unless it says otherwise */
export async function giveDiamonds(userId: string, diamonds: number, at = Date.now()): Promise<void> {
  const ctx: Context = { ...testContext(), now: () => at };
  const senderId = newId();
  const id = newId();
  const { version, conversions } = await readEconomy(ctx);
  const { numerator, denominator } = conversions.diamondsPerCoin;
  const coins = Math.ceil((diamonds * denominator) / numerator); // exact for rates of at most one diamond a coin
  await giveCoins(senderId, coins);
  const transfer = { refType: 'gift', refId: id };
  await commit(ctx, [
    ctx.db.insert(giftsSent).values({
      id,
      giftId: null,
      quantity: 1,
      coins,
      diamonds,
      senderId,
      recipientId: userId,
      economyVersion: version,
      idempotencyKey: id,
      bodyHash: '',
      createdAt: at,
      ...firstLot(sql`${senderId}`, sql`${coins}`),
    }),
    ...post(ctx, [
      { ...transfer, kind: 'tip', leg: 1, userId: senderId, amount: coins },
      { ...transfer, kind: 'tip_earning', leg: 2, userId, amount: diamonds },
    ]),
    recordEarning(ctx, { userId, source: 'tip', diamonds }),
  ]);
}

export const coinsOf = (userId: string) => readBalance(testContext(), userId, 'wallet', 'coin');
export const diamondsOf = (userId: string) => readBalance(testContext(), userId, 'earnings', 'diamond');

/** A new version of the economy, for every test that comes after in this file too. Answers its number. */
export async function changeEconomy(change: {
  conversions?: Partial<EconomyConfig['conversions']>;
  limits?: Partial<EconomyConfig['limits']>;
  targets?: z.input<typeof Targets>;
  guides?: EconomyConfig['guides'];
}): Promise<number> {
  const ctx = testContext();
  const { version, conversions, limits, targets, guides } = await readEconomy(ctx);
  const config: EconomyConfig = {
    conversions: { ...conversions, ...change.conversions },
    limits: { ...limits, ...change.limits },
    targets: change.targets ? Targets.parse(change.targets) : targets,
    guides: change.guides ?? guides,
  };
  await ctx.db.insert(economyVersions).values({ version: version + 1, config, changedBy: null, createdAt: ctx.now() });
  return version + 1;
}

/** The whole row of a purchase. */
export function purchaseOf(id: string) {
  return testContext().db.select().from(purchases).where(eq(purchases.id, id)).get();
}
