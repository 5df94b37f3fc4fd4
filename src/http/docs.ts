/** The API reference: a page of the Worker's own with Swagger UI's files, the OpenAPI document, a Postman collection. */
import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { endpoint } from './endpoint';
import type { AppEnv } from './middleware';
import { type OpenApiDocument, postmanCollection } from './openapi';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Footlight API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="reference"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>`;
const START = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#reference', deepLinking: true, docExpansion: 'none', filter: true });`;
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'];
const POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

const description = { method: 'get', tag: 'docs', who: 'public' } as const;

/** Declared for the document; `docsRoutes` answers them, since the document is made of all endpoints, these included. */
export const docsEndpoints = [
  endpoint({
    ...description,
    path: '/docs',
    summary: 'Interactive API reference',
    contentType: 'text/html',
    response: z.string(),
    handler: unreachable,
  }),
  endpoint({
    ...description,
    path: '/openapi.json',
    summary: 'This document, OpenAPI 3.1',
    contentType: 'application/json',
    response: z.object({}),
    handler: unreachable,
  }),
  endpoint({
    ...description,
    path: '/postman.json',
    summary: 'Postman collection, generated from the OpenAPI document',
    contentType: 'application/json',
    response: z.object({}),
    handler: unreachable,
  }),
];

function unreachable(): never {
  throw new Error('docsRoutes answers before the API router does');
}

export function docsRoutes(describeApi: () => OpenApiDocument): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  for (const base of ['/api/v1', '/api']) {
    routes.get(`${base}/openapi.json`, (c) => c.json(describeApi()));
    routes.get(`${base}/postman.json`, (c) => c.json(postmanCollection(describeApi(), c.var.ctx.config.publicUrl)));
    routes.get(`${base}/docs`, (c) => {
      c.header('Content-Security-Policy', POLICY);
      return c.html(PAGE);
    });
    routes.get(`${base}/docs/start.js`, (c) => c.body(START, 200, { 'Content-Type': 'text/javascript' }));
    for (const file of FILES)
      routes.get(`${base}/docs/${file}`, async (c) => {
        const asset = await c.var.ctx.assets.fetch(new URL(`/${file}`, c.req.url));
        return new Response(asset.body, asset); // what a fetch answers takes no more headers
      });
  }
  return routes;
}
