import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { asUserWithPassword, PASSWORD, travel } from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asUser, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { endSessionsOf } from '@/domains/people/auth/sessions';
import { randomToken } from '@/shared/crypto';

const anyone = client();
const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

/** By access token and by opaque token. */
const both = (person: Person) =>
  [person.accessToken, person.sessionToken].map((token) => client({ authorization: `Bearer ${token}` }));

async function signedInTwice() {
  const here = await asUserWithPassword();
  const { data } = await anyone.post('auth/login', { email: here.email, password: PASSWORD });
  return { here, there: client({ authorization: `Bearer ${data.accessToken}` }) };
}

describe('the signed-in user', () => {
  it.each(['me', 'get-session', 'sessions'])('GET /auth/%s requires a valid token', async (path) => {
    expect(await anyone.get(`auth/${path}`)).toMatchObject({ status: 401, error: { code: 'UNAUTHENTICATED' } });
    const forged = client({ authorization: 'Bearer a.b.c' });
    expect((await forged.get(`auth/${path}`)).error.code).toBe('TOKEN_INVALID');
    const unknown = client({ authorization: `Bearer ${randomToken()}` });
    expect((await unknown.get(`auth/${path}`)).error.code).toBe('SESSION_ENDED');
  });

  it('sees themselves, with their rank and without secrets', async () => {
    const person = await asUser({ rank: 'admin_l1', twoFactor: false });
    const { data } = await person.get('auth/me');
    expect(data).toMatchObject({ id: person.userId, email: person.email, role: 'viewer', rank: 'admin_l1' });
    expect(data).toMatchObject({ creatorStatus: 'NONE', verified: true, twoFactorEnabled: false, lastLogin: null });
    expect(JSON.stringify(data)).not.toMatch(/hash|secret|totp/i);
  });

  it('sees their current session', async () => {
    const person = await asUser();
    const { data } = await person.get('auth/get-session');
    expect(data).toMatchObject({ session: { current: true, userAgent: 'test' }, user: { id: person.userId } });
  });
});

describe('auth sessions', () => {
  it('are listed with the current one marked, without those of others', async () => {
    const { here, there } = await signedInTwice();
    await asUser();
    const { data } = await there.get('auth/sessions');
    expect(data.items).toHaveLength(2);
    expect(data.pagination).toEqual({ page: 1, perPage: 20, total: 2, totalPages: 1 });
    expect(data.items.filter((item: { current: boolean }) => item.current)).toHaveLength(1);
    expect(JSON.stringify(data)).not.toContain(here.sessionToken);
    expect((await there.get('auth/sessions?page=2&perPage=1')).data.items).toHaveLength(1);
  });

  it('can be ended one by one by their user alone', async () => {
    const { here, there } = await signedInTwice();
    const id = (await here.get('auth/get-session')).data.session.id;
    const stranger = await asUser();
    expect(await stranger.delete(`auth/sessions/${id}`)).toMatchObject({
      status: 404,
      error: { code: 'SESSION_NOT_FOUND' },
    });
    expect((await here.get('auth/me')).status).toBe(200);
    expect((await there.delete(`auth/sessions/${id}`)).status).toBe(200);
    expect((await here.get('auth/me')).error.code).toBe('SESSION_ENDED');
    expect((await there.delete(`auth/sessions/${id}`)).status).toBe(404);
    expect((await there.delete('auth/sessions/no-such-id')).status).toBe(404);
    expect((await there.get('auth/sessions')).data.items).toHaveLength(1);
  });

  it('are extended by use of the opaque token, once an hour', async () => {
    const person = await asUser();
    const [, opaque] = both(person);
    const expiry = () =>
      env.DB.prepare('SELECT expires_at AS at FROM auth_sessions WHERE user_id = ?')
        .bind(person.userId)
        .first<{ at: number }>();
    const first = (await expiry())?.at ?? 0;
    expect((await opaque?.get('auth/me'))?.status).toBe(200);
    expect((await expiry())?.at).toBe(first);
    travel(6 * DAY_MS);
    expect((await opaque?.get('auth/me'))?.status).toBe(200);
    await vi.waitFor(async () => expect((await expiry())?.at).toBeGreaterThan(first + 5 * DAY_MS));
    travel(6 * DAY_MS); // twelve days after the sign-in
    expect((await opaque?.get('auth/me'))?.status).toBe(200);
  });

  it('end 90 days after the sign-in, however often they are used', async () => {
    const person = await asUser();
    const [, opaque] = both(person);
    for (let day = 6; day <= 84; day += 6) {
      travel(6 * DAY_MS);
      expect((await opaque?.get('auth/me'))?.status).toBe(200);
      await vi.waitFor(async () => {
        const row = await env.DB.prepare('SELECT last_seen_at AS at FROM auth_sessions WHERE user_id = ?')
          .bind(person.userId)
          .first<{ at: number }>();
        expect(row?.at).toBe(Date.now());
      });
    }
    travel(6 * DAY_MS - HOUR_MS);
    expect((await opaque?.get('auth/me'))?.status).toBe(200);
    travel(HOUR_MS);
    expect((await opaque?.get('auth/me'))?.error.code).toBe('SESSION_ENDED');
  });

  it('that were extended beyond 90 days before the limit existed are cut to 90 days', async () => {
    const [old, young] = [await asUser(), await asUser()];
    const createdAt = Date.now() - 100 * DAY_MS;
    await env.DB.prepare('UPDATE auth_sessions SET created_at = ? WHERE user_id = ?').bind(createdAt, old.userId).run();
    const migration = env.MIGRATIONS.find(({ name }) => name.includes('sessions_end_after_ninety_days'));
    for (const query of migration?.queries ?? []) await env.DB.prepare(query).run();
    expect((await both(old)[1]?.get('auth/me'))?.error.code).toBe('SESSION_ENDED');
    expect((await anyone.post('auth/refresh', { refreshToken: old.refreshToken })).error.code).toBe('SESSION_ENDED');
    expect((await both(young)[1]?.get('auth/me'))?.status).toBe(200);
  });

  it('expire seven days after their last use', async () => {
    const [, opaque] = both(await asUser());
    travel(7 * DAY_MS + 1);
    expect((await opaque?.get('auth/me'))?.error.code).toBe('SESSION_ENDED');
  });
});

