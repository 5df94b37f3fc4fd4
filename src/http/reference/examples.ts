/**
 * Makes examples from JSON Schemas: a schema's own example, else good values by the names of its fields. A house test
 * proves that every example passes its own schema.
 */
import { idFor, valuesFor } from './values';

/** Stands for the bytes of a file. */
export const FILE = 'binary';

/** The parts of JSON Schema that the document uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** @param named the schemas that a `$ref` may name, by their whole reference */
export class Examples {
  /** The schemas that are being made: a shape may contain itself. */
  readonly #open = new Set<string>();

  constructor(private readonly named: (reference: string) => JsonSchema | undefined) {}

  /** @param name of the field, or of what it is for */
  of(schema: JsonSchema, name = ''): unknown {
    if (schema.$ref !== undefined) return this.#ofReference(schema.$ref, name);
    if (schema.example !== undefined) return schema.example;
    if (schema.examples?.[0] !== undefined) return schema.examples[0];
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return schema.enum.find((value) => value !== null) ?? null;
    if (schema.allOf) return this.#ofAll(schema.allOf, name);
    // Beside properties, alternatives only say which of them go together.
    const alternatives = schema.properties ? undefined : (schema.anyOf ?? schema.oneOf);
    if (alternatives) return this.of(alternatives.find((one) => one.type !== 'null') ?? { type: 'null' }, name);
    return this.#ofType(schema, name);
  }

  /** The names of an object's required fields. */
  requiredOf(schema: JsonSchema): readonly string[] {
    const known = schema.$ref === undefined ? schema : (this.named(schema.$ref) ?? {});
    const [first] = known.anyOf ?? known.oneOf ?? [];
    return (
      known.required ?? (first ? this.requiredOf(first) : (known.allOf ?? []).flatMap((one) => this.requiredOf(one)))
    );
  }

  #ofReference(reference: string, name: string): unknown {
    if (this.#open.has(reference)) return null;
    this.#open.add(reference);
    const example = this.of(this.named(reference) ?? {}, name);
    this.#open.delete(reference);
    return example;
  }

  #ofAll(parts: readonly JsonSchema[], name: string): unknown {
    const examples = parts.map((part) => this.of(part, name));
    return examples.every(isRecord) ? Object.assign({}, ...examples) : (examples[0] ?? null);
  }

  #ofType(schema: JsonSchema, name: string): unknown {
    switch (typeOf(schema)) {
      case 'object':
        return this.#ofObject(schema);
      case 'array':
        return this.#ofArray(schema, name);
      case 'string':
        return valuesFor(name).find((value) => isText(schema, value)) ?? textOf(schema, name);
      case 'integer':
      case 'number':
        return valuesFor(name).find((value) => isNumber(schema, value)) ?? numberOf(schema);
      case 'boolean':
        return schema.default ?? true;
      case 'null':
        return null;
      default:
        return valuesFor(name)[0] ?? {};
    }
  }

  #ofObject({ properties = {}, additionalProperties, propertyNames }: JsonSchema): Record<string, unknown> {
    const fields = Object.entries(properties).map(([field, shape]) => [field, this.of(shape, field)]);
    if (fields.length > 0 || typeof additionalProperties !== 'object') return Object.fromEntries(fields);
    const key = String(propertyNames?.enum?.[0] ?? 'size');
    return { [key]: this.of(additionalProperties, key) };
  }

  #ofArray({ items, prefixItems, minItems = 1 }: JsonSchema, name: string): unknown[] {
    if (prefixItems) return prefixItems.map((item) => this.of(item, name));
    if (!items) return [];
    const one = this.of(items, name);
    const isFree = typeof one === 'string' && !items.enum && !items.format && !items.pattern?.startsWith('^(');
    // Most lists of texts may not repeat one.
    return Array.from({ length: Math.max(1, minItems) }, (_, at) => (isFree && at > 0 ? `${one} ${at + 1}` : one));
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first type that is not null. */
export function typeOf({ type, properties, items }: JsonSchema): string | undefined {
  if (type === undefined) return properties ? 'object' : items ? 'array' : undefined;
  return typeof type === 'string' ? type : (type.find((one) => one !== 'null') ?? 'null');
}

function isText({ minLength = 0, maxLength = Infinity, pattern, format }: JsonSchema, value: unknown): boolean {
  if (typeof value !== 'string' || value.length < minLength || value.length > maxLength) return false;
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) return false;
  return format === undefined || (FORMATS[format]?.test(value) ?? true);
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  uuid: /^[\da-f-]{36}$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  'date-time': /^\d{4}-\d{2}-\d{2}T/,
  uri: /^[a-z]+:\/\//,
  email: /@/,
};
const BY_FORMAT: Readonly<Record<string, string>> = {
  date: '2026-11-23',
  'date-time': '2026-11-23T18:00:00.000Z',
  uri: 'https://footlight.example/shows/candlelight',
  email: 'mia@footlight.example',
  binary: FILE,
};

function textOf(schema: JsonSchema, name: string): string {
  const { format = '', minLength = 0, maxLength = Infinity, default: fallback } = schema;
  if (typeof fallback === 'string') return fallback;
  if (format === 'uuid') return idFor(name);
  return (BY_FORMAT[format] ?? 'evening').padEnd(minLength, ' evening').slice(0, maxLength);
}

function isNumber(
  { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity }: JsonSchema,
  value: unknown,
) {
  return typeof value === 'number' && value >= minimum && value <= maximum && value > exclusiveMinimum;
}

const NUMBER = 3;

function numberOf(schema: JsonSchema): number {
  const { minimum, maximum, exclusiveMinimum, default: fallback } = schema;
  if (typeof fallback === 'number') return fallback;
  if (isNumber(schema, NUMBER)) return NUMBER;
  return minimum ?? (exclusiveMinimum === undefined ? (maximum ?? NUMBER) : exclusiveMinimum + 1);
}
