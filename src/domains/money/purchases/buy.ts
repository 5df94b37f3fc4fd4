/**
 * Begins a purchase. Its row, with the code's reservation, is committed before the provider hears of it: a request that
 * is killed in between, or finds the provider away, is finished by the same Idempotency-Key. Nothing is credited here.
 */

import type { z } from '@hono/zod-openapi';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitRefund, commitSpent, refund, type Spending } from '@/domains/base/budgets/spend';
import { type Economy, economyOf, economyQuery } from '@/domains/base/economy/read';
import { discountError, packageError } from '@/domains/money/discounts/errors';
import { discountQuery, type FoundDiscount } from '@/domains/money/discounts/find';
import { judgeDiscount } from '@/domains/money/discounts/judge-discount';
import { RESERVE_REFUSALS, reserveDiscount } from '@/domains/money/discounts/redeem';
import { type Once, performOnce } from '@/http/idempotency';
import { requireReturnUrls } from '@/http/return-url';
import { paymentProviderError } from '@/providers/payment-errors';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import { purchaseError } from './errors';
import { presentPurchase } from './present';
import type { NewPurchase, PurchaseRequest } from './schemas';
import type { PackageRow, PurchaseRow } from './tables';
import { coinPackages, purchases } from './tables';

/** Stripe's shortest. */
const CHECKOUT_MS_MIN = 30 * MINUTE_MS;
/** How long a request that did not reach the provider can be sent again. */
const RETRY_MS = 10 * MINUTE_MS;

/**
 * Throws PACKAGE_NOT_FOUND, RETURN_URL_NOT_ALLOWED, IDEMPOTENCY_KEY_REUSED, the reason of a code that is not good,
 * DAILY_BUDGET_SPENT, CHECKOUT_OVER, and PAYMENT_UNAVAILABLE, after which the same request may be sent again.
 */
export async function buyCoins(
  ctx: Context,
  actor: Actor,
  once: Once,
  input: z.output<typeof PurchaseRequest>,
): Promise<z.input<typeof NewPurchase>> {
  const facts = await readFacts(ctx, actor, once, input);
  const row = await performOnce(
    once,
    facts.known,
    () => begin(ctx, actor, once, input, facts),
    () => purchaseQuery(ctx, actor, once).get(),
  );
  const checkoutUrl = row.checkoutUrl ?? (await openCheckout(ctx, actor, row));
  return { ...presentPurchase(row), purchaseId: row.id, checkoutUrl };
}

interface Facts {
  readonly known: PurchaseRow | undefined;
  readonly offered: PackageRow | undefined;
  readonly discount: FoundDiscount | undefined;
  readonly economy: Economy;
}

async function readFacts(
  ctx: Context,
  actor: Actor,
  once: Once,
  { packageId, discountCode }: z.output<typeof PurchaseRequest>,
): Promise<Facts> {
  const [[known], [offered], newest, [discount]] = await ctx.db.batch([
    purchaseQuery(ctx, actor, once),
    ctx.db
      .select()
      .from(coinPackages)
      .where(and(eq(coinPackages.id, packageId), eq(coinPackages.active, true))),
    economyQuery(ctx),
    discountQuery(ctx, discountCode ?? '', actor.userId), // no code has no name
  ]);
  return { known, offered, discount, economy: economyOf(newest) };
}

/** The purchase that this buyer began with this key. */
function purchaseQuery(ctx: Context, { userId }: Actor, { idempotencyKey }: Once) {
  return ctx.db
    .select()
    .from(purchases)
    .where(and(eq(purchases.userId, userId), eq(purchases.idempotencyKey, idempotencyKey)));
}

