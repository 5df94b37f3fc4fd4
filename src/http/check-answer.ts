/** Compares what an endpoint answers with its page in the reference. Only in development and in the tests. */
import type { Endpoint } from './endpoint';
import { isRecord } from './reference/examples';

/** Throws if a field is missing, of another kind, or not in the schema. */
export function checkAnswer(endpoint: Endpoint, status: number, data: unknown): void {
  const { also, response } = endpoint;
  const shape = also?.status === status ? (also.response ?? response) : response;
  const result = shape.safeParse(data);
  const name = `${endpoint.method} ${endpoint.path}`;
  if (!result.success) throw new Error(`${name} returned a shape other than declared: ${result.error.message}`);
  const undeclared = undeclaredFields(data, result.data);
  if (undeclared.length > 0)
    throw new Error(`${name} does not declare the fields that it sends: ${undeclared.join(', ')}`);
}

/**
 * The paths of the fields that the schema left out, because it does not name them.
 * @param kept the value as the schema parsed it
 */
export function undeclaredFields(sent: unknown, kept: unknown, path = ''): string[] {
  if (Array.isArray(sent) && Array.isArray(kept))
    return [...new Set(sent.flatMap((item, at) => undeclaredFields(item, kept[at], `${path}[]`)))];
  if (!isRecord(sent) || !isRecord(kept)) return [];
  return Object.entries(sent).flatMap(([field, value]) => {
    const place = path === '' ? field : `${path}.${field}`;
    if (value === undefined) return []; // JSON leaves it out
    return field in kept ? undeclaredFields(value, kept[field], place) : [place];
  });
}
