/** Packages, codes and purchases for tests, and the provider's events about them, applied as the queue does. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { staffLog } from '@/domains/base/permissions/tables';
import { discountCodes } from '@/domains/money/discounts/tables';
import { applyPaymentEvent } from '@/domains/money/payments/apply';
import type { OnePaymentEvent } from '@/domains/money/payments/facts';
import { coinPackages, purchases } from '@/domains/money/purchases/tables';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { newId } from '@/shared/ids';
import type { Answer, Client } from './api';
import { clientWith } from './app';
import { testContext } from './context';
import { once, purchaseOf } from './money';
import { asViewer, type Person } from './users';

export const RETURN_URLS = { successUrl: 'http://localhost:5173/done', cancelUrl: 'http://localhost:5173/shop' };

type Package = typeof coinPackages.$inferSelect;

export async function aPackage(traits: Partial<Package> = {}): Promise<Package> {
  const row = {
    ...{ id: newId(), name: 'A bag', coins: 1_000, bonusCoins: 50, priceMinor: 999, currency: 'USD', active: true },
    ...{ createdAt: 0, updatedAt: 0 },
    ...traits,
  };
  await testContext().db.insert(coinPackages).values(row);
  return row;
}

/** A viewer who may begin as many purchases a day as a test wants. */
export async function aBuyer(): Promise<Person> {
  const viewer = await asViewer();
  return { ...viewer, ...clientWith({ DAILY_CHECKOUTS: '100000/100000' }, viewer.headers) };
}

type Code = typeof discountCodes.$inferInsert;

/** Ten per cent for everybody, without limits, unless it says otherwise. Answers the code. */
export async function aCode(traits: Partial<Code> = {}): Promise<Code> {
  const id = newId();
  const row = {
    ...{ id, code: id.toUpperCase(), kind: 'promotional' as const, promotion: id, createdAt: 0, updatedAt: 0 },
    ...(traits.bonusCoins ? {} : { bonusPercent: 10 }),
    ...traits,
  };
  await testContext().db.insert(discountCodes).values(row);
  return row;
}

export function buy(
  buyer: Client,
  wish: { packageId: string; discountCode?: string; successUrl?: string; cancelUrl?: string },
  key?: string,
): Promise<Answer> {
  return buyer.post('payment/purchase', { ...RETURN_URLS, ...wish }, once(key));
}

/** A purchase that is begun and not paid. Answers its row. Earlier ones no longer count as open if they are too many. */
export async function aPurchase(buyer: Client, traits: Partial<Package> = {}, discountCode?: string) {
  const { id: packageId } = await aPackage(traits);
  const begin = () => buy(buyer, { packageId, ...(discountCode === undefined ? {} : { discountCode }) });
  let answer = await begin();
  if (answer.error?.code === 'CHECKOUTS_OPEN') {
    const { open } = answer.error.details as { open: { purchaseId: string }[] };
    for (const { purchaseId } of open)
      await testContext().db.update(purchases).set({ countedAt: null }).where(eq(purchases.id, purchaseId));
    answer = await begin();
  }
  const row = await purchaseOf(answer.data.purchaseId);
  if (!row) throw new Error('The purchase did not begin');
  return row;
}

type Purchase = NonNullable<Awaited<ReturnType<typeof purchaseOf>>>;

/** The provider's events about a purchase, in our words. */
export function eventsOf({ id: purchaseId, amountMinor, currency }: Purchase) {
  const payment = { purchaseId, paymentId: `pay_${purchaseId}` };
  return {
    paid: { type: 'paid', checkoutId: null, amountMinor, currency, ...payment },
    processing: { type: 'processing', ...payment },
    failed: { type: 'failed', purchaseId, paymentId: null },
    expired: { type: 'expired', purchaseId, paymentId: null },
    refunded: (amount: number, claimId = 're_1') => ({ type: 'refunded', claimId, amountMinor: amount, ...payment }),
    disputed: (state: 'open' | 'won' | 'lost', amount = amountMinor, claimId = 'dp_1') => ({
      ...{ type: 'disputed', claimId, amountMinor: amount, state },
      ...payment,
    }),
  } as const satisfies Record<string, OnePaymentEvent | ((...args: never[]) => OnePaymentEvent)>;
}

export async function tell(event: OnePaymentEvent, ctx: Context = testContext()): Promise<void> {
  await applyPaymentEvent(ctx, PAYMENT_KINDS, 'sandbox', event);
}

/** What staff did to a thing, in order. */
export function staffLogOf(targetId: string) {
  const { staffId, action, before, after } = staffLog;
  return testContext()
    .db.select({ staffId, action, before, after })
    .from(staffLog)
    .where(eq(staffLog.targetId, targetId))
    .orderBy(staffLog.id);
}
