import { env } from 'cloudflare:workers';
import { scryptSync } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { asUserWithPassword, PASSWORD } from '#test/support/accounts';
import { client } from '#test/support/api';

const anyone = client();

describe.each(['auth/login', 'auth/signin/email'])('POST /%s', (path) => {
  it('returns tokens, user and the set-auth-token header', async () => {
    const { email, userId } = await asUserWithPassword();
    const answer = await anyone.post(path, { email: email.toUpperCase(), password: PASSWORD });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.data).sort()).toEqual([
      'accessToken',
      'deviceToken',
      'expiresIn',
      'refreshToken',
      'token',
      'user',
    ]);
    expect(answer.data).toMatchObject({ expiresIn: 900, user: { id: userId, email } });
    expect(answer.data.user.lastLogin).toMatch(/Z$/);
    expect(answer.headers.get('set-auth-token')).toBe(answer.data.token);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    for (const token of [answer.data.accessToken, answer.data.token]) {
      const me = await client({ authorization: `Bearer ${token}` }).get('auth/me');
      expect(me).toMatchObject({ status: 200, data: { id: userId } });
    }
  });

  it('puts user, role and times into the access token', async () => {
    const { email, userId } = await asUserWithPassword({ role: 'dj' });
    const { data } = await anyone.post(path, { email, password: PASSWORD });
    const claims = JSON.parse(atob(data.accessToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    expect(claims).toMatchObject({ sub: userId, userId, email, role: 'dj', aud: 'access', sid: expect.any(String) });
    expect(claims.exp - claims.iat).toBe(900);
  });

  it('gives the same error for a wrong address and a wrong password', async () => {
    const { email } = await asUserWithPassword();
    const wrongPassword = await anyone.post(path, { email, password: 'something else' });
    const wrongAddress = await anyone.post(path, { email: 'nobody@footlight.test', password: PASSWORD });
    expect(wrongPassword).toMatchObject({ status: 401, error: { code: 'INVALID_CREDENTIALS' } });
    expect(wrongAddress.body).toEqual(wrongPassword.body);
  });

  it('says that an account is banned only after the right password', async () => {
    const { email, userId } = await asUserWithPassword();
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(userId).run();
    const right = await anyone.post(path, { email, password: PASSWORD });
    expect(right).toMatchObject({ status: 403, error: { code: 'ACCOUNT_BANNED' } });
    expect((await anyone.post(path, { email, password: 'something else' })).error.code).toBe('INVALID_CREDENTIALS');
  });

  it('refuses unknown fields and an invalid address', async () => {
    const answer = await anyone.post(path, { email: 'x', password: PASSWORD, remember: true });
    expect(answer.status).toBe(422);
    const paths = (answer.error.details as { path: string }[]).map((detail) => detail.path);
    expect(paths.sort()).toEqual(['email', 'remember']);
  });
});

describe('a refused sign-in', () => {
  it('runs the same statements whether or not the address has an account', async () => {
    const { email } = await asUserWithPassword();
    const database = Object.getPrototypeOf(env.DB);
    const prepare = vi.spyOn(database, 'prepare');
    const statementsOf = async (address: string) => {
      prepare.mockClear();
      await anyone.post('auth/login', { email: address, password: 'something else' });
      return prepare.mock.calls.map(([sql]) => sql);
    };
    const known = await statementsOf(email);
    expect(known.some((sql) => String(sql).includes('"tries"'))).toBe(true);
    expect(await statementsOf('nobody@footlight.test')).toEqual(known);
  });
});

describe('a password hashed with older parameters', () => {
  it('still signs in, and is hashed again', async () => {
    const { email, userId } = await asUserWithPassword();
    const salt = Buffer.alloc(16, 7);
    const key = scryptSync(PASSWORD, salt, 32, { N: 2 ** 10, r: 8, p: 1 });
    const old = `scrypt$ln=10,r=8,p=1$${salt.toString('base64url')}$${key.toString('base64url')}`;
    await env.DB.prepare('UPDATE accounts SET secret_hash = ? WHERE user_id = ?').bind(old, userId).run();
    expect((await anyone.post('auth/login', { email, password: PASSWORD })).status).toBe(200);
    await vi.waitFor(async () => {
      const row = await env.DB.prepare('SELECT secret_hash AS hash FROM accounts WHERE user_id = ?')
        .bind(userId)
        .first<{ hash: string }>();
      expect(row?.hash).toMatch(/ln=14,r=8,p=5/);
    });
    expect((await anyone.post('auth/login', { email, password: PASSWORD })).status).toBe(200);
  });
});
