/**
 * Completes events that the version before stored: its claims had neither the time of the event nor a currency, and
 * Stripe's refunds were one claim with their sum. Takes no Context.
 */
import type { PaymentEvent } from '@/contracts/payments';
import { SUM_PREFIX } from './claims';

/** @param receivedAt when the event was stored (ms), which is the nearest known to its time */
export function completeEvent(event: PaymentEvent, receivedAt: number): PaymentEvent {
  switch (event.type) {
    case 'refunded': {
      const { claimId, purchaseId, paymentId } = event;
      if (claimId.startsWith(SUM_PREFIX)) return { type: 'refunds-changed', purchaseId, paymentId };
      return { ...{ state: 'stands', currency: null, at: receivedAt }, ...event };
    }
    case 'disputed':
      return { ...{ currency: null, at: receivedAt }, ...event };
    default:
      return event;
  }
}
