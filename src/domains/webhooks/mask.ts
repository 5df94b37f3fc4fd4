/**
 * What staff may see of a webhook as it came. Only what is known to be harmless is kept: a field is masked for its
 * name, whatever is below an object that is masked goes with it, and so does text that looks like an address, a card
 * or a secret, wherever it stands.
 */
export const MASKED = '•••';

/** Names of fields, in snake case, whose whole value is masked. */
const SECRET_FIELDS =
  /(^|_)(secret|secrets|token|tokens|password|key|authorization|signature|fingerprint|cvc|cvv|pin|iban|bic|swift|ssn|tax_id|vat|dob|ip|ip_address|user_agent)(_|$)/;
const PERSONAL_FIELDS =
  /(^|_)(name|first_name|last_name|maiden_name|email|phone|phone_number|address|addresses|billing|shipping|street|city|zipcode|postal_code|person|individual|company|representative|owner|customer_details|recipient|evidence|custom_fields|custom_field_responses|statement_descriptor)(_|$)/;
const MEANS_OF_PAYMENT =
  /(^|_)(card|cards|last4|last_four|exp_month|exp_year|bank|bank_account|account_number|account_holder|routing_number|sort_code|external_accounts|payment_method_details|payment_method_options|source|wallet|iin|issuer)(_|$)/;
/** Where people find themselves again: receipts and checkouts show names and open doors. */
const LINKS = /(^|_)(url|link|href)(_|$)/;
const FIELDS = [SECRET_FIELDS, PERSONAL_FIELDS, MEANS_OF_PAYMENT, LINKS];

const TEXTS = [
  /[^\s@]+@[^\s@]+\.[^\s@]+/, // an e-mail address
  /\b\d(?:[ -]?\d){12,18}\b/, // a card's number
  /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b/, // an IBAN
  /\+\d[\d ()-]{6,}\d/, // a phone's number
  /\b(?:sk|rk|pk|whsec)_\w+/, // keys of the providers
  /_secret_/,
  /\beyJ[\w-]+\./, // a JSON Web Token
];

/** Ours are of digits and dashes too. */
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DEPTH_MAX = 12;

/** Pure. Ids, amounts, states and times stay, so that staff can follow what happened. */
export function maskReceived(value: unknown): unknown {
  return mask(value, 0);
}

function mask(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return !ID.test(value) && TEXTS.some((text) => text.test(value)) ? MASKED : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEPTH_MAX) return MASKED;
  if (Array.isArray(value)) return value.map((item) => mask(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [field, isHarmless(field, inner) ? mask(inner, depth + 1) : MASKED]),
  );
}

/** Nothing, yes and no tell nobody anything. */
function isHarmless(field: string, value: unknown): boolean {
  if (value === null || typeof value === 'boolean') return true;
  const name = field.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return !FIELDS.some((pattern) => pattern.test(name));
}
