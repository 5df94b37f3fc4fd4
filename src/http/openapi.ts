/** Builds the OpenAPI 3.1 document from the endpoints' declarations, on demand. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { VERSION } from '@/shared/version';
import { describe } from './describe';
import type { Endpoint } from './endpoint';
import type { Guard } from './mount';
import { completePage, exampleMaker, type Page } from './reference/complete';
import type { JsonSchema } from './reference/examples';
import { HEADERS } from './reference/header-names';
import { uniteSamePaths } from './reference/same-paths';
import { shareRefusals } from './reference/share';
import { tagsOf } from './reference/tags';
import { keepReadable, tighten } from './reference/tighten';

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
  const { paths = {}, components } = documentOf(root, '/', guard);
  for (const [path, item] of Object.entries(paths))
    document.paths = { ...document.paths, [path]: { ...item, servers: [{ url: '/' }] } };
  uniteSamePaths(document.paths ?? {});
  document.tags = tagsOf([...api, ...root]);
  const operations = Object.values(document.paths ?? {}).flatMap((item) =>
    METHODS.flatMap((method) => item[method] ?? []),
  );
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...components?.schemas },
    headers: HEADERS,
    responses: shareRefusals(operations) as NonNullable<OpenApiDocument['components']>['responses'], // moved as they are
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'An access token, or the session token.' },
      guest: { type: 'apiKey', in: 'header', name: 'x-guest-token', description: "A guest's signed id." },
    },
  };
  return document;
}

/** Only what a client sends; headers have patterns of their own. */
function keepRequestReadable({ parameters = [], requestBody }: Page, resolve: (reference: string) => unknown): void {
  for (const { name, schema, in: place } of parameters) if (place === 'query') keepReadable(schema, name, resolve);
  for (const { schema } of Object.values(requestBody?.content ?? {})) keepReadable(schema, '', resolve);
}

function documentOf(endpoints: readonly Endpoint[], url: string, guard: Guard): OpenApiDocument {
  const pages = new OpenAPIHono();
  for (const endpoint of endpoints) pages.openAPIRegistry.registerPath(describe(endpoint, guard.refusals(endpoint)));
  const document = pages.getOpenAPI31Document({ openapi: '3.1.0', info: INFO, servers: [{ url }] });
  tighten(document.paths);
  tighten(document.components);
  const schemas: Record<string, JsonSchema> = document.components?.schemas ?? {};
  const resolve = (reference: string) => schemas[reference.replace('#/components/schemas/', '')];
  const examples = exampleMaker(schemas);
  for (const endpoint of endpoints) {
    const page = document.paths?.[endpoint.path]?.[endpoint.method];
    if (page) keepRequestReadable(page as Page, resolve); // as below
    if (page) completePage(page as Page, endpoint, examples); // made above: nothing on it is a reference but schemas
  }
  return document;
}
