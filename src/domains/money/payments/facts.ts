/** The facts about a payment, before and after an event from its provider. */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PaymentEvent, PaymentProviderName } from '@/contracts/payments';
import { type ClaimReports, type Claims, claimChanges, claimsAfter } from './claims';
import { paymentError } from './errors';
import { HeldForStaff } from './held';
import type { PaymentKind, PaymentKinds } from './kinds';
import { type Payment, paymentClaims } from './tables';

/** An event about one payment. */
export type OnePaymentEvent = Exclude<PaymentEvent, { type: 'payout-account' }>;

export interface KnownPayment {
  readonly kind: PaymentKind;
  readonly payment: Payment;
  readonly claims: Claims;
}

/**
 * Undefined if the payment was not made by our checkout. Throws HeldForStaff if the payment does not exist, if it
 * belongs to another provider, or if the event names none. Throws PAYMENT_UNAVAILABLE or PAYMENT_NOT_KNOWN_YET, so that
 * the event is retried, if only the provider knows whose payment it is and cannot be asked.
 */
export async function findKnown(
  ctx: Context,
  kinds: PaymentKinds,
  provider: PaymentProviderName,
  event: OnePaymentEvent,
): Promise<KnownPayment | undefined> {
  const found = await findPayment(ctx, kinds, provider, event);
  const { purchaseId, paymentId } = event;
  if (!found) {
    if (purchaseId !== null) throw new HeldForStaff(`There is no payment ${purchaseId}.`);
    if (paymentId === null) throw new HeldForStaff('The event names no payment.');
    const asked = ctx.payments.of(provider);
    if (!asked) throw paymentError('PAYMENT_NOT_KNOWN_YET');
    const itsPurchaseId = await asked.findPurchaseId(paymentId);
    return itsPurchaseId === null
      ? undefined
      : findKnown(ctx, kinds, provider, { ...event, purchaseId: itsPurchaseId });
  }
  const { id, provider: itsProvider } = found.payment;
  if (itsProvider !== provider) throw new HeldForStaff(`Payment ${id} belongs to ${itsProvider}, not to ${provider}.`);
  // Read after the row: if a claim arrives in between, the row's version changes and nothing is committed.
  const claims = await ctx.db.select().from(paymentClaims).where(eq(paymentClaims.purchaseId, id));
  return {
    ...found,
    claims: new Map(
      claims.map(({ claimId, kind, amountMinor, state, eventAt }) => [claimId, { kind, amountMinor, state, eventAt }]),
    ),
  };
}

/** Finds the payment by our id if the provider returns it, otherwise by the provider's. Tries the kinds in turn. */
async function findPayment(
  ctx: Context,
  kinds: PaymentKinds,
  provider: PaymentProviderName,
  { purchaseId, paymentId }: OnePaymentEvent,
): Promise<{ kind: PaymentKind; payment: Payment } | undefined> {
  for (const kind of Object.values(kinds)) {
    const { table } = kind;
    const isIt =
      purchaseId !== null
        ? eq(table.id, purchaseId)
        : and(eq(table.provider, provider), eq(table.paymentId, paymentId ?? ''));
    const payment = await kind.find(ctx, isIt);
    if (payment) return { kind, payment };
  }
  return undefined;
}

/** A payment's facts, including those that an event adds. */
export interface News {
  readonly paidAt: number | null;
  readonly paymentId: string | null;
  readonly unpaid: 'pending' | 'failed' | 'expired';
  readonly fraudWarnedAt: number | null;
  readonly claims: Claims;
}

/**
 * Undefined if the event says nothing new. Throws HeldForStaff if it does not fit the payment.
 * @param said what the event tells about claims
 */
export function learn(known: KnownPayment, event: OnePaymentEvent, said: ClaimReports, now: number): News | undefined {
  const { payment, claims } = known;
  const { paidAt, paymentId, status, fraudWarnedAt } = payment;
  requireFit(payment, event);
  const unpaid = status === 'failed' || status === 'expired' ? status : 'pending';
  const facts: News = { paidAt, paymentId, unpaid, fraudWarnedAt, claims };
  switch (event.type) {
    case 'paid':
      return paidAt === null ? { ...facts, paidAt: now, paymentId: event.paymentId } : undefined;
    case 'failed':
      return paidAt === null && unpaid === 'pending' ? { ...facts, unpaid: 'failed' } : undefined;
    case 'expired':
      return paidAt === null && unpaid !== 'expired' ? { ...facts, unpaid: 'expired' } : undefined;
    case 'fraud-warned':
      return fraudWarnedAt === null || event.at < fraudWarnedAt ? { ...facts, fraudWarnedAt: event.at } : undefined;
    case 'refunded':
    case 'disputed':
    case 'refunds-changed': {
      const after = claimsAfter(known, said);
      const { written, dropped } = claimChanges(claims, after);
      return written.length + dropped.length > 0 ? { ...facts, claims: after } : undefined;
    }
  }
}

function requireFit({ id, amountMinor, currency, paymentId }: Payment, event: OnePaymentEvent): void {
  if (event.type === 'paid' && (event.amountMinor !== amountMinor || event.currency !== currency))
    throw new HeldForStaff(
      `Payment ${id} is for ${amountMinor} ${currency}, but ${event.amountMinor} ${event.currency} was paid.`,
    );
  // A second payment for the same purchase credited nothing, so its refunds take nothing back.
  const isAnother = paymentId !== null && event.paymentId !== null && event.paymentId !== paymentId;
  if (isAnother && event.type !== 'failed' && event.type !== 'expired')
    throw new HeldForStaff(`Payment ${id} was made as ${paymentId}, not as ${event.paymentId}.`);
}
