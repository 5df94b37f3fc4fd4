/**
 * Builds the OpenAPI 3.1 document from the endpoints' declarations on demand, and a Postman collection from the
 * document.
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import { VERSION } from '@/shared/version';
import { describe } from './describe';
import type { Endpoint } from './endpoint';
import type { Guard } from './mount';
import { completePage, exampleMaker, type Page } from './reference/complete';
import { HEADERS } from './reference/headers';
import { shareRefusals } from './reference/share';
import { tagsOf } from './reference/tags';

export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const INFO = {
  title: 'Footlight',
  version: VERSION,
  description:
    'The backend of a live-streaming platform. Every response is `{ success, data }` or `{ success: false, error: { code, message, details } }`.',
  license: { name: 'MIT', identifier: 'MIT' },
};

/** @param api mounted at /api/v1 @param root mounted at the origin */
export function openApiDocument(api: readonly Endpoint[], root: readonly Endpoint[], guard: Guard): OpenApiDocument {
  const document = documentOf(api, '/api/v1', guard);
  const { paths = {} } = documentOf(root, '/', guard);
  for (const [path, item] of Object.entries(paths))
    document.paths = { ...document.paths, [path]: { ...item, servers: [{ url: '/' }] } };
  document.tags = tagsOf([...api, ...root]);
  const operations = Object.values(document.paths ?? {}).flatMap((item) =>
    METHODS.flatMap((method) => item[method] ?? []),
  );
  document.components = {
    ...document.components,
    headers: HEADERS,
    responses: shareRefusals(operations) as NonNullable<OpenApiDocument['components']>['responses'], // moved as they are
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'An access token, or the session token.' },
      guest: { type: 'apiKey', in: 'header', name: 'x-guest-token', description: "A guest's signed id." },
    },
  };
  return document;
}

function documentOf(endpoints: readonly Endpoint[], url: string, guard: Guard): OpenApiDocument {
  const pages = new OpenAPIHono();
  for (const endpoint of endpoints) pages.openAPIRegistry.registerPath(describe(endpoint, guard.refusals(endpoint)));
  const document = pages.getOpenAPI31Document({ openapi: '3.1.0', info: INFO, servers: [{ url }] });
  const examples = exampleMaker(document.components?.schemas ?? {});
  for (const endpoint of endpoints) {
    const page = document.paths?.[endpoint.path]?.[endpoint.method];
    if (page) completePage(page as Page, endpoint, examples); // made above: nothing on it is a reference but schemas
  }
  return document;
}

/** Builds a Postman collection (v2.1): a folder per tag, a request per endpoint, tokens as variables. */
export function postmanCollection(document: OpenApiDocument, origin: string) {
  const folders = new Map<string, unknown[]>();
  for (const [path, item] of Object.entries(document.paths ?? {}))
    for (const [method, operation] of Object.entries(item)) {
      if (typeof operation !== 'object' || !operation || !('responses' in operation)) continue; // servers, parameters
      const base = item.servers ? '{{origin}}' : '{{origin}}/api/v1';
      const [bodyType] = Object.keys(operation.requestBody?.content ?? {});
      const secured = (operation.security ?? []).some((need: object) => 'bearer' in need);
      const request = {
        name: operation.summary ?? path,
        request: {
          method: method.toUpperCase(),
          description: operation.description,
          url: `${base}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
          // Postman writes a form's Content-Type itself, with its boundary.
          ...(bodyType === 'multipart/form-data'
            ? { body: { mode: 'formdata', formdata: [] } }
            : bodyType
              ? { header: [{ key: 'Content-Type', value: bodyType }], body: { mode: 'raw', raw: '{}' } }
              : {}),
          auth: secured ? { type: 'bearer', bearer: [{ key: 'token', value: '{{accessToken}}' }] } : { type: 'noauth' },
        },
      };
      const tag = operation.tags?.[0] ?? 'other';
      folders.set(tag, [...(folders.get(tag) ?? []), request]);
    }
  return {
    info: { name: INFO.title, schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
    variable: [
      { key: 'origin', value: origin },
      { key: 'accessToken', value: '' },
    ],
    item: [...folders].map(([name, item]) => ({ name, item })),
  };
}
