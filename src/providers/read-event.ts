/**
 * Reads a provider's verified event. If we apply its kind but do not know its shape, it becomes `unreadable` with the
 * reason, so that it is kept for staff and can be read again by a version that knows more. Takes no Context.
 */
import { z } from '@hono/zod-openapi';
import type { PaymentEvent, PaymentWebhook } from '@/contracts/payments';
import type { Unreadable } from '@/contracts/unreadable';

const REASON_CHARACTERS_MAX = 300;
const ISSUES_MAX = 5;

/** What an event's type is called if its body does not say. */
export const UNKNOWN_TYPE = 'unknown';

/** @param translate throws if the event has another shape, or names a status that we do not know */
export function readEvent(translate: () => PaymentEvent | null): PaymentWebhook['event'] {
  try {
    const event = translate();
    if (event) requireSound(event);
    return event;
  } catch (error) {
    return unreadable(error);
  }
}

/** @param because an error, or text */
export function unreadable(because: unknown): Unreadable {
  return { type: 'unreadable', reason: reasonOf(because).slice(0, REASON_CHARACTERS_MAX) };
}

/** Undefined if it is not JSON. Its error would quote the body. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** SDKs type the providers' objects without checking them. */
function requireSound(event: PaymentEvent): void {
  for (const [field, value] of Object.entries<unknown>({ ...event })) {
    if (value === undefined || value === '') throw new Error(`${field} is missing`);
    if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new Error(`${field} is not a whole number`);
    if (field === 'currency' && value !== null && !/^[A-Z]{3}$/.test(String(value)))
      throw new Error('currency is not a currency');
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues
      .slice(0, ISSUES_MAX)
      .map(({ path, message }) => `${path.join('.')}: ${message}`)
      .join('; ');
  return error instanceof Error ? error.message : String(error);
}
