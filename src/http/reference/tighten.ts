/**
 * Says in the document what zod checks beyond its JSON Schema: whole numbers are safe integers, ids have a version, and
 * times have whole seconds below 60. So a request that the document allows is not refused for its form.
 */
import { isIdField } from '../fold-ids';
import { isRecord } from './examples';

const UUID =
  '^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|0{8}-(0{4}-){3}0{12}|f{8}-(f{4}-){3}f{12})$';
const TIME = '^\\d{4}-\\d{2}-\\d{2}T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$';

/** NOTE: `.nullable()` on a named schema becomes an `allOf` with it, which null never passes. */
function repairNullable(schema: Record<string, unknown>): void {
  if (!Array.isArray(schema.allOf) || schema.allOf.length !== 2) return;
  const [named, other] = schema.allOf;
  if (!isRecord(named) || !isRecord(other) || named.$ref === undefined || !Array.isArray(other.type)) return;
  if (!other.type.includes('null')) return;
  const { type: _, ...more } = other;
  delete schema.allOf;
  Object.assign(schema, more, { anyOf: [named, { type: 'null' }] });
}

/** Changes all schemas in this value. Does not look into examples. */
export function tighten(value: unknown): void {
  if (Array.isArray(value)) for (const inside of value) tighten(inside);
  if (!isRecord(value)) return;
  repairNullable(value);
  const types = [value.type].flat();
  // `.nullable()` leaves a list of values from `.openapi` as it was.
  if (types.includes('null') && Array.isArray(value.enum) && !value.enum.includes(null))
    value.enum = [...value.enum, null];
  if (types.includes('integer')) {
    if (value.exclusiveMinimum === undefined) value.minimum ??= Number.MIN_SAFE_INTEGER;
    if (value.exclusiveMaximum === undefined) value.maximum ??= Number.MAX_SAFE_INTEGER;
  }
  if (types.includes('string') && value.format === 'uuid') value.pattern ??= UUID;
  if (types.includes('string') && value.format === 'date-time') value.pattern ??= TIME;
  for (const [name, inside] of Object.entries(value)) if (name !== 'example' && name !== 'examples') tighten(inside);
}

/** As `readTexts` reads them: ids are stricter. Lone surrogates cannot be sent as JSON. */
const ID = '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]*$';
const TEXT = '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$';

/**
 * Says which characters a text of a request may have, where its schema says nothing.
 * @param name of the field @param resolve finds a named schema; it is changed too
 */
export function keepReadable(
  schema: unknown,
  name: string,
  resolve: (reference: string) => unknown,
  seen = new Set<unknown>(),
): void {
  if (!isRecord(schema) || seen.has(schema)) return;
  seen.add(schema);
  if (typeof schema.$ref === 'string') keepReadable(resolve(schema.$ref), name, resolve, seen);
  const isFree = schema.pattern === undefined && schema.enum === undefined && schema.format === undefined;
  if ([schema.type].flat().includes('string') && isFree) schema.pattern = isIdField(name) ? ID : TEXT;
  for (const [field, inside] of Object.entries(isRecord(schema.properties) ? schema.properties : {}))
    keepReadable(inside, field, resolve, seen);
  for (const inside of [schema.items, schema.additionalProperties]) keepReadable(inside, name, resolve, seen);
  for (const list of [schema.anyOf, schema.oneOf, schema.allOf])
    for (const inside of Array.isArray(list) ? list : []) keepReadable(inside, name, resolve, seen);
}
