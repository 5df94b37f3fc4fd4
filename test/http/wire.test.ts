import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asCreator, asViewer } from '#test/support/users';

const anyone = client();

describe('every answer', () => {
  it('carries the security headers, its request id and no leave to keep it', async () => {
    for (const answer of [await anyone.get('stream/live'), await anyone.get('nowhere'), await anyone.get('/health')]) {
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('to a preflight has them as well, and names an origin only if it is allowed', async () => {
    const ask = (origin: string) =>
      anyone.call('OPTIONS', 'auth/login', { headers: { origin, 'access-control-request-method': 'POST' } });
    const allowed = await ask('http://localhost:5173');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect(allowed.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await ask('http://elsewhere.test')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('lets a browser read the headers that clients need, and send those for a part of a file', async () => {
    const origin = 'http://localhost:5173';
    const answer = await anyone.get('stream/live', { headers: { origin } });
    const exposed = answer.headers.get('access-control-expose-headers')?.toLowerCase().split(/, ?/);
    expect(exposed).toEqual(
      expect.arrayContaining([
        ...['content-disposition', 'content-range', 'accept-ranges', 'etag'],
        ...['set-auth-token', 'x-request-id', 'retry-after', 'ratelimit', 'ratelimit-policy'],
      ]),
    );
    const preflight = await anyone.call('OPTIONS', '/media/x', {
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' },
    });
    const allowed = preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(/, ?/);
    expect(allowed).toEqual(expect.arrayContaining(['authorization', 'range', 'if-range', 'if-none-match']));
  });

  it('is the same below /api and /api/v1', async () => {
    const viewer = await asViewer();
    const [one, other] = [await viewer.get('/api/auth/me'), await viewer.get('/api/v1/auth/me')];
    expect(one.body).toEqual(other.body);
    expect(one.status).toBe(200);
  });
});

describe('the reference', () => {
  it('asks for an Idempotency-Key wherever money moves', async () => {
    const { body: document } = await anyone.get('openapi.json');
    const key = { in: 'header', name: 'idempotency-key', required: true };
    for (const path of ['/payment/gift', '/payment/purchase', '/earnings/exchange', '/earnings/cashout/request'])
      expect(document.paths[path].post.parameters).toContainEqual(expect.objectContaining(key));
  });
});

describe('the Postman collection', () => {
  it('has a request for every endpoint of the document, with the body that it takes', async () => {
    const { body: document } = await anyone.get('openapi.json');
    const { body: collection } = await anyone.get('postman.json');
    const requests: { request: { method: string; url: string | { raw: string }; body?: { mode: string } } }[] =
      collection.item
        .slice(1) // the first folder signs in
        .flatMap((folder: { item: unknown[] }) => folder.item);
    const operations = Object.values<Record<string, unknown>>(document.paths).flatMap((item) =>
      Object.keys(item).filter((key) => key !== 'servers'),
    );
    expect(requests).toHaveLength(operations.length);
    const pathOf = (url: string | { raw: string }) => (typeof url === 'string' ? url : url.raw).split('?')[0] ?? '';
    const bodyOf = (method: string, path: string) =>
      requests.find(({ request }) => request.method === method && pathOf(request.url).endsWith(path))?.request.body
        ?.mode;
    expect(bodyOf('POST', '/stream/thumbnail')).toBe('formdata');
    expect(bodyOf('POST', '/auth/login')).toBe('raw');
    expect(bodyOf('GET', '/stream/live')).toBeUndefined();
  });
});

describe('a body', () => {
  it('of which every field may be left out may be left out, however a client does that', async () => {
    const creator = await asCreator();
    const post = (init: RequestInit) =>
      exports.default.fetch('http://localhost:8787/api/v1/stream/create', {
        method: 'POST',
        ...init,
        headers: new Headers([...new Headers(creator.headers), ...new Headers(init.headers)]),
      });
    const leftOut: RequestInit[] = [
      {},
      { headers: { 'content-length': '0' } },
      { headers: { 'content-type': 'application/json' } },
      { headers: { 'content-type': 'application/json' }, body: '' },
      { headers: { 'content-type': 'application/json' }, body: '{}' },
    ];
    for (const init of leftOut) expect((await post(init)).status).toBe(201);
  });

  it('is refused by its type, its form, its size and its fields, each in its own way', async () => {
    const login = (body: string, type = 'application/json') =>
      anyone.post('auth/login', body, { headers: { 'content-type': type } });
    expect(await login('{}', 'text/plain')).toMatchObject({ status: 415, error: { code: 'WRONG_CONTENT_TYPE' } });
    expect(await login('{"email":')).toMatchObject({ status: 400, error: { code: 'MALFORMED_JSON' } });
    expect(await login(`{"email":"${'x'.repeat(256 * 1_024)}"}`)).toMatchObject({
      status: 413,
      error: { code: 'BODY_TOO_LARGE' },
    });
    const unknown = await login('{"email":"a@b.test","password":"long enough","remember":true}');
    expect(unknown).toMatchObject({ status: 422, error: { details: [{ path: 'remember' }] } });
  });
});
