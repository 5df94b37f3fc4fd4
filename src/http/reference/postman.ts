/**
 * Builds a Postman collection (v2.1) from the OpenAPI document: a folder per tag, and a request per endpoint with its
 * body, parameters and token. It runs from top to bottom: the first folder signs in, the last one signs out.
 */
import type { OpenApiDocument } from '../openapi';
import { isRecord, type JsonSchema } from './examples';
import { FIRST_REQUESTS, scriptOf, VARIABLES } from './postman-start';

/** Requests that end a session or an account come last and in this order, because the others need its token. */
const LAST: readonly string[] = ['endAuthSession', 'changePassword', 'deleteAccount', 'signOut', 'logOut'];
const LAST_FOLDER = 'At the end';

/** Whose token a request needs, by who may call: everyone else sends the viewer's. */
const TOKENS: Readonly<Record<string, string>> = {
  creator: 'creatorToken',
  dj: 'creatorToken',
  performer: 'creatorToken',
  guide: 'creatorToken',
  staff: 'ownerToken',
};

/** Paths that name a person: the creator whom the first folder signed in. */
const CREATOR_AT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...['/users/{id}', '/users/{id}/sessions', '/users/{id}/products', '/content/users/{userId}/posts'],
      ...['/social/follow/{userId}', '/social/block/{userId}', '/social/followers/{userId}'],
      ...['/social/following/{userId}', '/payment/tiers/{creatorId}'],
    ].map((path) => [path, '{{creatorId}}']),
  ),
  '/social/creator/{username}': '{{creatorName}}',
};

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly example?: unknown;
}

/** The parts of an operation that a request is made of. */
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security?: readonly object[];
  readonly 'x-who'?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema?: JsonSchema; example?: unknown }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Folder {
  readonly name: string;
  readonly description?: string | undefined;
  readonly item: object[];
}

export function postmanCollection(document: OpenApiDocument, origin: string) {
  const schemas = (document.components?.schemas ?? {}) as Readonly<Record<string, JsonSchema>>; // made from zod's
  const folders = new Map<string, Folder>(
    document.tags?.map(({ name, description }) => [name, { name, description, item: [] }]),
  );
  const last: Folder = { name: LAST_FOLDER, description: 'Ends what the other requests need.', item: [] };
  for (const [path, item] of Object.entries(document.paths ?? {}))
    for (const [method, page] of Object.entries(item)) {
      if (!isOperation(page)) continue; // servers, parameters
      const base = item.servers ? '{{origin}}' : '{{origin}}/api/v1';
      const request = requestOf(page, method, base, path, schemas);
      const place = LAST.findIndex((id) => page.operationId.startsWith(id));
      if (place === -1) folders.get(page.tags[0] ?? '')?.item.push(request);
      else last.item[place] = request;
    }
  return {
    info: {
      name: document.info.title,
      description:
        'Run it from top to bottom against `npm start`. Fill in the variables `demoPassword` and `ownerCode` first: `npm start` prints both.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: bearer('accessToken'),
    variable: [{ key: 'origin', value: origin }, ...VARIABLES],
    item: [FIRST_REQUESTS, ...[...folders.values()].filter(({ item }) => item.length > 0), last],
  };
}

function isOperation(page: unknown): page is Operation {
  return isRecord(page) && 'operationId' in page;
}

function requestOf(
  page: Operation,
  method: string,
  base: string,
  path: string,
  schemas: Readonly<Record<string, JsonSchema>>,
): object {
  const { summary, description, parameters = [], responses } = page;
  return {
    name: summary,
    event: [scriptOf('test', documentedOnly(responses))],
    request: {
      method: method.toUpperCase(),
      description,
      url: urlOf(base, path, parameters),
      ...bodyOf(page, parameters, schemas),
      auth: authOf(page),
    },
  };
}

function urlOf(base: string, path: string, parameters: readonly Parameter[]) {
  const asPath = path.replaceAll(/\{(\w+)\}/g, ':$1');
  const named = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const query = named('query').map(({ name, example, description, required }) => ({
    key: name,
    value: textOf(example),
    description,
    ...(required ? {} : { disabled: true }), // tick those that you want
  }));
  const sent = query.filter(({ disabled }) => !disabled).map(({ key, value }) => `${key}=${encodeURIComponent(value)}`);
  const [host = '', ...segments] = `${base}${asPath}`.split('/');
  return {
    raw: `${base}${asPath}${sent.length > 0 ? `?${sent.join('&')}` : ''}`,
    host: [host],
    path: segments,
    query,
    variable: named('path').map(({ name, example, description }) => ({
      key: name,
      value: CREATOR_AT[path] ?? textOf(example),
      description,
    })),
  };
}

/** The body and the headers. Postman writes a form's Content-Type itself, with its boundary. */
function bodyOf(
  { requestBody }: Operation,
  parameters: readonly Parameter[],
  schemas: Readonly<Record<string, JsonSchema>>,
) {
  const header = parameters
    .filter((parameter) => parameter.in === 'header')
    .map(({ name, description }) => ({ key: name, value: '{{$guid}}', description }));
  const [[type, media] = []] = Object.entries(requestBody?.content ?? {});
  if (type === undefined || !media) return { header };
  if (type === 'multipart/form-data') return { header, body: { mode: 'formdata', formdata: formOf(media, schemas) } };
  return {
    header: [...header, { key: 'Content-Type', value: type }],
    body: {
      mode: 'raw',
      raw: JSON.stringify(media.example ?? {}, asSent, 2),
      options: { raw: { language: 'json' } },
    },
  };
}

function formOf(
  { schema = {}, example }: { schema?: JsonSchema; example?: unknown },
  schemas: Readonly<Record<string, JsonSchema>>,
) {
  const { properties = {} } = schemas[schema.$ref?.replace('#/components/schemas/', '') ?? ''] ?? schema;
  const values = isRecord(example) ? example : {};
  return Object.keys(properties).map((key) =>
    key in values ? { key, type: 'text', value: textOf(values[key]) } : { key, type: 'file', src: [] },
  );
}

function authOf({ security = [], 'x-who': who = '' }: Operation) {
  const takesToken = security.some((need) => 'bearer' in need);
  return takesToken ? bearer(TOKENS[who] ?? 'accessToken') : { type: 'noauth' };
}

function bearer(variable: string) {
  return { type: 'bearer', bearer: [{ key: 'token', value: `{{${variable}}}`, type: 'string' }] };
}

/** Providers only send people back to the platform's own addresses. */
const RETURNS_HERE: ReadonlySet<string> = new Set(['successUrl', 'cancelUrl', 'returnUrl']);

/** A planned time has to lie ahead whenever the collection runs: its first request sets both variables. */
function asSent(name: string, value: unknown): unknown {
  if (RETURNS_HERE.has(name)) return '{{origin}}/thanks';
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T/.test(value)) return value;
  return /until|end/i.test(name) ? '{{later}}' : '{{soon}}';
}

function textOf(example: unknown): string {
  return typeof example === 'string' ? example : JSON.stringify(example ?? '');
}

/** Postman's tests: only what the reference says is answered. */
function documentedOnly(responses: Readonly<Record<string, unknown>>): string[] {
  const statuses = Object.keys(responses).join(', ');
  return [
    'pm.test("The status is in the reference", function () {',
    `  if (![${statuses}].includes(pm.response.code)) throw new Error("It is " + pm.response.code);`,
    '});',
  ];
}
