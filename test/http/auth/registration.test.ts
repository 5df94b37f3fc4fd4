import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { anotherCode, mailedCode, mailTo, PASSWORD, travel } from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { accounts } from '@/domains/auth/tables';

const anyone = client();
let counter = 0;
const newcomer = () => {
  counter += 1;
  return { email: `newcomer${counter}@footlight.test`, username: `newcomer${counter}`, password: PASSWORD };
};
const LINK = 'Verify your e-mail';
const CODE = 'verify this address';

describe('POST /auth/register', () => {
  it('makes an account that can sign in, and mails a link', async () => {
    const person = newcomer();
    const answer = await anyone.post('auth/register', { ...person, role: 'dj' });
    expect(answer.status).toBe(201);
    expect(answer.data).toEqual({ userId: expect.any(String), email: person.email, role: 'dj' });
    expect(await mailTo(person.email, LINK)).toContain('/api/v1/auth/verify-email/');
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

  it('tells an address that is taken, whatever its case', async () => {
    const first = newcomer();
    await anyone.post('auth/register', first);
    const second = { ...newcomer(), email: first.email.toUpperCase() };
    expect(await anyone.post('auth/register', second)).toMatchObject({ status: 409, error: { code: 'EMAIL_TAKEN' } });
    expect((await anyone.post('auth/signup/email', second)).error.code).toBe('EMAIL_TAKEN');
  });

  it('tells a username that is taken, whatever its case, and makes nothing', async () => {
    const first = newcomer();
    await anyone.post('auth/register', first);
    const second = { ...newcomer(), username: first.username.toUpperCase() };
    const refused = await anyone.post('auth/register', second);
    expect(refused).toMatchObject({ status: 409, error: { code: 'USERNAME_TAKEN' } });
    expect((await anyone.post('auth/register', { ...second, username: `${first.username}_b` })).status).toBe(201);
  });

  it('of two at once with one username makes one', async () => {
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

  it('refuses what is not JSON', async () => {
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
  it('makes an account with a username of its own that does not tell the address, and mails a code', async () => {
    const { email, password } = newcomer();
    const answer = await anyone.post('auth/signup/email', { email, password, displayName: 'Grace Hopper' });
    expect(answer.status).toBe(201);
    const verified = await anyone.post('auth/verify-email', { email, otp: await mailedCode(email, CODE) });
    expect(verified).toMatchObject({ status: 200, data: { verified: true } });
    const { user } = (await anyone.post('auth/signin/email', { email, password })).data;
    expect(user).toMatchObject({ displayName: 'Grace Hopper', verified: true });
    expect(user.username).toMatch(/^grace_hopper_[a-z0-9]{10}$/);
  });

  it('takes the same rules as register', async () => {
    const answer = await anyone.post('auth/signup/email', { ...newcomer(), password: 'short', nickname: 'x' });
    expect(answer.status).toBe(422);
    const paths = (answer.error.details as { path: string }[]).map(({ path }) => path);
    expect(paths.sort()).toEqual(['nickname', 'password']);
  });
});

describe('verifying an address', () => {
  it('by link works, and once more says the same', async () => {
    const person = newcomer();
    await anyone.post('auth/register', person);
    const path = /auth\/verify-email\/\S+/.exec(await mailTo(person.email, LINK))?.[0] ?? '';
    for (const _ of [1, 2]) expect((await anyone.get(path)).data).toEqual({ verified: true });
    const { data } = await anyone.post('auth/login', { email: person.email, password: PASSWORD });
    expect(data.user.verified).toBe(true);
  });

  it('by a link that is forged, of another kind or too old is refused', async () => {
    const person = newcomer();
    await anyone.post('auth/register', person);
    const path = /auth\/verify-email\/\S+/.exec(await mailTo(person.email, LINK))?.[0] ?? '';
    const { data } = await anyone.post('auth/login', { email: person.email, password: PASSWORD });
    for (const token of ['x', data.accessToken, `${path.split('/').at(-1)}x`])
      expect((await anyone.get(`auth/verify-email/${token}`)).error.code).toBe('TOKEN_INVALID');
    travel(25 * 60 * 60 * 1_000);
    expect((await anyone.get(path)).status).toBe(401);
  });

  it('by a wrong code is refused, by the right one works once', async () => {
    const { email, password } = newcomer();
    await anyone.post('auth/signup/email', { email, password });
    const otp = await mailedCode(email, CODE);
    const wrong = await anyone.post('auth/verify-email', { email, otp: anotherCode(otp) });
    expect(wrong).toMatchObject({ status: 401, error: { code: 'OTP_INVALID' } });
    expect((await anyone.post('auth/verify-email', { email: email.toUpperCase(), otp })).status).toBe(200);
    expect((await anyone.post('auth/verify-email', { email, otp })).status).toBe(401);
  });

  it('that is OWNER_EMAIL makes the owner, and registering it does not', async () => {
    const email = 'Owner@footlight.test'; // as vitest.config.ts sets it, in another case
    await anyone.post('auth/signup/email', { email, password: PASSWORD });
    const before = await anyone.post('auth/login', { email, password: PASSWORD });
    expect(before.data.user.rank).toBeUndefined();
    await anyone.post('auth/verify-email', { email, otp: await mailedCode(email, CODE) });
    const after = await anyone.post('auth/login', { email, password: PASSWORD });
    expect(after.data.user.rank).toBe('owner');
    const owner = client({ authorization: `Bearer ${before.data.accessToken}` });
    expect((await owner.get('auth/me')).data.rank).toBe('owner');
  });
});
