/**
 * The buyer's address in a stored event: encrypted beside the payload, so that neither the database nor staff who look at
 * the event have it in the clear. It ends with the payload, and is encrypted again when keys rotate, as originals are.
 */
import type { MediaEvent } from '@/contracts/media';
import type { PaymentEvent, PostalAddress } from '@/contracts/payments';

/** The event without its address, and the text to encrypt; undefined: it has none. */
export function withoutAddress(event: PaymentEvent | MediaEvent | null): {
  readonly payload: PaymentEvent | MediaEvent | null;
  readonly text?: string;
} {
  if (event?.type !== 'paid' || event.address === undefined) return { payload: event };
  const { address, ...payload } = event;
  return { payload, text: JSON.stringify(address) };
}

/** @param text as `withoutAddress` returned it */
export function withAddress<Event>(payload: Event, text: string): Event {
  return { ...payload, address: JSON.parse(text) as PostalAddress };
}
