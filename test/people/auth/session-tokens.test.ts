/** The opaque session token: what is told of it without asking D1, and the tokens that only D1 can tell of. */
import { env } from 'cloudflare:workers';
import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { randomAddress } from '#test/support/api';
import { requestWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { limiterOf } from '#test/support/limits';
import { asUser, type Person } from '#test/support/users';
import { endpoint } from '@/http/endpoint';
import { reply } from '@/http/envelope';
import type { HttpEnv } from '@/http/http-env';
import { type Guard, mount } from '@/http/mount';
import { randomToken, sha256 } from '@/shared/crypto';
import { makeCountingD1, readCounts, resetCounts } from '../../../scripts/bench/counting-d1';

const counted = { DB: makeCountingD1(env.DB) };

/** What a request by this header is answered, and how many statements D1 was asked. */
async function ask(authorization: string, { address = randomAddress(), limiter = limiterOf(1) } = {}) {
  const headers = { authorization, 'cf-connecting-ip': address };
  resetCounts();
  const request = new Request('http://localhost:8787/api/v1/auth/me', { headers });
  const response = await requestWith({ ...counted, LIMIT_LOOKUP: limiter }, request);
  const { error } = await response.json<{ error?: { code: string } }>();
  return {
    status: response.status,
    code: error?.code,
    statements: readCounts().statements,
    renewed: response.headers.get('set-auth-token'),
  };
}

/** A session of before the format: its token is the bare secret. */
async function giveOldToken({ userId }: Person): Promise<string> {
  const token = randomToken();
  await env.DB.prepare('UPDATE auth_sessions SET token_hash = ? WHERE user_id = ?').bind(sha256(token), userId).run();
  return token;
}

describe('a session token', () => {
  it('has the form kid.random.mac, and is accepted whatever the case of its scheme', async () => {
    const { sessionToken } = await asUser();
    expect(sessionToken).toMatch(/^[0-9a-f]{8}\.[\w-]{43}\.[\w-]{43}$/);
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  '])
      expect(await ask(`${scheme} ${sessionToken}`)).toMatchObject({ status: 200, renewed: null });
  });

  it('with a wrong mac or another form never reaches D1', async () => {
    const [mine, other] = [(await asUser()).sessionToken.split('.'), (await asUser()).sessionToken.split('.')];
    const [kid = '', random = '', mac = ''] = mine;
    const last = mac.endsWith('A') ? 'B' : 'A';
    const forged = [
      `${kid}.${random}.${other[2]}`,
      `${kid}.${randomToken()}.${mac}`,
      `${kid}.${randomToken()}.${randomToken()}`,
      `${kid}.${random}.${mac.slice(0, -1)}${last}`,
      ...[`${kid}.${random}`, `${kid}.${random}.`, `${kid}.${random}.${mac}.${mac}`, `.${random}.${mac}`],
      ...[`${kid.toUpperCase()}f.${random}.${mac}`, `${kid}0.${random}.${mac}`, `${kid.slice(1)}.${random}.${mac}`],
      ...['x', random.slice(1), `${random}=`, 'a.b.c', 'not a token', `${kid}.${random}.${mac}, Bearer ${random}`],
      ...['eyJ', 'eyJ.eyJ.x', 'x'.repeat(10_000), `eyJ${'.'.repeat(10_000)}`],
    ];
    for (const token of forged)
      expect({ token, ...(await ask(`Bearer ${token}`)) }).toMatchObject({
        ...{ token, status: 401, code: 'TOKEN_INVALID', statements: 0 },
      });
  });

  it('of the old format is accepted and replaced with a new token of the same session', async () => {
    const person = await asUser();
    const old = await giveOldToken(person);
    const first = await ask(`Bearer ${old}`);
    expect(first.status).toBe(200);
    expect(first.renewed?.split('.')[1]).toBe(old);
    expect(await ask(`Bearer ${first.renewed}`)).toMatchObject({ status: 200, renewed: null });
    expect((await ask(`Bearer ${old}`)).status).toBe(200);
    await person.post('auth/sign-out');
    for (const token of [old, first.renewed])
      expect(await ask(`Bearer ${token}`)).toMatchObject({ status: 401, code: 'SESSION_ENDED' });
  });

  it('of the old format is accepted even if it starts like a JWT', async () => {
    const person = await asUser();
    const token = `eyJ${randomToken().slice(3)}`;
    await env.DB.prepare('UPDATE auth_sessions SET token_hash = ? WHERE user_id = ?')
      .bind(sha256(token), person.userId)
      .run();
    expect((await ask(`Bearer ${token}`)).status).toBe(200);
  });

  it("that none of our keys signed is looked up only as often as the address's look-up limit allows", async () => {
    const person = await asUser();
    const old = await giveOldToken(person);
    const here = { address: randomAddress(), limiter: limiterOf(4) };
    const unknown = [randomToken, () => `00000000.${randomToken()}.${randomToken()}`];
    for (const token of [...unknown, ...unknown])
      expect(await ask(`Bearer ${token()}`, here)).toMatchObject({ code: 'SESSION_ENDED', statements: 1 });
    for (const token of [randomToken(), old, 'x', 'null.and.void'])
      expect(await ask(`Bearer ${token}`, here)).toMatchObject({ status: 429, statements: 0 });
    // Whoever has a signed token is not held up by what others send from there.
    expect((await ask(`Bearer ${person.accessToken}`, here)).status).toBe(200);
    expect((await ask(`Bearer ${old}`, { ...here, address: randomAddress() })).status).toBe(200);
  });

  it.each([
    ['no-store', 'a-new-token'],
    ['private, max-age=60', 'a-new-token'],
    ['public, max-age=60', null],
  ])('is renewed in a response with the cache policy %s: %s', async (cacheControl, renewed) => {
    const kept = endpoint({
      ...({ operationId: 'readKept', method: 'get', path: '/kept', tag: 'test' } as const),
      ...({ summary: 'An answer', who: 'optional' } as const),
      response: z.object({}),
      handler: () => reply({}, { headers: { 'cache-control': cacheControl } }),
    });
    const guard: Guard = {
      admit: async () => ({ viewer: undefined, renewedToken: 'a-new-token' }),
      refusals: () => [],
      refused: async () => {},
    };
    const app = new Hono<HttpEnv>();
    app.use(async (c, next) => {
      c.set('ctx', testContext());
      await next();
    });
    app.route('/', mount([kept], guard));
    expect((await app.request('/kept')).headers.get('set-auth-token')).toBe(renewed);
  });
});
