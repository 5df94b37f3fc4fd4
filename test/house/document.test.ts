/** The document takes what the server takes: each example is changed as people and programs err, and judged by both. */
import { z } from '@hono/zod-openapi';
import type { ErrorObject } from 'ajv';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { readProjectFile } from '#test/support/sources';
import { describeApi, endpoints } from '@/app';
import { NewProductFields } from '@/domains/money/products/form-schemas';
import type { Endpoint } from '@/http/endpoint';
import { AppError } from '@/http/errors';
import { readTexts } from '@/http/fold-ids';
import { parse } from '@/http/validation';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly example: unknown;
  readonly schema: { readonly type?: string | readonly string[] };
}
interface Operation {
  readonly operationId?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example: unknown } | undefined>> };
}
interface Exception {
  readonly check: string;
  readonly operation: string;
  readonly detail: string;
}

// As clients get it.
const document = JSON.parse(JSON.stringify(describeApi())) as { paths: Record<string, Record<string, Operation>> };
const exceptions = (
  JSON.parse(readProjectFile('test/schemathesis/exceptions.json')) as { exceptions: Exception[] }
).exceptions.filter(({ check }) => check === 'accepts_valid_data');

const ajv = addFormats(new Ajv({ strict: false, logger: false, verbose: true }));
ajv.addSchema({ $id: 'document', ...document });
/** The server reads them more kindly than they say: blanks around an address, letters of any script in a URL. */
const KINDLY_READ = ['email', 'uri'];

/** @param path of a schema in the document */
function faultsBy(path: readonly (string | number)[], value: unknown): ErrorObject[] {
  const pointer = path.map((name) => encodeURIComponent(String(name).replaceAll('~', '~0').replaceAll('/', '~1')));
  const validate = ajv.getSchema(`document#/${pointer.join('/')}`);
  if (!validate) throw new Error(`No schema at ${path.join(' ')}`);
  validate(value);
  return validate.errors ?? [];
}

/** The refused fields, as the server words them. */
function faultsOf(schema: z.ZodType, value: unknown): string[] {
  try {
    parse(schema, readTexts(value));
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return (error.details as { path: string; message: string }[]).map(({ path, message }) => `${path}: ${message}`);
  }
}

const slipsOfText = (text: string): unknown[] => [
  ...[` ${text}`, `${text} `, `${text}\n`, `${text}\u00a0`, `${text}\u200b`, `${text}\u202e`, `${text}\u0085`],
  ...[
    text.toUpperCase(),
    text.toLowerCase(),
    `${text.slice(0, 3)}-${text.slice(3)}`,
    `${text.slice(0, 3)} ${text.slice(3)}`,
  ],
  ...[
    '',
    '   ',
    'x',
    '0x10',
    '1e1',
    '+1',
    '🎧'.repeat(31),
    `${text}é`,
    `${text}م`,
    `${text}\u000b`,
    `@${text}`,
    `${text}/`,
  ],
  ...[`${text}${'a'.repeat(300)}`, `${text}${'a'.repeat(3_000)}`, 7],
];
const slipsOfNumber = (number: number): unknown[] => [
  ...[number + 0.5, number + 0.001, -number - 1, 0, 1, 1_000_001, 1e15, Number.MAX_SAFE_INTEGER, 1e21, String(number)],
];

/** Every value with one slip in it. */
function* slipsOf(value: unknown): Generator<unknown> {
  if (typeof value === 'string') yield* slipsOfText(value);
  else if (typeof value === 'number') yield* slipsOfNumber(value);
  else if (typeof value === 'boolean') yield* [!value, String(value), 1];
  else if (Array.isArray(value)) {
    yield* [[], [...value, ...value], Array(1_001).fill(value[0] ?? 'a'), [...value, null], value[0] ?? 'a'];
    for (const [index, item] of value.entries()) for (const slip of slipsOf(item)) yield value.with(index, slip);
  } else if (typeof value === 'object' && value !== null) {
    yield* [{ ...value, unknownField: 1 }, {}, []];
    for (const [name, inside] of Object.entries(value)) {
      const { [name]: _, ...rest } = value as Record<string, unknown>;
      yield* [rest, { [name]: inside }, { ...value, [name]: null }];
      for (const slip of slipsOf(inside)) yield { ...value, [name]: slip };
    }
  }
  if (typeof value !== 'object') yield* [null, {}];
}

interface Judged {
  readonly operationId: string;
  readonly path: readonly (string | number)[];
  readonly schema: z.ZodType;
}

