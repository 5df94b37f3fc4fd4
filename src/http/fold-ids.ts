/** Ids are lower case, and clients may send them in capitals: they are folded at the border, once for all endpoints. */
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** `id`, `userId`, `mediaUploadIds`: elsewhere, something that looks like an id may be a text or a password. */
const ID_FIELD = /^ids?$|Ids?$/;

/** @param value of a field that is an id, or may be one */
export function foldId(value: string): string {
  return UUID.test(value) ? value.toLowerCase() : value;
}

/** Folds the ids in a query or in JSON. @param name the field that holds the value */
export function foldIds(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return ID_FIELD.test(name) ? foldId(value) : value;
  if (Array.isArray(value)) return value.map((item) => foldIds(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, foldIds(inside, key)]));
}
