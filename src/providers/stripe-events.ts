/** Verifies Stripe's webhooks and translates them into our events. The sandbox uses the same format. */
import type { Stripe } from 'stripe';
import type { PaymentEvent, PaymentProviderName, PaymentWebhook } from '@/contracts/payments';
import { fromStripeAmount, loadStripe } from './stripe-client';

export const SIGNATURE_HEADER = 'stripe-signature';
const SIGNATURE_SECONDS_MAX = 5 * 60;

/**
 * Returns undefined if the signature is missing, forged, expired or for another body, or if the signed body is not an
 * event.
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
    // It also throws plain errors, such as for a body that is not JSON.
    const said = await sdk.webhooks
      .constructEventAsync(body, signature, secret, SIGNATURE_SECONDS_MAX, cryptography, now)
      .catch(() => undefined);
    if (said && isReadable(said)) return { provider, eventId: said.id, type: said.type, event: translate(said) };
  }
  return undefined;
}

/** Anyone with the secret can sign something that is not a Stripe event. */
function isReadable({ id, data }: Partial<Stripe.Event>): boolean {
  return typeof id === 'string' && typeof data?.object === 'object' && data.object !== null;
}

/** Translates Stripe's event; null if it has no effect. */
function translate(said: Stripe.Event): PaymentEvent | null {
  switch (said.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return paidBy(said.data.object);
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
    case 'transfer.reversed':
      return cameBack(said.data.object);
    default:
      return null;
  }
}

/** Returns null while the money is on its way: a later event reports it. */
export function paidBy(session: Stripe.Checkout.Session): PaymentEvent | null {
  if (session.mode !== 'payment' || session.payment_status !== 'paid') return null;
  const currency = (session.currency ?? '').toUpperCase();
  return {
    type: 'paid',
    checkoutId: session.id,
    amountMinor: fromStripeAmount(session.amount_total ?? 0, currency),
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

/** Returns null for a transfer that is no payout. */
function cameBack({ id, metadata, reversed }: Stripe.Transfer): PaymentEvent | null {
  const { payoutId } = metadata;
  return payoutId === undefined ? null : { type: 'payout-returned', payoutId, reference: id, isWhole: reversed };
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
    default:
      return 'open';
  }
}

function idOf(object: string | { readonly id: string } | null | undefined): string | null {
  return typeof object === 'string' ? object : (object?.id ?? null);
}