describe('leaving', () => {
  it.each([
    ['auth/sign-out', undefined],
    ['auth/logout', undefined],
    ['auth/logout', {}],
    ['auth/logout', { all: false }],
  ])('by %s %o ends this session at once, by either token, and no other', async (path, body) => {
    const { here, there } = await signedInTwice();
    expect((await here.post(path, body)).status).toBe(200);
    for (const token of both(here)) {
      expect((await token.post('auth/logout')).error.code).toBe('SESSION_ENDED');
      expect((await token.get('auth/sessions')).status).toBe(401);
    }
    expect((await anyone.post('auth/refresh', { refreshToken: here.refreshToken })).error.code).toBe('SESSION_ENDED');
    expect((await there.post('auth/logout')).status).toBe(200);
  });

  it('everywhere ends every session', async () => {
    const { here, there } = await signedInTwice();
    expect((await here.post('auth/logout', { all: true })).status).toBe(200);
    for (const token of [...both(here), there]) expect((await token.get('auth/me')).error.code).toBe('SESSION_ENDED');
  });

  it('requires a token and known fields', async () => {
    for (const path of ['auth/sign-out', 'auth/logout']) expect((await anyone.post(path)).status).toBe(401);
    const answer = await (await asUser()).post('auth/logout', { everywhere: true });
    expect(answer.error.details).toEqual([{ path: 'everywhere', message: 'is not known here' }]);
    const text = await (await asUser()).post('auth/logout', 'all', { headers: { 'content-type': 'text/plain' } });
    expect(text.status).toBe(415);
  });
});

describe('a ban', () => {
  it('applies at once to every token', async () => {
    const person = await asUser();
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(person.userId).run();
    for (const token of both(person)) expect((await token.post('auth/logout')).error.code).toBe('ACCOUNT_BANNED');
  });

  it('ends every session', async () => {
    const person = await asUser();
    const ctx = testContext();
    await commit(ctx, [endSessionsOf(ctx, person.userId, 'ban')]);
    for (const token of both(person)) expect((await token.post('auth/logout')).error.code).toBe('SESSION_ENDED');
  });
});
