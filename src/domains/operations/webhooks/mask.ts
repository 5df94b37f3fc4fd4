/**
 * Masks a raw webhook for staff. Numbers, booleans, and text that looks like a code, an id or a time stay, in fields
 * that are not about secrets, people or means of payment. Everything else is masked with all that it contains.
 */
import { parseJson } from '@/providers/read-event';

export const MASKED = '•••';

/** A field whose name contains one of these words is masked as a whole. */
const SECRET_FIELDS =
  /(^|_)(secret|secrets|token|tokens|password|key|authorization|signature|fingerprint|cvc|cvv|pin|iban|bic|swift|ssn|tax_id|vat|dob|ip|user_agent)(_|$)/;
const PERSONAL_FIELDS =
  /(^|_)(name|email|phone|address|addresses|billing|shipping|street|city|zipcode|postal_code|person|individual|company|representative|owner|customer_details|recipient|evidence|custom_fields|custom_field_responses|statement_descriptor)(_|$)/;
const MEANS_OF_PAYMENT =
  /(^|_)(card|cards|last4|last_four|exp_month|exp_year|bank|account_number|account_holder|routing_number|sort_code|external_accounts|payment_method_details|payment_method_options|source|wallet|iin|issuer)(_|$)/;
/** Links to receipts and checkouts show names and give access. */
const LINKS = /(^|_)(url|link|href)(_|$)/;
const FIELDS = [SECRET_FIELDS, PERSONAL_FIELDS, MEANS_OF_PAYMENT, LINKS];

/** Machine-readable text. What people write has spaces; mail addresses and phone numbers have other signs. */
const CODE = /^[\w.:-]{1,200}$/;
/** Our own ids; they may consist of digits and dashes alone, as a phone number does. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Codes that identify a person or give access. */
const TELLING_CODES = [
  /^\d(?:-?\d){6,}$/, // a number of a card, an account or a phone; a birthday
  /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/, // an IBAN
  /^\d{1,3}(?:\.\d{1,3}){3}$/, // an IPv4 address; the next is IPv6
  /^[0-9a-f]*:[0-9a-f:]+$/i,
  /(?:^|_)(?:sk|rk|pk|whsec|secret)_/, // API keys of providers
  /^eyJ[\w-]+\./, // a JSON Web Token
];
/** Twelve digits, as in the shortest card number. Amounts and times in seconds are smaller. */
const TELLING_NUMBER_MIN = 100_000_000_000;
const DEPTH_MAX = 12;
/** Bounds the page that staff read, of up to 100 events. An event normally has a few thousand characters. */
const BODY_CHARACTERS_MAX = 32_768;

/** @param body of a webhook, as it came */
export function maskBody(body: string): unknown {
  const received = parseJson(body);
  if (received === undefined) return { omitted: `${body.length} characters that are not JSON` };
  const masked = maskReceived(received);
  const { length } = JSON.stringify(masked);
  return length > BODY_CHARACTERS_MAX ? { omitted: `${length} characters` } : masked;
}

/** Pure. Keeps enough to follow what happened. */
export function maskReceived(value: unknown): unknown {
  return mask(value, 0);
}

function mask(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return isPlain(value) ? value : MASKED;
  if (typeof value === 'number') return Math.abs(value) < TELLING_NUMBER_MIN ? value : MASKED;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEPTH_MAX) return MASKED;
  if (Array.isArray(value)) return value.map((item) => mask(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [field, isHarmless(field, inner) ? mask(inner, depth + 1) : MASKED]),
  );
}

function isPlain(text: string): boolean {
  return CODE.test(text) && (UUID.test(text) || !TELLING_CODES.some((pattern) => pattern.test(text)));
}

/** Null and booleans reveal nothing, whatever the field. */
function isHarmless(field: string, value: unknown): boolean {
  if (value === null || typeof value === 'boolean') return true;
  const name = field.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return !FIELDS.some((pattern) => pattern.test(name));
}
