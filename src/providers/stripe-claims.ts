/**
 * Translates Stripe's refunds, disputes and fraud warnings. They name the payment intent, and have no metadata of ours.
 */
import type { Stripe } from 'stripe';
import type { DisputeReport, PaymentEvent, RefundReport } from '@/contracts/payments';
import { fromStripeAmount, fromStripeCurrency } from './stripe-currencies';

/** @param at when Stripe said so (ms). Null if it is not of a payment intent, and so of no checkout. */
export function refundReport(refund: Stripe.Refund, at: number): RefundReport | null {
  const payment = paymentOf(refund);
  if (!payment) return null;
  return {
    type: 'refunded',
    claimId: refund.id,
    ...moneyOf(refund),
    state: refundState(refund.status),
    at,
    ...payment,
  };
}

/** The money leaves our balance when a refund is created, even if it reaches the buyer days later. */
function refundState(status: Stripe.Refund['status']): RefundReport['state'] {
  switch (status) {
    case null:
    case 'pending':
    case 'requires_action':
    case 'succeeded':
      return 'stands';
    case 'failed':
    case 'canceled':
      return 'failed';
    default:
      throw new Error(`The status ${status} of a refund is unknown`);
  }
}

/** A charge reports only that its refunds changed. */
export function refundsChanged(charge: Stripe.Charge): PaymentEvent | null {
  const payment = paymentOf(charge);
  return payment && { type: 'refunds-changed', ...payment };
}

/** @param type of the event @param at when Stripe said so (ms) */
export function disputeReport(dispute: Stripe.Dispute, type: string, at: number): DisputeReport | null {
  const payment = paymentOf(dispute);
  if (!payment) return null;
  // The second balance transaction is the one that gives the money back.
  const isWithdrawn = type === 'charge.dispute.funds_withdrawn' || dispute.balance_transactions.length === 1;
  const state = disputeState(dispute.status, isWithdrawn);
  return { type: 'disputed', claimId: dispute.id, ...moneyOf(dispute), state, at, ...payment };
}

/** https://docs.stripe.com/disputes/how-disputes-work */
function disputeState(status: Stripe.Dispute.Status, isWithdrawn: boolean): DisputeReport['state'] {
  switch (status) {
    case 'warning_needs_response':
    case 'warning_under_review':
      return isWithdrawn ? 'open' : 'inquiry';
    case 'needs_response':
    case 'under_review':
    case 'appeal_needs_response': // the money stays away until the appeal is won
    case 'appeal_under_review':
      return 'open';
    case 'won':
    case 'warning_closed': // an inquiry that never became a dispute
      return 'won';
    case 'lost':
    case 'prevented': // settled before it became a dispute: the buyer has the money
      return 'lost';
    default:
      throw new Error(`The status ${status} of a dispute is unknown`);
  }
}

export function fraudWarning(warning: Stripe.Radar.EarlyFraudWarning, at: number): PaymentEvent | null {
  const payment = paymentOf(warning);
  return payment && { type: 'fraud-warned', at, ...payment };
}

export function moneyOf({ amount, currency: theirs }: { amount: number | null; currency: string | null }) {
  const currency = fromStripeCurrency(theirs);
  return { amountMinor: fromStripeAmount(amount, currency), currency };
}

function paymentOf({ payment_intent }: { payment_intent?: string | { readonly id: string } | null }) {
  const paymentId = idOf(payment_intent);
  return paymentId === null ? null : { purchaseId: null, paymentId };
}

/** The id of an object that may be expanded. What is not an id stays, so that `readEvent` refuses it. */
export function idOf(object: string | { readonly id: string } | null | undefined): string | null {
  return typeof object === 'object' && object !== null ? object.id : (object ?? null);
}
