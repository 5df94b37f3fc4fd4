/** Says in plain English why a field is refused: a message that follows the field's name. */
import type { z } from '@hono/zod-openapi';

type RawIssue = z.core.$ZodRawIssue;

export const IS_REQUIRED = 'is required';

const TYPES: Readonly<Record<string, string>> = {
  string: 'must be text',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must be an object',
  record: 'must be an object',
  null: 'must be null',
};

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'must be an id',
  email: 'must be an email address',
  url: 'must be a URL',
  datetime: 'must be a time: 2026-11-23T18:00:00Z',
  date: 'must be a date: 2026-11-23',
};

/** For a union without a sentence of its own. */
export const ONE_OF_THE_FORMS = 'must be one of the forms in the reference';

export const NOT_KNOWN = 'is not known here';

/** For a rule without a message of its own. */
export function wordIssue(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return wordType(issue);
    case 'invalid_value':
      return `must be ${oneOf(issue.values)}`;
    case 'invalid_union':
      return ONE_OF_THE_FORMS;
    case 'too_small':
      return wordBound(issue.origin, issue.minimum, issue.inclusive ? 'at least' : 'above', issue.exact);
    case 'too_big':
      return wordBound(issue.origin, issue.maximum, issue.inclusive ? 'at most' : 'below', issue.exact);
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'does not have the expected form';
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_key':
      return wordName(issue.issues[0]);
    case 'unrecognized_keys':
      return NOT_KNOWN;
    default:
      return 'is not valid';
  }
}

/** These say what a value is not, which is no help where there is none. */
const ABOUT_A_VALUE: readonly string[] = ['invalid_type', 'invalid_value', 'invalid_union', 'invalid_format'];

/** The message of an issue; of a missing field, whatever its schema says of a wrong one, that it is required. */
export function messageFor(value: unknown, { code, path, message }: z.core.$ZodIssue): string {
  const around = valueAt(value, path.slice(0, -1));
  // A text that was read as a list has no entries that could be missing.
  const isRead = around !== undefined && !isObject(around);
  const isMissing = path.length > 0 && !isRead && valueAt(value, path) === undefined;
  return isMissing && ABOUT_A_VALUE.includes(code) ? IS_REQUIRED : message;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((inside: unknown, key) => {
    const isKnown = isObject(inside) && Object.hasOwn(inside, key);
    return isKnown ? inside[key] : undefined;
  }, value);
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Says why a name that the sender gave to a field is refused. */
function wordName(fault: z.core.$ZodIssue | undefined): string {
  return fault && fault.code !== 'invalid_value' ? `has a name that ${fault.message}` : NOT_KNOWN;
}

function wordType({ expected }: Extract<RawIssue, { code: 'invalid_type' }>): string {
  return TYPES[expected] ?? 'is not of the expected type';
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

function wordBound(origin: string, bound: unknown, relation: string, isExact = false): string {
  const size = `${isExact ? 'exactly' : relation} ${bound}`;
  const one = Number(bound) === 1;
  switch (origin) {
    case 'string':
      return `must have ${size} ${one ? 'character' : 'characters'}`;
    case 'array':
    case 'set':
      return `must have ${size} ${one ? 'entry' : 'entries'}`;
    default:
      return `must be ${size}`;
  }
}
