/** Paths that are asked with a slash at their end, or with a method that they do not take. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { aPost } from '#test/support/posts';
import { asViewer } from '#test/support/users';
import { endpoints } from '@/app';

const anyone = client();

describe('a slash at the end of a path', () => {
  it('changes nothing, whatever the method, with and without a query', async () => {
    const viewer = await asViewer();
    expect((await anyone.get('stream/live/?perPage=2')).data.pagination.perPage).toBe(2);
    expect((await anyone.get('/health/')).status).toBe(200);
    const comment = await viewer.post('content/comments/', { postId: await aPost(viewer), text: 'Hello' });
    expect(comment.status).toBe(201);
    expect((await viewer.patch('viewer/profile/', { bio: 'New' })).data.bio).toBe('New');
    expect((await viewer.delete(`content/comments/${comment.data.id}/`)).status).toBe(200);
    expect((await viewer.get(`users/${viewer.userId}/`)).data.id).toBe(viewer.userId);
  });

  it('leads a reader of a page to the page, whose links are relative', async () => {
    for (const page of ['/api/v1/docs', '/dev/mail', '/api/auth/verify-email/nothing']) {
      expect((await anyone.get(page)).headers.get('content-type'), page).toContain('text/html');
      const { status, headers } = await anyone.get(`${page}/?a=b`);
      expect([status, headers.get('location')], page).toEqual([308, `${page}?a=b`]);
    }
    expect((await anyone.get('/api/v1/docs/start.js/')).status).toBe(200);
  });

  it('does not make a path of nothing', async () => {
    for (const path of ['/', '/api/v1/', '/nowhere/', 'stream/live//'])
      expect((await anyone.get(path)).error.code, path).toBe('NOT_FOUND');
  });
});

describe('a method that a path does not take', () => {
  it.each([
    ['POST', 'stream/live', 'GET, HEAD, OPTIONS'],
    ['HEAD', 'auth/login', 'OPTIONS, POST'],
    ['GET', 'auth/login/', 'OPTIONS, POST'],
    ['TRACE', 'viewer/profile', 'GET, HEAD, OPTIONS, PATCH'],
    ['DELETE', '/health', 'GET, HEAD, OPTIONS'],
    ['POST', '/media/some/file.png', 'GET, HEAD, OPTIONS'],
    ['POST', '/api/v1/docs', 'GET, HEAD, OPTIONS'],
    ['GET', 'stream/create', 'OPTIONS, POST'],
  ])('is refused with the ones that it takes: %s %s', async (method, path, allow) => {
    const { status, headers, error, body } = await anyone.call(method, path);
    expect([status, headers.get('allow')]).toEqual([405, allow]);
    expect(method === 'HEAD' ? body : error.code).toBe(method === 'HEAD' ? '' : 'METHOD_NOT_ALLOWED');
  });

  it('is refused at each path of the reference', async () => {
    const paths = Map.groupBy(endpoints, ({ path }) => path.replaceAll(/\{\w+\}/g, 'x'));
    for (const [path, known] of paths) {
      const { status, headers } = await anyone.call('PROPFIND', path.slice(1));
      const methods = headers.get('allow')?.split(', ') ?? [];
      expect([path, status], path).toEqual([path, 405]);
      expect(methods, path).toEqual(expect.arrayContaining(known.map(({ method }) => method.toUpperCase())));
    }
  });

  it('is no reason to tell of paths that are not there', async () => {
    expect(await anyone.post('nowhere', {})).toMatchObject({ status: 404, error: { code: 'NOT_FOUND' } });
    expect(await anyone.call('PROPFIND', 'users/')).toMatchObject({ status: 405 });
    expect(await anyone.get('users/no-such-id')).toMatchObject({ status: 404 });
  });
});

it('OPTIONS names the methods of a path, for a client as for a preflight', async () => {
  const plain = await anyone.call('OPTIONS', 'viewer/profile/');
  expect([plain.status, plain.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, PATCH']);
  const origin = 'http://localhost:5173';
  const preflight = await anyone.call('OPTIONS', 'viewer/profile', {
    headers: { origin, 'access-control-request-method': 'PATCH' },
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
});
