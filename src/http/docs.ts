/**
 * The API reference: our own pages, Swagger UI's files, the OpenAPI and AsyncAPI documents and a Postman collection.
 * They are public: each is built once, may be cached by anyone, and counts against the rate limits like any other read.
 */
import { z } from '@hono/zod-openapi';
import { Hono, type Context as HonoContext, type MiddlewareHandler } from 'hono';
import { sha256 } from '@/shared/crypto';
import { matchesEtag } from './conditional';
import { endpoint } from './endpoint';
import { httpError } from './errors';
import type { HttpEnv } from './http-env';
import type { OpenApiDocument } from './openapi';
import { enforceLimit } from './rate-limit';
import { asyncApiDocument } from './reference/asyncapi';
import { eventsPage } from './reference/events-page';
import { postmanCollection } from './reference/postman';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Footlight API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<p><a href="docs/events">Events of a room: AsyncAPI 3</a></p>
<div id="reference"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>`;
const START = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#reference', deepLinking: true, docExpansion: 'none', filter: true });`;
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'];
const POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

/** Clients see a deploy after at most five minutes, and do not ask again before. */
const CACHED = 'public, max-age=300';
const BASES = ['/api/v1', '/api'];

const description = { method: 'get', tag: 'docs', who: 'public', duringMaintenance: true, sends: ['ETag'] } as const;

/**
 * Declared for the document only. `docsRoutes` answers them, since the document describes all endpoints, these
 * included.
 */
export const docsEndpoints = [
  endpoint({
    operationId: 'showReference',
    ...description,
    path: '/docs',
    summary: 'Interactive API reference',
    contentType: 'text/html',
    response: z.string(),
    handler: unreachable,
  }),
  endpoint({
    operationId: 'readOpenApi',
    ...description,
    path: '/openapi.json',
    summary: 'This document, OpenAPI 3.1',
    contentType: 'application/json',
    response: z.object({}),
    handler: unreachable,
  }),
  endpoint({
    operationId: 'readPostman',
    ...description,
    path: '/postman.json',
    summary: 'Postman collection, generated from the OpenAPI document',
    contentType: 'application/json',
    response: z.object({}),
    handler: unreachable,
  }),
  endpoint({
    operationId: 'readAsyncApi',
    ...description,
    path: '/asyncapi.json',
    summary: "The frames of a room's socket, AsyncAPI 3; as a page at /docs/events",
    contentType: 'application/json',
    response: z.object({}),
    handler: unreachable,
  }),
];

function unreachable(): never {
  throw new Error('docsRoutes must answer before the API router does');
}

interface ReferencePage {
  readonly type: string;
  /** @param origin the platform's own origin, which the Postman collection calls */
  readonly make: (origin: string) => string;
}

interface Made {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

export function docsRoutes(describeApi: () => OpenApiDocument): Hono<HttpEnv> {
  const pages: Record<string, ReferencePage> = {
    '/openapi.json': { type: 'application/json', make: () => JSON.stringify(describeApi()) },
    '/postman.json': {
      type: 'application/json',
      make: (origin) => JSON.stringify(postmanCollection(describeApi(), origin)),
    },
    '/asyncapi.json': { type: 'application/json', make: (origin) => JSON.stringify(asyncApiDocument(origin)) },
    '/docs/events': {
      type: 'text/html; charset=UTF-8',
      make: (origin) => eventsPage(asyncApiDocument(origin)),
    },
    '/docs': { type: 'text/html; charset=UTF-8', make: () => PAGE },
    '/docs/start.js': { type: 'text/javascript; charset=UTF-8', make: () => START },
  };
  const routes = new Hono<HttpEnv>();
  for (const base of BASES)
    for (const file of FILES) routes.get(`${base}/docs/${file}`, count, (c) => answerAsset(c, file));
  for (const [path, page] of Object.entries(pages)) {
    const made = onceFor(page.make);
    for (const base of BASES)
      routes.get(`${base}${path}`, count, (c) => answerMade(c, page.type, made(c.var.ctx.config.publicUrl)));
  }
  return routes;
}

/** Counts the request by address before anything is built. */
const count: MiddlewareHandler<HttpEnv> = async (c, next) => {
  await enforceLimit(c, 'read');
  await next();
};

/**
 * NOTE: this is the only state in this file that outlives a request. Describing all endpoints takes 90 ms and always
 * gives the same 520 KB. The text depends only on the code and the configured origin, so an isolate keeps one copy.
 */
function onceFor(make: ReferencePage['make']): (origin: string) => Made {
  let kept: { readonly origin: string; readonly made: Made } | undefined;
  return (origin) => {
    if (kept?.origin === origin) return kept.made;
    const text = make(origin);
    const made = { bytes: Uint8Array.from(new TextEncoder().encode(text)), etag: `"${sha256(text)}"` };
    kept = { origin, made };
    return made;
  };
}

function answerMade(c: HonoContext<HttpEnv>, type: string, { bytes, etag }: Made): Response {
  // HEAD needs the length, because Hono drops its body.
  const headers = { 'Content-Type': type, 'Content-Length': String(bytes.byteLength) };
  return answerTagged(c, etag, bytes, { ...headers, 'Content-Security-Policy': POLICY });
}

async function answerAsset(c: HonoContext<HttpEnv>, file: string): Promise<Response> {
  const { method, url } = c.req;
  const { ok, headers, body } = await c.var.ctx.assets.fetch(new Request(new URL(`/${file}`, url), { method }));
  if (!ok) throw httpError('NOT_FOUND');
  return answerTagged(c, headers.get('etag') ?? '', body ?? '', Object.fromEntries(headers));
}

function answerTagged(
  c: HonoContext<HttpEnv>,
  etag: string,
  body: Uint8Array<ArrayBuffer> | ReadableStream | string,
  headers: Record<string, string>,
): Response {
  const cached = { ...headers, ETag: etag, 'Cache-Control': CACHED };
  if (!matchesEtag(c.req.header('if-none-match'), etag)) return c.body(body, 200, cached);
  return c.body(null, 304, { ETag: etag, 'Cache-Control': CACHED });
}
