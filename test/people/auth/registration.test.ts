import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { mailedCode, mailTo, PASSWORD } from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { accounts } from '@/domains/people/auth/tables';

const anyone = client();
let counter = 0;
const newcomer = () => {
  counter += 1;
  return { email: `newcomer${counter}@footlight.test`, username: `newcomer${counter}`, password: PASSWORD };
};
const LINK = 'Verify your email';
const CODE = 'verify this address';

describe('POST /auth/register', () => {
  it('makes an account that can sign in, and mails a link', async () => {
    const person = newcomer();
    const answer = await anyone.post('auth/register', { ...person, role: 'dj' });
    expect(answer.status).toBe(201);
    expect(answer.body.message).toBe('Registration successful. Please verify your email.');
    expect(answer.data).toMatchObject({ userId: expect.any(String), email: person.email, role: 'dj', expiresIn: 900 });
    expect(answer.headers.get('set-auth-token')).toBe(answer.data.token);
    expect(await mailTo(person.email, LINK)).toContain('http://localhost:5173/verify-email#token=');
    const { email, password } = person;
    const signedIn = await anyone.post('auth/login', { email, password });
    expect(signedIn.data.user).toMatchObject({ username: person.username, role: 'dj', creatorStatus: 'NONE' });
    expect(signedIn.data.user.verified).toBe(false);
  });

  it('stores the password as a hash alone', async () => {
    const { data } = await anyone.post('auth/register', newcomer());
    const row = await testContext().db.select().from(accounts).where(eq(accounts.userId, data.userId)).get();
    expect(row?.secretHash).toMatch(/^scrypt\$/);
  });

  it('returns session tokens, as signup/email does', async () => {
    for (const path of ['auth/register', 'auth/signup/email']) {
      const { data } = await anyone.post(path, newcomer());
      for (const token of [data.accessToken, data.token])
        expect((await client({ authorization: `Bearer ${token}` }).get('auth/me')).data).toMatchObject({
          id: data.userId,
          verified: false,
        });
      expect((await anyone.post('auth/refresh', { refreshToken: data.refreshToken })).status).toBe(200);
    }
  });

  it('refuses a username that is taken, whatever its case, and creates nothing', async () => {
    const first = newcomer();
    await anyone.post('auth/register', first);
    const second = { ...newcomer(), username: first.username.toUpperCase() };
    const refused = await anyone.post('auth/register', second);
    expect(refused).toMatchObject({ status: 409, error: { code: 'USERNAME_TAKEN' } });
    expect((await anyone.post('auth/register', { ...second, username: `${first.username}_b` })).status).toBe(201);
  });

  it('creates one account if two register the same username at once', async () => {
    const { username } = newcomer();
    const answers = await Promise.all(
      [newcomer(), newcomer()].map((person) => anyone.post('auth/register', { ...person, username })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it.each([
    [{ username: 'no' }, 'username'],
    [{ username: 'not-this' }, 'username'],
    [{ username: 'admin' }, 'username'],
    [{ password: 'short' }, 'password'],
    [{ password: 'correct horse battery'.repeat(7) }, 'password'],
    [{ password: 'aabbccdd' }, 'password'],
    [{ password: '\u00a0 \u200b\u3000'.repeat(5) }, 'password'],
    [{ password: 'Password123' }, 'password'],
    [{ username: 'lovelace', password: 'I am LoveLace!' }, 'password'],
    [{ email: 'nobody' }, 'email'],
    [{ role: 'admin' }, 'role'],
    [{ rank: 'owner' }, 'rank'],
    [{ username: undefined }, 'username'],
  ])('refuses %o', async (wrong, path) => {
    const answer = await anyone.post('auth/register', { ...newcomer(), ...wrong });
    expect(answer).toMatchObject({ status: 422, error: { code: 'VALIDATION_FAILED' } });
    expect(answer.error.details).toEqual([{ path, message: expect.any(String) }]);
  });

  it('refuses a body that is not JSON', async () => {
    const malformed = await anyone.post('auth/register', '{"email":', {
      headers: { 'content-type': 'application/json' },
    });
    expect(malformed).toMatchObject({ status: 400, error: { code: 'MALFORMED_JSON' } });
    expect((await anyone.post('auth/register', 'email=a', { headers: { 'content-type': 'text/plain' } })).status).toBe(
      415,
    );
  });
});

describe('POST /auth/signup/email', () => {
  it('invents a username that does not reveal the email address, and mails a code', async () => {
    const { email, password } = newcomer();
    const answer = await anyone.post('auth/signup/email', { email, password, displayName: 'Grace Hopper' });
    expect(answer.status).toBe(201);
    const otp = await mailedCode(email, CODE);
    const verified = await anyone.post('auth/verify-email', { email, otp, password });
    expect(verified).toMatchObject({ status: 200, data: { verified: true } });
    const { user } = (await anyone.post('auth/signin/email', { email, password })).data;
    expect(user).toMatchObject({ displayName: 'Grace Hopper', verified: true });
    expect(user.username).toMatch(/^grace_hopper_[a-z0-9]{10}$/);
  });

  it('applies the same rules as register', async () => {
    const answer = await anyone.post('auth/signup/email', { ...newcomer(), password: 'short', nickname: 'x' });
    expect(answer.status).toBe(422);
    const paths = (answer.error.details as { path: string }[]).map(({ path }) => path);
    expect(paths.sort()).toEqual(['nickname', 'password']);
  });
});
