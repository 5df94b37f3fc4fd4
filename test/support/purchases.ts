/** Packages, codes and purchases for tests, and the provider's events about them, applied as the queue does. */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { DisputeReport, PaymentProviderName } from '@/contracts/payments';
import { staffLog } from '@/domains/base/permissions/tables';
import { discountCodes } from '@/domains/money/discounts/tables';
import { applyPaymentEvent } from '@/domains/money/payments/apply';
import { claimOf } from '@/domains/money/payments/claims';
import type { OnePaymentEvent } from '@/domains/money/payments/facts';
import { mergeClaim, type PaymentClaim } from '@/domains/money/payments/judge-payment';
import { coinPackages, purchases } from '@/domains/money/purchases/tables';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
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
    ...{ createdAt: 0, updatedAt: 0, retiredAt: null },
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

/** The purchase no longer counts among its buyer's open checkouts. */
export async function leaveCheckout(purchaseId: string): Promise<void> {
  await testContext().db.update(purchases).set({ countedAt: null }).where(eq(purchases.id, purchaseId));
}

/** A purchase that is begun and not paid. Answers its row. Earlier ones no longer count as open if they are too many. */
export async function aPurchase(buyer: Client, traits: Partial<Package> = {}, discountCode?: string) {
  const { id: packageId } = await aPackage(traits);
  const begin = () => buy(buyer, { packageId, ...(discountCode === undefined ? {} : { discountCode }) });
  let answer = await begin();
  if (answer.error?.code === 'CHECKOUTS_OPEN') {
    const { open } = answer.error.details as { open: { purchaseId: string }[] };
    for (const { purchaseId } of open) await leaveCheckout(purchaseId);
    answer = await begin();
  }
  const row = await purchaseOf(answer.data.purchaseId);
  if (!row) throw new Error('The purchase did not begin');
  return row;
}

type Purchase = NonNullable<Awaited<ReturnType<typeof purchaseOf>>>;

let reports = 0;
/** Each report of a claim is a second newer than the one before, unless the test says when. */
function nextAt(): number {
  reports += 1;
  return Date.UTC(2026, 0, 1) + reports * SECOND_MS;
}

interface When {
  readonly at?: number;
  readonly currency?: string;
}

/** The provider's events about a purchase, in our words. */
export function eventsOf({ id: purchaseId, amountMinor, currency }: Purchase) {
  const payment = { purchaseId, paymentId: `pay_${purchaseId}` };
  return {
    paid: { type: 'paid', checkoutId: null, amountMinor, currency, ...payment },
    processing: { type: 'processing', ...payment },
    failed: { type: 'failed', purchaseId, paymentId: null },
    expired: { type: 'expired', purchaseId, paymentId: null },
    refunded: (amount: number, claimId = 're_1', when: When = {}) => ({
      ...{ type: 'refunded', state: 'stands', claimId, amountMinor: amount, currency, at: nextAt() },
      ...when,
      ...payment,
    }),
    refundFailed: (amount: number, claimId = 're_1', when: When = {}) => ({
      ...{ type: 'refunded', state: 'failed', claimId, amountMinor: amount, currency, at: nextAt() },
      ...when,
      ...payment,
    }),
    disputed: (state: DisputeReport['state'], amount = amountMinor, claimId = 'dp_1', when: When = {}) => ({
      ...{ type: 'disputed', state, claimId, amountMinor: amount, currency, at: nextAt() },
      ...when,
      ...payment,
    }),
    fraudWarned: (at: number) => ({ type: 'fraud-warned', at, ...payment }),
  } as const satisfies Record<string, OnePaymentEvent | ((...args: never[]) => OnePaymentEvent)>;
}

/** The claims that a model knows after an event. */
export function learnClaim(claims: Map<string, PaymentClaim>, event: OnePaymentEvent): void {
  if (event.type !== 'refunded' && event.type !== 'disputed') return;
  claims.set(event.claimId, mergeClaim(claims.get(event.claimId), claimOf(event)));
}

export async function tell(
  event: OnePaymentEvent,
  ctx: Context = testContext(),
  provider: PaymentProviderName = 'sandbox',
): Promise<void> {
  await applyPaymentEvent(ctx, PAYMENT_KINDS, provider, event);
}

/** What staff did to a thing, in order. */
export function staffLogOf(targetId: string) {
  const { staffId, action, before, after } = staffLog;
  return testContext()
    .db.select({ staffId, action, before, after })
    .from(staffLog)
    .where(and(eq(staffLog.targetId, targetId), eq(staffLog.outcome, 'done')))
    .orderBy(staffLog.id);
}
