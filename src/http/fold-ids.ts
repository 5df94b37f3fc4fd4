/**
 * What every JSON body, form and query goes through before its schema: ids are lower case, and clients may send them in
 * capitals; and no text has characters that D1 does not return as written.
 */
import { hasControlCharacters } from '@/shared/text';
import { refuseFields } from './validation';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/**
 * `id`, `userId`, `mediaUploadIds`, and the fields that are ids by another name: elsewhere, something that looks like an
 * id may be a text or a password.
 */
const ID_FIELD = /^(ids?|coHosts|replyTo)$|Ids?$/;
/** NUL and its like, and lone surrogates. Texts are stricter, and codes may come with invisible marks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const UNREADABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\p{Surrogate}]/u;

export function isIdField(name: string): boolean {
  return ID_FIELD.test(name);
}

/** @param value of a field that is an id, or may be one */
export function foldId(value: string): string {
  return UUID.test(value) ? value.toLowerCase() : value;
}

/** Folds the ids in a query or in JSON. @param name the field that holds the value */
export function foldIds(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return isIdField(name) ? foldId(value) : value;
  if (Array.isArray(value)) return value.map((item) => foldIds(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, foldIds(inside, key)]));
}

/** Folds the ids. Throws VALIDATION_FAILED, for a text that nobody could read, or an id with control characters. */
export function readTexts(value: unknown): unknown {
  const problems = unreadableIn(value, [], '');
  if (problems.length > 0)
    throw refuseFields(problems.map((path) => ({ path, message: 'must not hold control characters' })));
  return foldIds(value);
}

/** @param name the field that holds the value @returns the paths of texts */
function unreadableIn(value: unknown, path: readonly string[], name: string): (readonly string[])[] {
  if (typeof value === 'string')
    return UNREADABLE.test(value) || (isIdField(name) && hasControlCharacters(value)) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) =>
    unreadableIn(inside, [...path, key], Array.isArray(value) ? name : key),
  );
}
