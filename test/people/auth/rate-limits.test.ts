/** Every request counts against its caller's rate limit before anything is looked up, whatever the answer. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD } from '#test/support/accounts';
import { client, randomAddress } from '#test/support/api';
import { clientWith, requestWith } from '#test/support/app';
import { limiterOf } from '#test/support/limits';
import { usedUp } from '#test/support/used-up';
import { asUser, type Person } from '#test/support/users';
import { endpoints } from '@/app';
import { healthEndpoints } from '@/domains/operations/platform/routes';
import type { Endpoint } from '@/http/endpoint';
import { randomToken, sha256 } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { makeCountingD1, readCounts, resetCounts } from '../../../scripts/bench/counting-d1';

let person: Person;
beforeAll(async () => {
  person = await asUser();
});

const ADDRESS = '192.0.2.7';
/** By what each caller is counted. */
const CALLERS: readonly [string, () => string | undefined, () => string][] = [
  ['a guest', () => undefined, () => `ip:${ADDRESS}`],
  ['a client with no token in its header', () => 'Bearer undefined', () => `ip:${ADDRESS}`],
  ['a junk token', () => 'Bearer x', () => `ip:${ADDRESS}`],
  ['a junk JWT', () => 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.x', () => `ip:${ADDRESS}`],
  ['another scheme', () => 'Basic eDp5', () => `ip:${ADDRESS}`],
  ['a session token without a key', () => `Bearer ${randomToken()}`, () => `ip:${ADDRESS}`],
  ['a forged session token', () => `Bearer ${person.sessionToken.slice(0, -4)}AAAA`, () => `ip:${ADDRESS}`],
  ['an access token', () => `Bearer ${person.accessToken}`, () => `user:${person.userId}`],
  [
    'a session token',
    () => `Bearer ${person.sessionToken}`,
    () => `session:${sha256(person.sessionToken.split('.')[1] ?? '')}`,
  ],
];

const counted = [...endpoints, ...healthEndpoints].filter(({ who, tag }) => who !== 'signed' && tag !== 'docs');
const pathOf = ({ path }: Endpoint) =>
  (healthEndpoints.some((one) => one.path === path) ? '' : '/api/v1') + path.replaceAll(/\{\w+\}/g, newId());

describe.each(CALLERS)('%s whose budget is used up', (_, authorization, key) => {
  const headers = () => ({
    'cf-connecting-ip': ADDRESS,
    ...(authorization() === undefined ? {} : { authorization: String(authorization()) }),
  });

  it('is refused by every endpoint before any query runs', async () => {
    for (const endpoint of counted) {
      const { taken, ask } = usedUp();
      const { limit = endpoint.method === 'get' ? 'read' : 'write', who } = endpoint;
      const response = await ask(pathOf(endpoint), { method: endpoint.method.toUpperCase(), headers: headers() });
      const by = limit === 'signIn' || who === 'public' ? `ip:${ADDRESS}` : key();
      expect({ path: endpoint.path, status: response.status, taken }).toEqual({
        ...{ path: endpoint.path, status: 429, taken: [`${limit} ${by}`] },
      });
      expect(response.headers.get('retry-after')).toBe('60');
    }
  });

  it('is refused a socket and a HEAD as well', async () => {
    const { taken, ask } = usedUp();
    expect((await ask('/api/v1/viewer/live', { method: 'HEAD', headers: headers() })).status).toBe(429);
    const { webSocket } = await ask(`/api/v1/stream/${newId()}/ws?pass=x`, {
      headers: { ...headers(), upgrade: 'websocket' },
    });
    const closed = new Promise<number>((resolve) => {
      webSocket?.addEventListener('close', ({ code }) => resolve(code));
    });
    webSocket?.accept();
    expect(await closed).toBe(4_429);
    expect(taken).toEqual([`read ${key()}`, `read ${key()}`]);
  });
});

describe('the headers of an answer', () => {
  it.each([
    ['GET', '/api/v1/stream/live', '"read";q=1200;w=60', '"read";r=0;t=60'],
    ['POST', '/api/v1/stream/create', '"write";q=240;w=60', '"write";r=0;t=60'],
    ['POST', '/api/v1/auth/login', '"signIn";q=60;w=60', '"signIn";r=0;t=60'],
  ])('to %s %s name the limit, and a refusal says that nothing is left', async (method, path, policy, left) => {
    const refused = await usedUp().ask(path, { method, headers: { 'cf-connecting-ip': ADDRESS } });
    expect(refused.status).toBe(429);
    expect([refused.headers.get('ratelimit-policy'), refused.headers.get('ratelimit')]).toEqual([policy, left]);
    const answered = await client().call(method, path.replace('/api/v1/', ''));
    expect([answered.headers.get('ratelimit-policy'), answered.headers.get('ratelimit')]).toEqual([policy, null]);
  });
});

describe('an address', () => {
  it.each([
    ['GET', '/dev/mail', 'read'],
    ['GET', `/dev/checkout/${newId()}`, 'read'],
    ['POST', `/dev/checkout/${newId()}`, 'write'],
  ])('whose budget is used up is refused %s %s as well', async (method, path, limit) => {
    const { taken, ask } = usedUp();
    expect((await ask(path, { method, headers: { 'cf-connecting-ip': ADDRESS } })).status).toBe(429);
    expect(taken).toEqual([`${limit} ip:${ADDRESS}`]);
  });

  it('that sends junk tokens is refused after a while, and D1 is never queried', async () => {
    const statuses: number[] = [];
    const address = randomAddress();
    resetCounts();
    // Twenty a minute, of which two may be touched.
    for (let times = 0; times < 41; times += 1) {
      const headers = { authorization: `Bearer junk${times}`, 'cf-connecting-ip': address };
      const request = new Request('http://localhost:8787/api/v1/auth/me', { headers });
      statuses.push((await requestWith({ DB: makeCountingD1(env.DB) }, request)).status);
    }
    expect(statuses[0]).toBe(401);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(readCounts().statements).toBe(0);
  });
});

describe('a user', () => {
  it.each(['accessToken', 'sessionToken'] as const)(
    'whose session has ended is refused by its %s until the budget is spent, and then no longer looked up',
    async (kind) => {
      const ended = await asUser();
      await ended.post('auth/sign-out');
      const limits = { LIMIT_WRITE: limiterOf(3), DB: makeCountingD1(env.DB) };
      const { post } = clientWith(limits, { authorization: `Bearer ${ended[kind]}` });
      for (const [status, statements] of [...Array.from({ length: 3 }, () => [401, 1]), [429, 0], [429, 0]]) {
        resetCounts();
        expect((await post('stream/create', {})).status).toBe(status);
        expect(readCounts().statements).toBe(statements);
      }
    },
  );

  it('has one budget for all their tokens and addresses', async () => {
    const { userId, accessToken, sessionToken } = await asUser();
    const limiter = limiterOf(2);
    const me = (token: string) =>
      clientWith({ LIMIT_READ: limiter }, { authorization: `Bearer ${token}` }).get('auth/me');
    for (const token of [accessToken, sessionToken]) expect((await me(token)).status).toBe(200);
    expect(limiter.taken).toEqual([`user:${userId}`, expect.stringMatching(/^session:/), `user:${userId}`]);
    for (const token of [accessToken, sessionToken]) expect((await me(token)).status).toBe(429);
  });

  it('loses nothing of their budget to requests with the token of an ended session', async () => {
    const ended = await asUser();
    await ended.post('auth/sign-out');
    const limiter = limiterOf(9);
    await clientWith({ LIMIT_READ: limiter }, { authorization: `Bearer ${ended.sessionToken}` }).get('auth/me');
    expect(limiter.taken).toEqual([expect.stringMatching(/^session:/)]);
  });
});

describe('sign-in endpoints', () => {
  it('stop one address at sixty requests a minute, and no other address', async () => {
    const anyone = client();
    const tries: number[] = [];
    for (let n = 0; n < 61; n += 1) tries.push((await anyone.post('auth/refresh', { refreshToken: 'x' })).status);
    expect(tries.filter((status) => status === 401)).toHaveLength(60);
    const refused = await anyone.post('auth/login', { email: 'a@footlight.test', password: PASSWORD });
    expect(refused).toMatchObject({ status: 429, error: { code: 'TOO_MANY_REQUESTS' } });
    expect(refused.headers.get('retry-after')).toBe('60');
    expect((await client().post('auth/refresh', { refreshToken: 'x' })).status).toBe(401);
  });
});
