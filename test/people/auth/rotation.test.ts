/** JWT_SECRET replaced once and twice: nobody is signed out, and what a person has begun can be finished. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { asUserWithPassword, mailedCode, mailTo, travel } from '#test/support/accounts';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { limiterOf } from '#test/support/limits';
import { asUser } from '#test/support/users';
import { newId } from '@/shared/ids';
import { signToken } from '@/shared/tokens';

const { JWT_SECRET: FIRST = '' } = env as { JWT_SECRET?: string };
const [SECOND, THIRD] = ['the-second-secret-which-replaced-the-first', 'the-third-secret-which-replaced-the-second'];
const ONCE = { JWT_SECRET: SECOND, JWT_SECRET_PREVIOUS: FIRST };
const TWICE = { JWT_SECRET: THIRD, JWT_SECRET_PREVIOUS: SECOND };
const DAY_MS = 24 * 60 * 60 * 1_000;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
/** Each time from another address. */
const refresh = (environment: typeof ONCE, refreshToken: string) =>
  clientWith(environment).post('auth/refresh', { refreshToken });

async function stateOf(userId: string) {
  return env.DB.prepare('SELECT ended_because AS because, refresh_id AS refreshId FROM auth_sessions WHERE user_id = ?')
    .bind(userId)
    .first<{ because: string | null; refreshId: string }>();
}

describe('a secret that was replaced once', () => {
  it('leaves every token valid, and renews the session token', async () => {
    const { accessToken, sessionToken, refreshToken } = await asUser();
    for (const token of [accessToken, sessionToken])
      expect((await clientWith(ONCE, bearer(token)).get('auth/me')).status).toBe(200);
    const { headers } = await clientWith(ONCE, bearer(sessionToken)).get('auth/me');
    const renewed = headers.get('set-auth-token') ?? '';
    expect(renewed).not.toBe(sessionToken);
    expect((await clientWith(TWICE, bearer(renewed)).get('auth/me')).status).toBe(200);
    expect((await refresh(ONCE, refreshToken)).status).toBe(200);
  });

  it('leaves a mailed code valid', async () => {
    const person = await asUserWithPassword();
    await person.post('auth/send-verification-otp', { email: person.email, purpose: 'sign-in' });
    const otp = await mailedCode(person.email, 'Your code to sign in');
    const answer = await clientWith(ONCE).post('auth/signin/email-otp', { email: person.email, otp });
    expect(answer.status).toBe(200);
  });

  it('leaves a mailed link to reset the password valid', async () => {
    const person = await asUserWithPassword();
    await person.post('auth/reset-password', { email: person.email });
    const [, token] = /token=(\S+)/.exec(await mailTo(person.email, 'Reset your password')) ?? [];
    const answer = await clientWith(ONCE).post('auth/reset-password/confirm', {
      ...{ token, password: 'another horse of this colour' },
    });
    expect(answer.status).toBe(200);
  });

  it('gives the successor of a lost answer again', async () => {
    const person = await asUser();
    await person.post('auth/refresh', { refreshToken: person.refreshToken }); // its answer is lost
    const again = await refresh(ONCE, person.refreshToken);
    expect(again.status).toBe(200);
    expect((await refresh(ONCE, again.data.refreshToken)).status).toBe(200);
  });
});

describe('a secret that was replaced twice', () => {
  it('leaves a session token valid, and renews it with the first answer', async () => {
    const { sessionToken, userId } = await asUser();
    const answer = await clientWith(TWICE, bearer(sessionToken)).get('auth/me');
    expect(answer).toMatchObject({ status: 200, data: { id: userId } });
    const renewed = clientWith(TWICE, bearer(answer.headers.get('set-auth-token') ?? ''));
    for (let times = 0; times < 30; times += 1) expect((await renewed.get('auth/get-session')).status).toBe(200);
  });

  it('leaves a refresh token valid, and its successor works', async () => {
    const { refreshToken, userId } = await asUser();
    const next = await refresh(TWICE, refreshToken);
    expect(next.status).toBe(200);
    expect((await clientWith(TWICE, bearer(next.data.accessToken)).get('auth/me')).data.id).toBe(userId);
    expect((await refresh(TWICE, next.data.refreshToken)).status).toBe(200);
  });

  it('returns the successor again after a lost response, even to ten requests at once', async () => {
    const { refreshToken, userId } = await asUser();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(TWICE, refreshToken)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ data }) => data.refreshToken)).size).toBe(1);
    travel(2 * DAY_MS);
    expect((await refresh(TWICE, refreshToken)).data.refreshToken).toBe(answers[0]?.data.refreshToken);
    expect((await stateOf(userId))?.because).toBeNull();
  });

  it('refuses a session that has ended, and a token that expired', async () => {
    const [gone, idle] = [await asUser(), await asUser()];
    await gone.post('auth/sign-out');
    expect((await refresh(TWICE, gone.refreshToken)).error.code).toBe('SESSION_ENDED');
    expect((await clientWith(TWICE, bearer(gone.sessionToken)).get('auth/me')).error.code).toBe('SESSION_ENDED');
    travel(8 * DAY_MS);
    expect((await refresh(TWICE, idle.refreshToken)).status).toBe(401);
    expect((await clientWith(TWICE, bearer(idle.sessionToken)).get('auth/me')).error.code).toBe('SESSION_ENDED');
  });

  it('lets nobody end or discover a session with a token that cannot be verified', async () => {
    const person = await asUser();
    const [old, banned] = [person.refreshToken, await asUser()];
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(banned.userId).run();
    const second = await person.post('auth/refresh', { refreshToken: old });
    await person.post('auth/refresh', { refreshToken: second.data.refreshToken });
    const before = await stateOf(person.userId);
    const sidOf = (token: string) => JSON.parse(atob(token.split('.')[1] ?? '')).sid as string;
    const stranger = testContext({ JWT_SECRET: 'a-secret-that-is-of-nobody-at-all-here' }).config.keys;
    const forge = (sid: string, jti = 'a'.repeat(43)) => signToken(stranger, 'refresh', { sid, jti }, 60, Date.now());
    const forged = [
      old, // two trades ago: under a key that we have, it would end the family
      await forge(sidOf(old)),
      await forge(sidOf(banned.refreshToken)),
      await forge(newId()),
      await forge(sidOf(old), 'a'),
      await signToken(stranger, 'access', { sid: sidOf(old), jti: before?.refreshId }, 60, Date.now()),
      await signToken(stranger, 'refresh', { sid: sidOf(old), jti: before?.refreshId }, 60, Date.now() - 91 * DAY_MS),
    ];
    for (const token of forged)
      expect(await refresh(TWICE, token)).toMatchObject({ status: 401, error: { code: 'TOKEN_INVALID' } });
    expect(await stateOf(person.userId)).toEqual(before);
  });

  it("looks up refresh tokens that cannot be verified only as often as the address's look-up limit allows", async () => {
    const { refreshToken } = await asUser();
    const { post } = clientWith({ ...TWICE, LIMIT_LOOKUP: limiterOf(3) });
    const statuses: number[] = [];
    for (let tries = 0; tries < 5; tries += 1) statuses.push((await post('auth/refresh', { refreshToken })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await refresh(TWICE, refreshToken)).status).toBe(200);
  });
});
