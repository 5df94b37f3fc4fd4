/** Verifies Stripe's webhooks and translates them into our events. The sandbox uses the same format. */
import type { Stripe } from 'stripe';
import type { PaymentEvent, PaymentProviderName, PaymentWebhook } from '@/contracts/payments';
import { sha256 } from '@/shared/crypto';
import { SECOND_MS } from '@/shared/time';
import { isId, readEvent, UNKNOWN_TYPE, unreadable } from './read-event';
import { disputeReport, fraudWarning, idOf, moneyOf, refundReport, refundsChanged } from './stripe-claims';
import { isLiveKey, loadStripe } from './stripe-client';
import { chosenIn } from './stripe-goods';

export const SIGNATURE_HEADER = 'stripe-signature';
const SIGNATURE_SECONDS_MAX = 5 * 60;

/**
 * Returns undefined if the signature is missing, forged, expired or for another body.
 * @param secretKey our key at Stripe; the sandbox has none
 * @param secrets of our endpoints at Stripe: any of them may have signed
 */
export async function readStripeWebhook(
  provider: PaymentProviderName,
  secretKey: string,
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
    const eventId = isId(said.id) ? said.id : sha256(body);
    const type = isId(said.type) ? said.type : UNKNOWN_TYPE;
    return { provider, eventId, type, event: readStripeEvent(said, secretKey) };
  }
  return undefined;
}

/** The signed body is not JSON, or not an object. */
const NOT_AN_EVENT: Partial<Stripe.Event> = {};

/** @param said the parsed body; anyone with the secret can sign something that is not a Stripe event */
export function readStripeEvent(said: unknown, secretKey: string): PaymentWebhook['event'] {
  if (!isEvent(said)) return unreadable('It is not an event of Stripe.');
  return readEvent(() => (isOfMode(said, secretKey) ? translate(said) : null));
}

function isEvent(said: unknown): said is Stripe.Event {
  if (typeof said !== 'object' || said === null) return false;
  const { id, type, data } = said as Partial<Stripe.Event>; // each field is checked
  return isId(id) && isId(type) && typeof data?.object === 'object' && data.object !== null;
}

/**
 * Stripe also sends the test events of connected accounts to a live endpoint: they are ignored. Throws for a live event
 * under a test key: it is about real money, which this key cannot ask about.
 */
function isOfMode({ livemode = false }: Partial<Stripe.Event>, secretKey: string): boolean {
  const isLive = isLiveKey(secretKey);
  if (livemode && !isLive) throw new Error('It is a live event, but STRIPE_SECRET_KEY is a test key.');
  return livemode === isLive;
}

/** Translates Stripe's event; null if it has no effect. Throws if its shape or a status is unknown. */
function translate(said: Stripe.Event): PaymentEvent | null {
  switch (said.type) {
    case 'account.updated':
      return { type: 'payout-account', accountId: said.data.object.id, payoutsEnabled: canBePaid(said.data.object) };
    case 'account.application.deauthorized':
      return said.account ? { type: 'payout-account', accountId: said.account, payoutsEnabled: false } : null;
    case 'transfer.reversed':
      return cameBack(said.data.object);
    default:
      // A connected account's own payments are none of the platform's.
      return said.account ? null : translatePayment(said, said.created * SECOND_MS);
  }
}

/** @param at when Stripe said so (ms) */
function translatePayment(said: Stripe.Event, at: number): PaymentEvent | null {
  switch (said.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return isOurs(said.data.object) ? completed(said.data.object) : null;
    case 'checkout.session.async_payment_failed':
      return isOurs(said.data.object) ? { type: 'failed', ...purchaseOf(said.data.object) } : null;
    case 'checkout.session.expired':
      return isOurs(said.data.object) ? { type: 'expired', ...purchaseOf(said.data.object) } : null;
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
      return refundReport(said.data.object, at);
    case 'charge.refunded':
      return refundsChanged(said.data.object);
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.closed':
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.funds_reinstated':
      return disputeReport(said.data.object, said.type, at);
    case 'radar.early_fraud_warning.created':
      return fraudWarning(said.data.object, at);
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
  const { id: checkoutId, amount_total: amount, currency } = session;
  return { type: 'paid', checkoutId, ...moneyOf({ amount, currency }), ...chosenIn(session), ...purchaseOf(session) };
}

/** Only our checkouts have this metadata. Others of the same Stripe account are none of our business. */
function isOurs(session: Stripe.Checkout.Session): boolean {
  return Boolean(session.metadata?.purchaseId);
}

export function purchaseOf(session: Stripe.Checkout.Session) {
  return { purchaseId: session.metadata?.purchaseId ?? null, paymentId: idOf(session.payment_intent) };
}

/** Stripe transfers to an account that may receive transfers, and the account passes the money on to its bank. */
export function canBePaid(account: Stripe.Account): boolean {
  return account.capabilities?.transfers === 'active' && account.payouts_enabled;
}

/** Returns null for a transfer that is no payout. */
function cameBack({ id, metadata, reversed }: Stripe.Transfer): PaymentEvent | null {
  const { payoutId } = metadata;
  return payoutId === undefined ? null : { type: 'payout-returned', payoutId, reference: id, isWhole: reversed };
}
