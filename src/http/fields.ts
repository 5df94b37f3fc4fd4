/** Text fields: folded first, then counted in code points, and without control characters. */
import { z } from '@hono/zod-openapi';
import {
  countCharacters,
  foldBlanks,
  foldText,
  hasControlCharacters,
  PASTED_BLANKS,
  WITHOUT_CONTROL,
  withoutInvisible,
} from '@/shared/text';

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** A text that may have line breaks. @param min 0: may be empty */
export function aText(max: number, min = 0, fold = foldText) {
  return z
    .string()
    .overwrite(fold)
    .refine(
      (text) => countCharacters(text) >= min,
      min === 1 ? 'must not be empty' : `must have at least ${min} characters`,
    )
    .refine((text) => countCharacters(text) <= max, `must have at most ${max} characters`)
    .refine((text) => !hasControlCharacters(text), 'must not hold control characters')
    .openapi({ minLength: min, maxLength: max, pattern: WITHOUT_CONTROL });
}

/** The pattern of a text that people paste with blanks around it. @param pattern of the text between them */
export function pastedPattern(pattern: string): string {
  return `^[${PASTED_BLANKS}]*${pattern}[${PASTED_BLANKS}]*$`;
}

/** The pattern of a code, whose signs people write with blanks and hyphens between them. @param sign matches one */
export function pastedCodePattern(sign: string, min: number, max = min): string {
  return `^[${PASTED_BLANKS}-]*(?:${sign}[${PASTED_BLANKS}-]*){${min},${max}}$`;
}

/**
 * A number in a query or a form, in decimal digits. `z.coerce` would also read `0x10`, `1e1` and `+1`, and an empty text
 * as 0.
 */
export function inQuery<T extends z.ZodNumber>(number: T) {
  return z.preprocess((text) => (typeof text === 'string' && DECIMAL.test(text) ? Number(text) : text), number);
}

/** A name or a title: not empty, and one line. */
export function aLine(max: number, min = 1, fold = foldText) {
  return aText(max, min, fold).refine((text) => !/[\n\t]/.test(text), 'must be one line');
}

/** Room for letters of any script, each of which `URL` writes as up to twelve characters. */
const URL_CHARACTERS_MAX = 2_000;

/**
 * A link as `URL` writes it: marks that turn the direction of a text are escaped, and the letters of a host that look
 * like others are Punycode. What is no URL stays as it is, for the rule that refuses it.
 * @param max characters of the link as `URL` writes it: what was accepted once is accepted when it comes back
 */
export function aLink(max: number) {
  return z.string().trim().overwrite(asHref).max(max, `must have at most ${max} characters as a URL`);
}

/** Backslashes and blanks inside mislead readers, so `URL` must not repair them. */
export function asHref(text: string): string {
  return misleads(text) ? text : (URL.parse(text)?.href ?? text);
}

/** Some readers of URLs find another host in it than `URL` does. */
export function misleads(link: string): boolean {
  return /[\s\\]/.test(link);
}

/** A token or a cursor that this API gave out, and that only it reads. */
export function aToken(max: number) {
  return z.string().max(max).overwrite(withoutInvisible);
}

/** A link that is shown to others. */
export const publicHttpsUrl = aLink(URL_CHARACTERS_MAX)
  .refine(isPublicHttpsUrl, 'must be an https URL of a public host, without a user name')
  .openapi({ format: 'uri' });

/** Names that resolve only inside someone's own network (RFC 6761, 6762, 8375). */
const PRIVATE_NAMES = /\.(local|localhost|internal|home\.arpa|lan|intranet|corp)$/;

/** Rejects misleading addresses: a user name before an @ looks like the host. */
export function isPublicHttpsUrl(text: string): boolean {
  if (misleads(text) || !URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  const isPublic = /\.[a-z0-9-]*[a-z][a-z0-9-]*$/.test(hostname) && !PRIVATE_NAMES.test(hostname);
  return protocol === 'https:' && username === '' && password === '' && isPublic;
}

/** The price that the buyer was shown, in coins. */
export const expectedCoins = z
  .int()
  .min(0)
  .optional()
  .openapi({
    description:
      'The total price that you were shown. If the price is another one now, nothing is charged: 409 `PRICE_CHANGED`, ' +
      'with the new price as `{ coins }` in the details.',
  });

const SEARCH_CHARACTERS_MAX = 100;

/** A search text. It finds nothing if it has no words, or only invisible ones. */
export const searchText = aLine(SEARCH_CHARACTERS_MAX, 1, foldBlanks);

/** An optional search text. A blank one does not filter. */
export const optionalSearchText = aLine(SEARCH_CHARACTERS_MAX, 0, foldBlanks)
  .transform((text) => text || undefined)
  .optional();
