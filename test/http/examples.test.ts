/** Every page of the reference has examples, and each passes the schema that it stands beside. */
import { z } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { endpoints as apiEndpoints, describeApi } from '@/app';
import { healthEndpoints } from '@/domains/operations/platform/routes';
import type { Endpoint } from '@/http/endpoint';
import { ErrorEnvelope } from '@/http/envelope';
import type { Page } from '@/http/reference/complete';
import type { JsonSchema } from '@/http/reference/examples';
import { TAGS } from '@/http/reference/tags';

const endpoints = [...apiEndpoints, ...healthEndpoints];
const document = describeApi();

type Answers = NonNullable<Page['responses']>;

const pages = new Map(
  Object.values(document.paths ?? {})
    .flatMap((item) => Object.values(item) as (Page & { operationId?: string })[]) // made of the same endpoints
    .map((page) => [page.operationId, page]),
);

function pageOf({ operationId }: Pick<Endpoint, 'operationId'>): Page {
  return pages.get(operationId) ?? {};
}

/** The page's responses, the shared ones too. */
function answersOf(endpoint: Endpoint): Answers {
  const shared = document.components?.responses as Answers;
  const resolve = (answer: { $ref?: string }) =>
    answer.$ref === undefined ? answer : shared[answer.$ref.replace('#/components/responses/', '')];
  return Object.fromEntries(
    Object.entries(pageOf(endpoint).responses ?? {}).map(([status, answer]) => [status, resolve(answer) ?? {}]),
  );
}

const named = (list: Endpoint[]) => list.map((endpoint) => [endpoint.operationId, endpoint] as const);
const problemsOf = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues ?? [];

describe('an example', () => {
  it.each(named(endpoints.filter(({ body }) => body)))('of a body passes its schema: %s', (_, endpoint) => {
    const example = pageOf(endpoint).requestBody?.content['application/json']?.example;
    expect(problemsOf(endpoint.body ?? z.never(), example), JSON.stringify(example)).toEqual([]);
  });

  it.each(named(endpoints.filter(({ upload }) => upload?.json)))('of an upload passes: %s', (_, endpoint) => {
    const example = pageOf(endpoint).requestBody?.content['application/json']?.example;
    expect(problemsOf(endpoint.upload?.json ?? z.never(), example), JSON.stringify(example)).toEqual([]);
  });

  it.each(named(endpoints.filter(({ params, query }) => params ?? query)))(
    'of a parameter passes: %s',
    (_, endpoint) => {
      for (const [place, schema] of Object.entries({ path: endpoint.params, query: endpoint.query })) {
        const own = (pageOf(endpoint).parameters ?? []).filter((parameter) => parameter.in === place);
        if (!(schema instanceof z.ZodObject)) continue;
        for (const { name, example } of own) {
          const shape: z.ZodType | undefined = schema.shape[name] ?? Object.values<z.ZodType>(schema.shape)[0]; // renamed
          const sent = typeof example === 'boolean' ? String(example) : example;
          expect(problemsOf(shape ?? z.never(), sent), `${name}: ${JSON.stringify(example)}`).toEqual([]);
        }
      }
    },
  );

  it.each(named(endpoints))('of an answer passes its schema: %s', (_, endpoint) => {
    const { status = 200, response, also, contentType } = endpoint;
    for (const [code, { content = {} }] of Object.entries(answersOf(endpoint))) {
      const example = content['application/json']?.example;
      if (example === undefined) continue; // a page or a file
      if (Number(code) >= 400) expect(problemsOf(ErrorEnvelope, example)).toEqual([]);
      else if (contentType === undefined) {
        const shape = also?.status === Number(code) ? (also.response ?? response) : response;
        const { data } = example as { data: unknown };
        expect(problemsOf(shape, data), JSON.stringify(data)).toEqual([]);
        expect([status, also?.status]).toContain(Number(code));
      }
    }
  });

  it.each(named(endpoints))('stands in every answer with a body: %s', (_, endpoint) => {
    const { requestBody } = pageOf(endpoint);
    const answers = Object.values(answersOf(endpoint)).flatMap(({ content = {} }) => Object.entries(content));
    for (const [type, { example }] of [...answers, ...Object.entries(requestBody?.content ?? {})])
      if (!type.startsWith('audio/')) expect(example, type).toBeDefined();
    for (const { name, example } of pageOf(endpoint).parameters ?? []) expect(example, name).toBeDefined();
  });
});

/** By a schema of the document. */
function takesNull({ $ref, type, allOf, anyOf, oneOf, enum: values }: JsonSchema): boolean {
  if (allOf) return allOf.every(takesNull);
  if ($ref !== undefined) {
    const named = document.components?.schemas?.[$ref.replace('#/components/schemas/', '')];
    return takesNull(named as JsonSchema); // made from zod's
  }
  const alternatives = anyOf ?? oneOf;
  if (alternatives && type === undefined) return alternatives.some(takesNull);
  if (values?.includes(null)) return true;
  return type === undefined || [type].flat().includes('null');
}

describe('a field of a body', () => {
  it.each(named(endpoints.filter(({ body }) => body)))(
    'takes null, and times of any zone, where the reference says so: %s',
    (_, { body, ...endpoint }) => {
      if (!(body instanceof z.ZodObject)) return;
      const schema = pageOf(endpoint as Endpoint).requestBody?.content['application/json']?.schema ?? {};
      const known = schema.$ref === undefined ? schema : document.components?.schemas?.[schema.$ref.slice(21)];
      const { properties = {} } = known as JsonSchema;
      for (const [name, field] of Object.entries<z.ZodType>(body.shape))
        expect([name, takesNull(properties[name] ?? {})]).toEqual([name, field.safeParse(null).success]);
      const times = Object.entries<z.ZodType>(body.shape).filter(([name]) => properties[name]?.format === 'date-time');
      for (const [name, field] of times)
        expect([name, field.safeParse('2030-11-23T18:00:00+02:00').success]).toEqual([name, true]);
    },
  );
});

it('no two paths differ only in the names of their parameters', () => {
  const shapes = Object.keys(document.paths ?? {}).map((path) => path.replaceAll(/\{\w+\}/g, '{}'));
  expect(shapes.filter((shape, at) => shapes.indexOf(shape) !== at)).toEqual([]);
});

it('every tag has its sentence', () => {
  const used = new Set(endpoints.map(({ tag }) => tag));
  expect([...used].filter((tag) => !(tag in TAGS))).toEqual([]);
  expect(document.tags?.map(({ name }) => name).toSorted()).toEqual([...used].toSorted());
  for (const { description } of document.tags ?? []) expect(description).toMatch(/^[A-Z].*\.$/);
});
