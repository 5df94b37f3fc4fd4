/**
 * Begins a purchase. Its row, with the code's reservation, is committed before the provider hears of it: a request that
 * is killed in between, or finds the provider away, is finished by the same Idempotency-Key. Nothing is credited here.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit } from '@/db/commit';
import { discountError } from '@/domains/discounts/errors';
import { discountQuery, type FoundDiscount } from '@/domains/discounts/find';
import { judgeDiscount } from '@/domains/discounts/judge-discount';
import { RESERVE_REFUSALS, reserveDiscount } from '@/domains/discounts/redeem';
import { economyOf, economyQuery } from '@/domains/economy/read';
import { type Once, performOnce } from '@/http/idempotency';
import { demandReturnUrls } from '@/http/return-url';
import { paymentProviderError } from '@/providers/payment-errors';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import { purchaseError } from './errors';
import { type PurchaseRow, presentPurchase } from './present';
import type { NewPurchase, PurchaseRequest } from './schemas';
import { coinPackages, purchases } from './tables';

/** Stripe's shortest. */
const CHECKOUT_MS_MIN = 30 * MINUTE_MS;
/** How long a request that did not reach the provider can be sent again. */
const RETRY_MS = 10 * MINUTE_MS;

/**
 * Throws PACKAGE_NOT_FOUND, RETURN_URL_NOT_ALLOWED, IDEMPOTENCY_KEY_REUSED, the reason of a code that is not good,
 * CHECKOUT_OVER, and PAYMENT_UNAVAILABLE, after which the same request may be sent again.
 */
export async function buyCoins(
  ctx: Context,
  actor: Actor,
  once: Once,
  wish: z.output<typeof PurchaseRequest>,
): Promise<z.input<typeof NewPurchase>> {
  const { userId } = actor;
  const isThisRequest = and(eq(purchases.userId, userId), eq(purchases.idempotencyKey, once.idempotencyKey));
  const row = await performOnce(
    once,
    () => ctx.db.select().from(purchases).where(isThisRequest).get(),
    () => begin(ctx, actor, once, wish),
  );
  const checkoutUrl = row.checkoutUrl ?? (await openCheckout(ctx, actor, row));
  return { ...presentPurchase(row), purchaseId: row.id, checkoutUrl };
}

async function begin(
  ctx: Context,
  { userId }: Actor,
  once: Once,
  { packageId, discountCode, successUrl, cancelUrl }: z.output<typeof PurchaseRequest>,
): Promise<PurchaseRow> {
  demandReturnUrls(ctx.config, { successUrl, cancelUrl });
  const [[offered], newest, [discount]] = await ctx.db.batch([
    ctx.db
      .select()
      .from(coinPackages)
      .where(and(eq(coinPackages.id, packageId), eq(coinPackages.active, true))),
    economyQuery(ctx),
    discountQuery(ctx, discountCode ?? '', userId), // no code has no name
  ]);
  if (!offered) throw purchaseError('PACKAGE_NOT_FOUND');
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
    economyVersion: economyOf(newest).version,
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
  };
  await commit(
    ctx,
    [ctx.db.insert(purchases).values(row), ...(discount ? reserveDiscount(ctx, discount, id, userId) : [])],
    { refusals: RESERVE_REFUSALS },
  );
  ctx.log.event('purchase.begun', { purchaseId: id, packageId });
  return row;
}

/** Throws the reason of a code that is not good here. */
function bonusOf(
  discount: FoundDiscount | undefined,
  userId: string,
  { id, coins }: typeof coinPackages.$inferSelect,
  now: number,
): number {
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
  const { checkoutId, url } = await provider.createCheckout({
    purchaseId: row.id,
    description: `${row.packageName}: ${row.coins + row.bonusCoins} coins`,
    amountMinor: row.amountMinor,
    currency: row.currency,
    email,
    successUrl: row.successUrl,
    cancelUrl: row.cancelUrl,
    expiresAt: row.expiresAt,
  });
  await ctx.db
    .update(purchases)
    .set({ checkoutId, checkoutUrl: url })
    .where(and(eq(purchases.id, row.id), isNull(purchases.checkoutId)));
  return url;
}