async function begin(
  ctx: Context,
  { userId }: Actor,
  once: Once,
  { packageId, discountCode, successUrl, cancelUrl }: z.output<typeof PurchaseRequest>,
  { offered, discount, economy }: Facts,
): Promise<PurchaseRow> {
  requireReturnUrls(ctx.config, { successUrl, cancelUrl });
  if (!offered) throw packageError('PACKAGE_NOT_FOUND');
  const [now, id] = [ctx.now(), newId()];
  const codeBonusCoins = discountCode === undefined ? 0 : bonusOf(discount, userId, offered, now);
  const expiresAt = now + CHECKOUT_MS_MIN + RETRY_MS;
  const row: PurchaseRow = {
    id,
    userId,
    packageId,
    packageName: offered.name,
    coins: offered.coins,
    bonusCoins: offered.bonusCoins + codeBonusCoins,
    amountMinor: offered.priceMinor,
    currency: offered.currency,
    status: 'pending',
    provider: ctx.payments.current.name,
    checkoutId: null,
    checkoutUrl: null,
    paymentId: null,
    discountCode: discount?.code ?? null,
    codeBonusCoins,
    economyVersion: economy.version,
    successUrl,
    cancelUrl,
    ...once,
    reversedCoins: 0,
    reversedMinor: 0,
    legs: 0,
    version: 0,
    createdAt: now,
    expiresAt,
    askAt: expiresAt,
    paidAt: null,
    countedAt: now,
  };
  await commitSpent(
    ctx,
    checkoutOf(userId, now),
    [ctx.db.insert(purchases).values(row), ...(discount ? reserveDiscount(ctx, discount, id, userId) : [])],
    { refusals: RESERVE_REFUSALS },
  );
  ctx.log.event('purchase.begun', { purchaseId: id, packageId });
  return row;
}

/** Throws the reason of a code that is not good here. */
function bonusOf(discount: FoundDiscount | undefined, userId: string, { id, coins }: PackageRow, now: number): number {
  const usesByUser = discount?.usesByUser ?? 0;
  const verdict = judgeDiscount(discount, { userId, usesByUser, packageId: id, packageCoins: coins, now });
  if ('reason' in verdict) throw discountError(verdict.reason);
  return verdict.bonusCoins;
}

/** Asked twice, the provider answers the same checkout: the purchase's id is its key. */
async function openCheckout(ctx: Context, { email }: Actor, row: PurchaseRow): Promise<string> {
  // Later the provider would refuse a checkout that ends so soon.
  if (row.status !== 'pending' || ctx.now() > row.createdAt + RETRY_MS) throw purchaseError('CHECKOUT_OVER');
  const { current } = ctx.payments;
  const provider = row.provider === current.name ? current : ctx.payments.of(row.provider);
  if (!provider) throw paymentProviderError('PAYMENT_UNAVAILABLE');
  const countedAt = row.countedAt ?? (await countAgain(ctx, row));
  const request = {
    purchaseId: row.id,
    description: `${row.packageName}: ${row.coins + row.bonusCoins} coins`,
    amountMinor: row.amountMinor,
    currency: row.currency,
    email,
    successUrl: row.successUrl,
    cancelUrl: row.cancelUrl,
    expiresAt: row.expiresAt,
  };
  const { checkoutId, url } = await provider.createCheckout(request).catch(async (error) => {
    await uncount(ctx, row, countedAt);
    throw error;
  });
  await ctx.db
    .update(purchases)
    .set({ checkoutId, checkoutUrl: url })
    .where(and(eq(purchases.id, row.id), isNull(purchases.checkoutId)));
  return url;
}

const checkoutOf = (userId: string, at: number): Spending => ({ userId, costs: { checkouts: 1 }, at });

/**
 * For a checkout that the provider refused to open, before it is asked again. Counts once, also if several ask at once.
 * Throws DAILY_BUDGET_SPENT.
 */
async function countAgain(ctx: Context, { id, userId }: PurchaseRow): Promise<number> {
  const countedAt = ctx.now();
  const uncounted = and(eq(purchases.id, id), isNull(purchases.countedAt));
  await commitSpent(ctx, { ...checkoutOf(userId, countedAt), onlyIf: sql`changes() = 1` }, [
    ctx.db.update(purchases).set({ countedAt }).where(uncounted),
  ]);
  return countedAt;
}

/** The provider opened nothing, so it no longer counts. */
async function uncount(ctx: Context, { id, userId }: PurchaseRow, countedAt: number): Promise<void> {
  const unopened = and(eq(purchases.id, id), eq(purchases.countedAt, countedAt), isNull(purchases.checkoutId));
  await commitRefund(ctx, [
    ctx.db.update(purchases).set({ countedAt: null }).where(unopened),
    refund(ctx, { ...checkoutOf(userId, countedAt), onlyIf: sql`changes() = 1` }),
  ]);
}