/** Where the two differ. @param sent what the server gets @param meant the same, in the types of the document */
function differences({ operationId, path, schema }: Judged, sent: unknown, meant: unknown): string[] {
  const faults = faultsOf(schema, sent);
  const value = JSON.stringify(sent).slice(0, 300);
  const [refused] = faultsBy(path, meant);
  if (faults.length === 0) {
    return refused && !KINDLY_READ.includes(refused.parentSchema?.format)
      ? [`the document refuses ${value}: ${refused.instancePath} ${refused.message}`]
      : [];
  }
  if (refused) return [];
  const unsaid = faults.filter(
    (fault) =>
      !exceptions.some(({ operation, detail }) => RegExp(operation).test(operationId) && RegExp(detail).test(fault)),
  );
  return unsaid.map((fault) => `the server refuses ${value}: ${fault}`);
}

/** The pages by their operation. A path of the document may name its parameters otherwise than the endpoint does. */
const pages = new Map(
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, page]) => [page.operationId, { path: ['paths', path, method], ...page }] as const,
    ),
  ),
);

function pageOf({ operationId }: Pick<Endpoint, 'operationId'>) {
  const page = pages.get(operationId);
  if (!page) throw new Error(`${operationId} is not in the document`);
  return page;
}

const bodies = endpoints.flatMap((endpoint) => {
  const { operationId } = endpoint;
  const { path, requestBody } = pageOf(endpoint);
  const schema = endpoint.body ?? endpoint.upload?.json;
  const example = requestBody?.content['application/json']?.example;
  const inside = [...path, 'requestBody', 'content', 'application/json', 'schema'];
  return schema && example !== undefined
    ? [[operationId, { operationId, path: inside, schema }, example] as const]
    : [];
});

describe('a slip in a body', () => {
  it.each(bodies)('is judged as the document says: %s', (_, judged, example) => {
    const found = [...slipsOf(example)].flatMap((slip) => differences(judged, slip, slip));
    expect([...new Set(found)]).toEqual([]);
  });
});

describe('a slip in the form of a product', () => {
  const operationId = 'createProduct';
  const { path, requestBody } = pageOf({ operationId });
  const type = 'multipart/form-data';
  const judged = {
    operationId,
    path: [...path, 'requestBody', 'content', type, 'schema'],
    schema: NewProductFields,
  };
  const example = requestBody?.content[type]?.example as Record<string, unknown>; // the form is an object
  // The largest stock, price and number for one buyer, and one more.
  const numbers = ['0', '1', '1000', '1001', '1000000', '1000001', '999999999999', '1000000000000'];

  it.each(['title', 'priceMinor', 'currency', 'stock', 'perBuyerMax', 'kind', 'status', 'availableAt'])(
    'is judged as the document says: %s',
    (field) => {
      const slips = [...slipsOfText(String(example[field] ?? '1')), ...numbers].filter(
        (slip) => typeof slip === 'string',
      );
      const found = slips.flatMap((slip) => {
        const sent = { ...example, [field]: slip };
        return differences(judged, sent, sent);
      });
      expect(found).toEqual([]);
    },
  );
});

/** A parameter's text, in the type of the document. */
function meantBy({ schema: { type = [] } }: Parameter, text: string): unknown {
  const types = [type].flat();
  const isNumber = types.includes('integer') || types.includes('number');
  if (isNumber && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return types.includes('boolean') && ['true', 'false'].includes(text) ? text === 'true' : text;
}

const parameters = endpoints.flatMap((endpoint) => {
  const { operationId, query } = endpoint;
  const { path, parameters: list = [] } = pageOf(endpoint);
  return list.flatMap((parameter, index) => {
    const { name } = parameter;
    const shape: z.ZodRawShape = query instanceof z.ZodObject ? query.shape : {};
    if (parameter.in !== 'query' || !shape[name]) return [];
    const schema = z.object({ [name]: shape[name] }); // alone, since a rule between two says nothing about one
    const judged = { operationId, path: [...path, 'parameters', index, 'schema'], schema };
    return [[`${operationId} ${name}`, judged, parameter] as const];
  });
});

describe('a slip in a query', () => {
  it.each(parameters)('is judged as the document says: %s', (_, judged, parameter) => {
    const found = slipsOfText(String(parameter.example))
      .filter((slip) => typeof slip === 'string')
      .flatMap((slip) => differences(judged, { [parameter.name]: slip }, meantBy(parameter, slip)));
    expect(found).toEqual([]);
  });
});

it('the document is judged as a whole: nearly all endpoints with a body are in it', () => {
  expect(bodies.length).toBeGreaterThan(140);
  expect(parameters.length).toBeGreaterThan(300);
});
