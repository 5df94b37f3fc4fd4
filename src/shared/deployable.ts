/**
 * Rules for a production configuration: secrets that are hard to guess, and public addresses with TLS. A fault names
 * variables and never contains a value.
 */
export const SECRET_CHARACTERS_MIN = 32;
const DIFFERENT_CHARACTERS_MIN = 10;

const REQUIRED = ['PUBLIC_URL', 'MAIL_FROM', 'RESEND_API_KEY', 'LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'];
const SECRETS = [
  ...['JWT_SECRET', 'JWT_SECRET_PREVIOUS', 'ENCRYPTION_KEY', 'ENCRYPTION_KEY_PREVIOUS', 'LIVEKIT_API_SECRET'],
  ...['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'DODO_API_KEY', 'DODO_WEBHOOK_SECRET', 'RESEND_API_KEY'],
  ...['VAPID_PRIVATE_KEY', 'AGORA_APP_CERTIFICATE', 'R2_SECRET_ACCESS_KEY'],
];
/** Each URL with the schemes that use TLS. */
const URLS = {
  ...{ PUBLIC_URL: ['https'], FRONTEND_URL: ['https'], CORS_ORIGIN: ['https'], MEDIA_ORIGIN: ['https'] },
  ...{ LIVEKIT_URL: ['wss', 'https'], SENTRY_DSN: ['https'] },
};
const LISTS = ['CORS_ORIGIN', 'STRIPE_WEBHOOK_SECRET'];
/** The key of `livekit-server --dev`. Its secret is too short in any case. */
const LIVEKIT_DEVELOPMENT_KEY = 'devkey';

/** Names that are not on the public internet (RFC 2606, 6761, 6762, 7686, 8375; ICANN's `internal`). */
const RESERVED = ['test', 'example', 'invalid', 'localhost', 'local', 'internal', 'home.arpa', 'onion'];
const PLACEHOLDERS = ['example.com', 'example.net', 'example.org', 'example.edu'];
const NOT_PUBLIC = 'must be at a public host, not at one for examples or in a private network';
const SENDER = /^(?:[^<>]*<([^<>@\s]+@[^<>@\s]+)>|([^<>@\s]+@[^<>@\s]+))$/;
const MAILTO = 'mailto:';

type Given = Readonly<Record<string, string>>;

/** Finds settings that are well-formed but unsafe in production. @param given no empty variables */
export function productionFaults(given: Given): string[] {
  const faults = REQUIRED.filter((name) => !given[name]).map((name) => `${name} must be set in production`);
  const { LIVEKIT_API_KEY, LIVEKIT_API_SECRET, MAIL_FROM, OWNER_EMAIL, VAPID_SUBJECT = '' } = given;
  if (LIVEKIT_API_KEY === LIVEKIT_DEVELOPMENT_KEY) faults.push("LIVEKIT_API_KEY must not be LiveKit's development key");
  if (LIVEKIT_API_SECRET && LIVEKIT_API_SECRET.length < SECRET_CHARACTERS_MIN)
    faults.push(`LIVEKIT_API_SECRET must have at least ${SECRET_CHARACTERS_MIN} characters`);
  faults.push(...secretFaults(given));
  for (const [name, schemes] of Object.entries(URLS))
    for (const url of partsOf(given, name)) faults.push(...urlFaults(name, url, schemes));
  if (MAIL_FROM) faults.push(...mailFaults('MAIL_FROM', MAIL_FROM));
  if (OWNER_EMAIL) faults.push(...mailFaults('OWNER_EMAIL', OWNER_EMAIL));
  if (VAPID_SUBJECT.startsWith(MAILTO)) faults.push(...mailFaults('VAPID_SUBJECT', VAPID_SUBJECT.slice(MAILTO.length)));
  else faults.push(...urlFaults('VAPID_SUBJECT', VAPID_SUBJECT, ['https']));
  return faults;
}

/** Checks each secret of a list separately. A secret must also differ from every other variable. */
function secretFaults(given: Given): string[] {
  const weak = SECRETS.filter((name) =>
    partsOf(given, name).some((value) => new Set(value).size < DIFFERENT_CHARACTERS_MIN),
  );
  const holders = new Map<string, string[]>();
  for (const name of Object.keys(given))
    for (const part of new Set(partsOf(given, name))) holders.set(part, [...(holders.get(part) ?? []), name]);
  const shared = [...holders.values()].filter(
    (names) => names.length > 1 && names.some((name) => SECRETS.includes(name)),
  );
  return [
    ...weak.map((name) => `${name} must have at least ${DIFFERENT_CHARACTERS_MIN} different characters`),
    ...shared.map((names) => `${names.toSorted().join(' and ')} must not be the same`),
  ];
}

/** Ignores a text that is not a URL: the parser reports it. */
function urlFaults(name: string, text: string, schemes: readonly string[]): string[] {
  const url = URL.parse(text);
  if (!url) return [];
  return [
    ...(schemes.includes(url.protocol.slice(0, -1)) ? [] : [`${name} must be ${schemes.join(': or ')}:`]),
    ...(isPublicHost(url.hostname) ? [] : [`${name} ${NOT_PUBLIC}`]),
  ];
}

/** @param text an address, or a name with the address in angle brackets */
function mailFaults(name: string, text: string): string[] {
  const [, bracketed, bare] = SENDER.exec(text) ?? [];
  const address = bracketed ?? bare;
  if (address === undefined) return [`${name} must hold an email address`];
  const domain = address.slice(address.indexOf('@') + 1);
  return isPublicHost(URL.parse(`https://${domain}`)?.hostname ?? '') ? [] : [`${name} ${NOT_PUBLIC}`];
}

/** Whether this equals, character by character, what browsers send in `Origin`. Anything else would never match. */
export function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url?.origin === text && /^https?:$/.test(url.protocol) && /^([a-z0-9.-]+|\[[0-9a-f:]+\])$/.test(url.hostname);
}

/**
 * Whether this is a public domain name. A Worker is never reached by IP address, and IPs get no lasting certificate.
 */
function isPublicHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  const isAddress = host.startsWith('[') || /^[\d.]+$/.test(host);
  const isUnder = (name: string) => host === name || host.endsWith(`.${name}`);
  return host.includes('.') && !isAddress && ![...RESERVED, ...PLACEHOLDERS].some(isUnder);
}

function partsOf(given: Given, name: string): string[] {
  const value = given[name]?.trim();
  return value ? (LISTS.includes(name) ? listOf(value) : [value]) : [];
}

/** The entries of a comma-separated list. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}
