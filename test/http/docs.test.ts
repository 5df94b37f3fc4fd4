/** The API reference costs its making once: it is tagged, cached by anyone, and counted like any other read. */

import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { describe, expect, it, test, vi } from 'vitest';
import { client, randomAddress } from '#test/support/api';
import { clientWith, entry } from '#test/support/app';
import { endpoints } from '@/app';
import type { Env } from '@/config';
import { guard } from '@/domains/people/auth/guard';
import { docsRoutes } from '@/http/docs';
import { type AppEnv, withContext } from '@/http/middleware';
import { openApiDocument } from '@/http/openapi';

const anyone = client();
const PAGES = ['openapi.json', 'postman.json', 'asyncapi.json', 'docs', 'docs/events', 'docs/start.js'];
const FILES = ['docs/swagger-ui.css', 'docs/swagger-ui-bundle.js'];

describe.each([...PAGES, ...FILES])('GET /%s', (path) => {
  it('may be cached by anyone, and is not sent again to a client that has it', async () => {
    const first = await anyone.get(path);
    const etag = first.headers.get('etag') ?? '';
    expect(first.status).toBe(200);
    expect(first.headers.get('cache-control')).toBe('public, max-age=300');
    expect(etag).toMatch(/^(W\/)?"[\w-]{32,}"$/);
    for (const held of [etag, `W/${etag.replace('W/', '')}`, `"other", ${etag}`, '*']) {
      const again = await anyone.get(path, { headers: { 'if-none-match': held } });
      expect([held, again.status, again.body]).toEqual([held, 304, '']);
      expect(again.headers.get('etag')).toBe(etag);
      expect(again.headers.get('cache-control')).toBe('public, max-age=300');
    }
    expect((await anyone.get(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('answers HEAD as GET, without the body', async () => {
    const [get, head] = [await anyone.get(path), await anyone.call('HEAD', path)];
    expect([head.status, head.body]).toEqual([200, '']);
    for (const name of ['etag', 'cache-control', 'content-type'])
      expect(head.headers.get(name)).toBe(get.headers.get(name));
  });

  it('is counted by address before anything is made, and refused past the limit', async () => {
    const taken: string[] = [];
    const limiter = {
      async limit({ key }: { key: string }) {
        taken.push(key);
        return { success: false };
      },
    };
    const address = randomAddress();
    const asking = clientWith({ LIMIT_READ: limiter }, { 'cf-connecting-ip': address });
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await asking.call(method, path);
      expect([status, headers.get('cache-control')]).toEqual([429, 'no-store']);
    }
    expect(taken).toEqual([`ip:${address}`, `ip:${address}`]);
  });
});

test('the reference is described once, however often it is asked for, and anew for another origin', async () => {
  const describeApi = vi.fn(() => openApiDocument(endpoints, [], guard));
  const app = new Hono<AppEnv>().use(withContext).route('/', docsRoutes(describeApi));
  const ask = (path: string, origin = 'http://localhost:8787') => {
    const execution = createExecutionContext();
    const bindings = { ...env, PUBLIC_URL: origin } as Env;
    return app.fetch(new Request(`http://localhost:8787${path}`), entry(bindings, execution), execution);
  };
  for (const path of ['/api/openapi.json', '/api/v1/openapi.json', '/api/openapi.json']) await ask(path);
  expect(describeApi).toHaveBeenCalledTimes(1);
  for (const path of ['/api/postman.json', '/api/v1/postman.json']) await ask(path);
  expect(describeApi).toHaveBeenCalledTimes(2);
  const elsewhere = await ask('/api/v1/postman.json', 'https://api.footlight.test');
  expect(await elsewhere.text()).toContain('https://api.footlight.test');
});
