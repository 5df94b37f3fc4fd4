/** Verifies Stripe's webhooks and translates them into our events. The sandbox uses the same format. */
import type { Stripe } from 'stripe';
import type { PaymentEvent, PaymentProviderName, PaymentWebhook } from '@/contracts/payments';
import { sha256 } from '@/shared/crypto';
import { readEvent, UNKNOWN_TYPE, unreadable } from './read-event';
import { fromStripeAmount, loadStripe } from './stripe-client';

export const SIGNATURE_HEADER = 'stripe-signature';
const SIGNATURE_SECONDS_MAX = 5 * 60;

/**
 * Returns undefined if the signature is missing, forged, expired or for another body.
 * @param secrets of our endpoints at Stripe: any of them may have signed
 */
export async function readStripeWebhook(
  provider: PaymentProviderName,
  secrets: readonly string[],
  body: string,
  headers: Headers,
  now: number,
): Promise<PaymentWebhook | undefined> {
  const signature = headers.get(SIGNATURE_HEADER);
  if (!signature) return undefined;
  const sdk = await loadStripe();
  const cryptography = sdk.createSubtleCryptoProvider();
  for (const secret of secrets) {
    const said = await sdk.webhooks
      .constructEventAsync(body, signature, secret, SIGNATURE_SECONDS_MAX, cryptography, now)
      .then((event: Partial<Stripe.Event> | null) => event ?? NOT_AN_EVENT)
      .catch((error) => (error instanceof SyntaxError ? NOT_AN_EVENT : undefined));
    if (!said) continue;
    // Events without an id are the same event only if their bodies are equal.
    const { id = sha256(body), type = UNKNOWN_TYPE } = said;
    return { provider, eventId: String(id), type: String(type), event: readStripeEvent(said) };
  }
  return undefined;
}

/** The signed body is not JSON, or not an object. */
const NOT_AN_EVENT: Partial<Stripe.Event> = {};

/** @param said the parsed body; anyone with the secret can sign something that is not a Stripe event */
export function readStripeEvent(said: unknown): PaymentWebhook['event'] {
  if (!isEvent(said)) return unreadable('It is not an event of Stripe.');
  return readEvent(() => translate(said));
}

function isEvent(said: unknown): said is Stripe.Event {
  if (typeof said !== 'object' || said === null) return false;
  const { id, type, data } = said as Partial<Stripe.Event>; // each field is checked
  return typeof id === 'string' && typeof type === 'string' && typeof data?.object === 'object' && data.object !== null;
}

/** Translates Stripe's event; null if it has no effect. Throws if its shape or a status is unknown. */
function translate(said: Stripe.Event): PaymentEvent | null {
  switch (said.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return completed(said.data.object);
    case 'checkout.session.async_payment_failed':
      return { type: 'failed', ...purchaseOf(said.data.object) };
    case 'checkout.session.expired':
      return { type: 'expired', ...purchaseOf(said.data.object) };
    case 'charge.refunded':
      return refunded(said.data.object);
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.closed':
      return disputed(said.data.object, said.type);
    case 'account.updated':
      return { type: 'payout-account', accountId: said.data.object.id, payoutsEnabled: canBePaid(said.data.object) };
    case 'account.application.deauthorized':
      return said.account ? { type: 'payout-account', accountId: said.account, payoutsEnabled: false } : null;
    default:
      return null;
  }
}

/** The buyer finished the checkout; null if it is none of ours. Throws if the status of the payment is unknown. */
export function completed(session: Stripe.Checkout.Session): PaymentEvent | null {
  if (session.mode !== 'payment') return null;
  switch (session.payment_status) {
    case 'paid':
      return paidBy(session);
    case 'unpaid':
      return { type: 'processing', ...purchaseOf(session) };
    default:
      throw new Error(`The payment status ${session.payment_status} is unknown`);
  }
}

function paidBy(session: Stripe.Checkout.Session): PaymentEvent {
  const currency = (session.currency ?? '').toUpperCase();
  return {
    type: 'paid',
    checkoutId: session.id,
    amountMinor: fromStripeAmount(session.amount_total ?? Number.NaN, currency),
    currency,
    ...purchaseOf(session),
  };
}

export function purchaseOf(session: Stripe.Checkout.Session) {
  return {
    purchaseId: session.metadata?.purchaseId ?? session.client_reference_id,
    paymentId: idOf(session.payment_intent),
  };
}

/** Stripe transfers to an account that may receive transfers, and the account passes the money on to its bank. */
export function canBePaid(account: Stripe.Account): boolean {
  return account.payouts_enabled && account.capabilities?.transfers === 'active';
}

/** A charge reports the sum of its refunds, so they form one claim. */
function refunded(charge: Stripe.Charge): PaymentEvent | null {
  const paymentId = idOf(charge.payment_intent);
  const claimId = `refunds:${paymentId ?? charge.id}`;
  const amountMinor = fromStripeAmount(charge.amount_refunded, charge.currency);
  return { type: 'refunded', claimId, amountMinor, purchaseId: charge.metadata.purchaseId ?? null, paymentId };
}

function disputed(dispute: Stripe.Dispute, type: string): PaymentEvent | null {
  const state = stateOf(dispute.status);
  // An update that decides nothing is only about evidence.
  if (state === 'open' && type === 'charge.dispute.updated') return null;
  return {
    type: 'disputed',
    claimId: dispute.id,
    amountMinor: fromStripeAmount(dispute.amount, dispute.currency),
    state,
    purchaseId: dispute.metadata.purchaseId ?? null,
    paymentId: idOf(dispute.payment_intent),
  };
}

function stateOf(status: Stripe.Dispute.Status): 'open' | 'won' | 'lost' {
  switch (status) {
    case 'won':
    case 'warning_closed': // an inquiry that never became a dispute
      return 'won';
    case 'lost':
    case 'prevented': // settled before it became a dispute: the buyer has the money
      return 'lost';
    case 'needs_response':
    case 'under_review':
    case 'warning_needs_response':
    case 'warning_under_review':
      return 'open';
    default:
      throw new Error(`The status ${status} of a dispute is unknown`);
  }
}

function idOf(object: string | { readonly id: string } | null | undefined): string | null {
  return typeof object === 'string' ? object : (object?.id ?? null);
}
