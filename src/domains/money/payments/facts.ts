/** The facts about a payment, before and after an event from its provider. */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PaymentEvent, PaymentProviderName } from '@/contracts/payments';
import { paymentError } from './errors';
import { HeldForStaff } from './held';
import { mergeClaim, type PaymentClaim } from './judge-payment';
import type { PaymentKind, PaymentKinds } from './kinds';
import { type Payment, paymentClaims } from './tables';

/** An event about one payment. */
export type OnePaymentEvent = Exclude<PaymentEvent, { type: 'payout-account' | 'payout-returned' }>;

export interface KnownPayment {
  readonly kind: PaymentKind;
  readonly payment: Payment;
  /** By the provider's id of the claim. */
  readonly claims: ReadonlyMap<string, PaymentClaim>;
}

/**
 * Throws HeldForStaff if the payment does not exist, if it belongs to another provider, or if the event names none.
 * Throws PAYMENT_NOT_KNOWN_YET, so that the event is retried, if no payment has the provider's id yet.
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
  if (itsProvider !== provider) throw new HeldForStaff(`Payment ${id} belongs to ${itsProvider}, not to ${provider}.`);
  // Read after the row: if a claim arrives in between, the row's version changes and nothing is committed.
  const claims = await ctx.db.select().from(paymentClaims).where(eq(paymentClaims.purchaseId, id));
  return {
    ...found,
    claims: new Map(claims.map(({ claimId, kind, amountMinor, state }) => [claimId, { kind, amountMinor, state }])),
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
  readonly claims: ReadonlyMap<string, PaymentClaim>;
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
      `Payment ${id} is for ${amountMinor} ${currency}, but ${event.amountMinor} ${event.currency} was paid.`,
    );
  // A second payment for the same purchase credited nothing, so its refunds take nothing back.
  const isAnother = paymentId !== null && event.paymentId !== null && event.paymentId !== paymentId;
  if (isAnother && event.type !== 'failed' && event.type !== 'expired')
    throw new HeldForStaff(`Payment ${id} was made as ${paymentId}, not as ${event.paymentId}.`);
  if ((event.type === 'refunded' || event.type === 'disputed') && event.amountMinor <= 0)
    throw new HeldForStaff(`Claim ${event.claimId} on payment ${id} has no amount.`);
}
