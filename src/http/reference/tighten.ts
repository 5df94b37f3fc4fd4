/**
 * Says in the document what zod checks beyond its JSON Schema: whole numbers are safe integers, ids have a version, and
 * times have whole seconds below 60. So a request that the document allows is not refused for its form.
 */
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
  if (types.includes('integer')) {
    if (value.exclusiveMinimum === undefined) value.minimum ??= Number.MIN_SAFE_INTEGER;
    if (value.exclusiveMaximum === undefined) value.maximum ??= Number.MAX_SAFE_INTEGER;
  }
  if (types.includes('string') && value.format === 'uuid') value.pattern ??= UUID;
  if (types.includes('string') && value.format === 'date-time') value.pattern ??= TIME;
  for (const [name, inside] of Object.entries(value)) if (name !== 'example' && name !== 'examples') tighten(inside);
}
