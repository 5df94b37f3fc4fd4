/**
 * Reads a provider's verified event. If we apply its kind but do not know its shape, it becomes `unreadable` with the
 * reason, so that it is kept for staff and can be read again by a version that knows more. Takes no Context.
 */
import { z } from '@hono/zod-openapi';
import { isValid } from 'date-fns';
import type { PaymentEvent, PaymentWebhook } from '@/contracts/payments';
import type { Unreadable } from '@/contracts/unreadable';

const REASON_CHARACTERS_MAX = 300;
const ISSUES_MAX = 5;
const ID_CHARACTERS_MAX = 255;

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

type FieldOf<Event> = Event extends unknown ? Exclude<keyof Event, 'type'> : never;
type Rule = readonly [isSound: (value: unknown) => boolean, otherwise: string];

const AN_ID: Rule = [isId, 'is not an id'];
const AN_ID_OR_NULL: Rule = [(value) => value === null || isId(value), 'is not an id'];
const A_FLAG: Rule = [(value) => typeof value === 'boolean', 'is not true or false'];

const A_NUMBER: Rule = [Number.isSafeInteger, 'is not a whole number'];

const RULES: Readonly<Record<FieldOf<PaymentEvent>, Rule>> = {
  ...{ purchaseId: AN_ID_OR_NULL, paymentId: AN_ID_OR_NULL, checkoutId: AN_ID_OR_NULL },
  ...{ claimId: AN_ID, accountId: AN_ID, payoutId: AN_ID, reference: AN_ID, state: AN_ID },
  ...{ payoutsEnabled: A_FLAG, isWhole: A_FLAG },
  ...{ amountMinor: A_NUMBER, taxMinor: A_NUMBER, shippingMinor: A_NUMBER },
  address: [(value) => typeof value === 'object' && value !== null, 'is not an address'],
  at: [(value) => Number.isSafeInteger(value) && isValid(new Date(Number(value))), 'is not a time'],
  currency: [(value) => value === null || /^[A-Z]{3}$/.test(String(value)), 'is not a currency'],
};

/** SDKs type the providers' objects without checking them. */
function requireSound(event: PaymentEvent): void {
  for (const [field, [isSound, otherwise]] of Object.entries(RULES)) {
    if (!(field in event)) continue;
    const value: unknown = Reflect.get(event, field);
    if (value === undefined || value === '') throw new Error(`${field} is missing`);
    if (!isSound(value)) throw new Error(`${field} ${otherwise}`);
  }
}

/** Providers' ids have fewer than a hundred characters. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= ID_CHARACTERS_MAX;
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues
      .slice(0, ISSUES_MAX)
      .map(({ path, message }) => `${path.join('.')}: ${message}`)
      .join('; ');
  // JavaScript's own errors are about our code, and say nothing to staff.
  if (error instanceof TypeError || error instanceof RangeError) return 'It does not have the shape that we know.';
  return error instanceof Error ? error.message : String(error);
}
