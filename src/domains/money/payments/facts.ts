/** The facts about a payment, before and after an event from its provider. */
import { and, eq, type SQL } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PaymentEvent, PaymentProviderName, PostalAddress } from '@/contracts/payments';
import { type ClaimedPayment, type ClaimReports, type Claims, claimChanges, claimsAfter } from './claims';
import { paymentError } from './errors';
import { HeldForStaff } from './held';
import { judgeUnpaid, type Unpaid } from './judge-unpaid';
import type { PaymentKind, PaymentKinds } from './kinds';
import { type Payment, paymentClaims } from './tables';

/** An event about one payment. */
export type OnePaymentEvent = Exclude<PaymentEvent, { type: 'payout-account' | 'payout-returned' }>;

export function isOfOnePayment(event: PaymentEvent): event is OnePaymentEvent {
  return event.type !== 'payout-account' && event.type !== 'payout-returned';
}

export interface KnownPayment extends ClaimedPayment {
  readonly kind: PaymentKind;
}

/**
 * Undefined if the payment was not made by our checkout. Throws HeldForStaff if the payment does not exist, if it
 * belongs to another provider, or if the event names none or two. Throws PAYMENT_UNAVAILABLE or PAYMENT_NOT_KNOWN_YET,
 * so that the event is retried, if only the provider knows whose payment it is and cannot be asked.
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

interface Found {
  readonly kind: PaymentKind;
  readonly payment: Payment;
}

/** Finds the payment by the provider's id, otherwise by our own. Throws HeldForStaff if they name different payments. */
async function findPayment(
  ctx: Context,
  kinds: PaymentKinds,
  provider: PaymentProviderName,
  { purchaseId, paymentId }: OnePaymentEvent,
): Promise<Found | undefined> {
  const byPayment =
    paymentId === null
      ? undefined
      : await findIn(ctx, kinds, ({ table }) => and(eq(table.provider, provider), eq(table.paymentId, paymentId)));
  if (purchaseId === null || byPayment?.payment.id === purchaseId) return byPayment;
  const named = await findIn(ctx, kinds, ({ table }) => eq(table.id, purchaseId));
  if (byPayment && !isCreditedBeside(byPayment.payment, named?.payment))
    throw new HeldForStaff(
      `Payment ${byPayment.payment.id} was made as ${paymentId}, but the event says that it pays for ${purchaseId}.`,
    );
  return byPayment ?? named;
}

/** Tries the kinds in turn. */
async function findIn(
  ctx: Context,
  kinds: PaymentKinds,
  where: (kind: PaymentKind) => SQL | undefined,
): Promise<Found | undefined> {
  for (const kind of Object.values(kinds)) {
    const payment = await kind.find(ctx, where(kind));
    if (payment) return { kind, payment };
  }
  return undefined;
}

/**
 * A second payment of a checkout names the purchase that the first one paid. Once staff have credited it, it is a
 * payment of its own, which had no checkout.
 */
function isCreditedBeside({ checkoutId, userId }: Payment, named: Payment | undefined): boolean {
  return checkoutId === null && named !== undefined && named.userId === userId && named.paidAt !== null;
}

/** A payment's facts, including those that an event adds. */
export interface News {
  /** The price, or what was paid instead if staff accepted that. */
  readonly amountMinor: number;
  readonly currency: string;
  readonly paidAt: number | null;
  readonly paymentId: string | null;
  readonly unpaid: Unpaid['status'];
  readonly processingAt: number | null;
  readonly fraudWarnedAt: number | null;
  readonly claims: Claims;
  /** What the provider added to the price of goods, and where they go: only if this event pays for them. */
  readonly taxMinor?: number;
  readonly address?: PostalAddress;
}

/**
 * Undefined if the event says nothing new. Throws HeldForStaff if it does not fit the payment.
 * @param said what the event tells about claims
 * @param isAccepted staff decided to apply it although it does not fit
 */
