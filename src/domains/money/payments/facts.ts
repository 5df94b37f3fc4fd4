/** What is known of a payment when its provider reports an event, and what is known after that event. */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PaymentEvent, PaymentProviderName } from '@/contracts/payments';
import { paymentError } from './errors';
import { HeldForStaff } from './held';
import { type Claim, mergeClaim } from './judge-payment';
import type { PaymentKind, PaymentKinds } from './kinds';
import { type Payment, paymentClaims } from './tables';

/** An event about one payment. */
export type OnePaymentEvent = Exclude<PaymentEvent, { type: 'payout-account' }>;

export interface KnownPayment {
  readonly kind: PaymentKind;
  readonly payment: Payment;
  /** By the provider's id of each. */
  readonly claims: ReadonlyMap<string, Claim>;
}

/**
 * Throws HeldForStaff if there is no such payment, if it is another provider's, or if the event names none. Throws
 * PAYMENT_NOT_KNOWN_YET, for the event to come back, if nothing was paid by the provider's id yet.
 */
export async function getKnown(
  ctx: Context,
  kinds: PaymentKinds,
  provider: PaymentProviderName,
  event: OnePaymentEvent,
): Promise<KnownPayment> {
  const found = await findPayment(ctx, kinds, provider, event);
  const { purchaseId, paymentId } = event;
  if (!found) {
    if (purchaseId !== null) throw new HeldForStaff(`There is no payment ${purchaseId}.`);
    if (paymentId === null) throw new HeldForStaff('The event names no payment.');
    throw paymentError('PAYMENT_NOT_KNOWN_YET');
  }
  const { id, provider: itsProvider } = found.payment;
  if (itsProvider !== provider)
    throw new HeldForStaff(`The payment ${id} is with ${itsProvider} and not with ${provider}.`);
  // Read after the row: if a claim comes in between, the row's version has changed and nothing is committed.
  const claims = await ctx.db.select().from(paymentClaims).where(eq(paymentClaims.purchaseId, id));
  return {
    ...found,
    claims: new Map(claims.map(({ claimId, kind, amountMinor, state }) => [claimId, { kind, amountMinor, state }])),
  };
}

/** By our id if the provider sends it back, otherwise by the provider's. The kinds are asked one after another. */
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

/** The facts of a payment with those that an event adds. */
export interface News {
  readonly paidAt: number | null;
  readonly paymentId: string | null;
  readonly unpaid: 'pending' | 'failed' | 'expired';
  readonly claims: ReadonlyMap<string, Claim>;
  /** The claim that is new or has changed. */
  readonly claimId?: string;
}

/** Undefined if the event says nothing new. Throws HeldForStaff if it does not fit the payment. */
export function learn({ payment, claims }: KnownPayment, event: OnePaymentEvent, now: number): News | undefined {
  const { paidAt, paymentId, status } = payment;
  requireFit(payment, event);
  const unpaid = status === 'failed' || status === 'expired' ? status : 'pending';
  const known: News = { paidAt, paymentId, unpaid, claims };
  switch (event.type) {
    case 'paid':
      return paidAt === null ? { ...known, paidAt: now, paymentId: event.paymentId } : undefined;
    case 'failed':
      return paidAt === null && unpaid === 'pending' ? { ...known, unpaid: 'failed' } : undefined;
    case 'expired':
      return paidAt === null && unpaid !== 'expired' ? { ...known, unpaid: 'expired' } : undefined;
    case 'refunded':
    case 'disputed': {
      const { claimId, amountMinor } = event;
      const before = claims.get(claimId);
      const claim = mergeClaim(
        before,
        event.type === 'refunded'
          ? { kind: 'refund', amountMinor, state: 'stands' }
          : { kind: 'dispute', amountMinor, state: event.state },
      );
      if (before && before.amountMinor === claim.amountMinor && before.state === claim.state) return undefined;
      return { ...known, claims: new Map([...claims, [claimId, claim]]), claimId };
    }
  }
}

function requireFit(payment: Payment, event: OnePaymentEvent): void {
  const { id, amountMinor, currency, paymentId } = payment;
  if (event.type === 'paid' && (event.amountMinor !== amountMinor || event.currency !== currency))
    throw new HeldForStaff(
      `${event.amountMinor} ${event.currency} came for the payment ${id}, which is of ${amountMinor} ${currency}.`,
    );
  // A second payment for the same thing credited nothing, so its refunds take nothing back.
  const isAnother = paymentId !== null && event.paymentId !== null && event.paymentId !== paymentId;
  if (isAnother && event.type !== 'failed' && event.type !== 'expired')
    throw new HeldForStaff(`The payment ${id} was made by ${paymentId} and not by ${event.paymentId}.`);
  if ((event.type === 'refunded' || event.type === 'disputed') && event.amountMinor <= 0)
    throw new HeldForStaff(`The claim ${event.claimId} to the payment ${id} is of no amount.`);
}
