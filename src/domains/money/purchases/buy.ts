/** Starts a purchase of coins: its row, the code's reservation, and then its checkout. Nothing is credited here. */

import type { z } from '@hono/zod-openapi';
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { type Economy, economyOf, economyQuery } from '@/domains/base/economy/read';
import { discountError, packageError } from '@/domains/money/discounts/errors';
import { discountQuery, type FoundDiscount } from '@/domains/money/discounts/find';
import { judgeDiscount } from '@/domains/money/discounts/judge-discount';
import { RESERVE_REFUSALS, reserveDiscount } from '@/domains/money/discounts/redeem';
import { checkoutSpending, commitCheckout, newPayment, openCheckout } from '@/domains/money/payments/checkout';
import { type Once, performOnce } from '@/http/idempotency';
import { requireReturnUrls } from '@/http/return-url';
import type { Actor } from '@/shared/actor';
import { coinPayments } from './coin-payments';
import { presentPurchase } from './present';
import type { NewPurchase, PurchaseRequest } from './schemas';
import { coinPackages, type PackageRow, type PurchaseRow, purchases } from './tables';

/**
 * Throws PACKAGE_NOT_FOUND, RETURN_URL_NOT_ALLOWED, IDEMPOTENCY_KEY_REUSED, the reason why a code is not valid,
 * DAILY_BUDGET_SPENT, CHECKOUTS_OPEN, CHECKOUT_OVER, PAYMENT_REFUSED, and PAYMENT_UNAVAILABLE, after which the same
 * request can be sent again.
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
  const description = `${row.packageName}: ${row.coins + row.bonusCoins} coins`;
  const checkoutUrl = await openCheckout(ctx, coinPayments, row, { email: actor.email, description });
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
    discountQuery(ctx, discountCode ?? '', actor.userId), // no code has an empty name
  ]);
  return { known, offered, discount, economy: economyOf(newest) };
}

/** The purchase that this buyer started with this key. */
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
  const { priceMinor: amountMinor, currency } = offered;
  const payment = newPayment(ctx, { userId, amountMinor, currency, successUrl, cancelUrl });
  const { id, createdAt } = payment;
  const codeBonusCoins = discountCode === undefined ? 0 : bonusOf(discount, userId, offered, createdAt);
  const row: PurchaseRow = {
    ...payment,
    packageId,
    packageName: offered.name,
    coins: offered.coins,
    bonusCoins: offered.bonusCoins + codeBonusCoins,
    discountCode: discount?.code ?? null,
    codeBonusCoins,
    economyVersion: economy.version,
    ...once,
    reversedCoins: 0,
    legs: 0,
    traced: true,
  };
  await commitCheckout(
    ctx,
    coinPayments,
    checkoutSpending(userId, createdAt),
    [ctx.db.insert(purchases).values(row), ...(discount ? reserveDiscount(ctx, discount, id, userId) : [])],
    { refusals: RESERVE_REFUSALS },
  );
  ctx.log.event('purchase.begun', { purchaseId: id, packageId });
  return row;
}

/** Throws the reason why the code is not valid here. */
function bonusOf(discount: FoundDiscount | undefined, userId: string, { id, coins }: PackageRow, now: number): number {
  const { usesByUser = 0, reservedByUser = 0 } = discount ?? {};
  const use = { userId, usesByUser, isReserved: reservedByUser === 1, packageId: id, packageCoins: coins, now };
  const verdict = judgeDiscount(discount, use);
  if ('reason' in verdict) throw discountError(verdict.reason);
  return verdict.bonusCoins;
}