export function learn(
  known: KnownPayment,
  event: OnePaymentEvent,
  said: ClaimReports,
  now: number,
  isAccepted = false,
): News | undefined {
  const { payment, claims } = known;
  const { amountMinor, currency, paidAt, paymentId, processingAt, fraudWarnedAt } = payment;
  requireSamePayment(payment, event);
  if (event.type === 'paid') requirePrice(known, event, isAccepted);
  const unpaid = unpaidStatus(payment);
  const facts: News = { amountMinor, currency, paidAt, paymentId, unpaid, processingAt, fraudWarnedAt, claims };
  switch (event.type) {
    case 'paid': {
      if (paidAt !== null) return undefined;
      requireClaimsFit(known, event.currency);
      const paid = { amountMinor: event.amountMinor, currency: event.currency, paidAt: now };
      return { ...facts, ...paid, paymentId: event.paymentId ?? paymentId, ...chosenBy(event) };
    }
    case 'processing':
    case 'failed':
    case 'expired': {
      if (paidAt !== null) return undefined;
      const judged = judgeUnpaid({ status: unpaid, processingAt, paymentId }, event, now);
      return judged && { ...facts, ...judged, unpaid: judged.status };
    }
    case 'fraud-warned':
      return fraudWarnedAt === null || event.at < fraudWarnedAt ? { ...facts, fraudWarnedAt: event.at } : undefined;
    case 'refunded':
    case 'disputed':
    case 'refunds-changed': {
      const after = claimsAfter(known, said, isAccepted, mostOf(known));
      const { written, dropped } = claimChanges(claims, after);
      return written.length + dropped.length > 0 ? { ...facts, claims: after } : undefined;
    }
  }
}

/** Meaningless once the money has arrived. */
function unpaidStatus({ status }: Payment): Unpaid['status'] {
  return status === 'processing' || status === 'failed' || status === 'expired' ? status : 'pending';
}

type Paid = Extract<OnePaymentEvent, { type: 'paid' }>;

/** Staff can accept another price, but not for goods: the seller set it, and parts of it belong to others. */
function requirePrice({ kind, payment }: KnownPayment, event: Paid, isAccepted: boolean): void {
  const { id, amountMinor, currency } = payment;
  const goods = kind.goodsOf?.(payment);
  const [askedMinor, paidMinor] = goods
    ? [goods.priceMinor, event.amountMinor - (event.taxMinor ?? 0)]
    : [amountMinor, event.amountMinor];
  const isFitting = paidMinor === askedMinor && event.currency === currency;
  if (!isFitting && (goods || !isAccepted))
    throw new HeldForStaff(
      `Payment ${id} is for ${askedMinor} ${currency}, but ${paidMinor} ${event.currency} was paid.`,
    );
  if (goods && (event.shippingMinor ?? goods.shippingMinor) !== goods.shippingMinor)
    throw new HeldForStaff(
      `Shipping of payment ${id} is ${goods.shippingMinor} ${currency}, but ${event.shippingMinor} was paid.`,
    );
}

function chosenBy({ taxMinor, address }: Paid): Pick<News, 'taxMinor' | 'address'> {
  return { ...(taxMinor === undefined ? {} : { taxMinor }), ...(address === undefined ? {} : { address }) };
}

/** A claim is for this much at most. The taxes of goods are not known before they are paid. */
function mostOf({ kind, payment }: KnownPayment): number {
  return kind.goodsOf && payment.paidAt === null ? Number.POSITIVE_INFINITY : payment.amountMinor;
}

/** Claims have the currency that the payment had when they were reported: their amounts mean nothing in another one. */
function requireClaimsFit({ payment: { id, currency }, claims }: KnownPayment, paidCurrency: string): void {
  if (paidCurrency !== currency && claims.size > 0)
    throw new HeldForStaff(`Payment ${id} has claims in ${currency}, but ${paidCurrency} was paid.`);
}

/** A second payment for the same purchase credited nothing, so its refunds take nothing back. */
function requireSamePayment(payment: Payment, event: OnePaymentEvent): void {
  if (event.type === 'processing' || event.type === 'failed' || event.type === 'expired') return;
  if (isAnotherPayment(payment, event))
    throw new HeldForStaff(`Payment ${payment.id} was made as ${payment.paymentId}, not as ${event.paymentId}.`);
}

/** The purchase was paid already, by another payment than the event names. */
export function isAnotherPayment({ paidAt, paymentId }: Payment, event: OnePaymentEvent): boolean {
  return paidAt !== null && paymentId !== null && event.paymentId !== null && event.paymentId !== paymentId;
}
