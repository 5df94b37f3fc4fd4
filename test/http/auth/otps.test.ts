import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { anotherCode, asUserWithPassword, countMails, forgetMails, mailedCode, travel } from '#test/support/accounts';
import { client, randomAddress } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asUser } from '#test/support/users';
import { requestOtp } from '@/domains/auth/verify-email';

const anyone = client();
const MINUTE_MS = 60_000;

async function signInCode(email: string): Promise<string> {
  await forgetMails(email);
  expect((await anyone.post('auth/send-verification-otp', { email, purpose: 'sign-in' })).status).toBe(200);
  return mailedCode(email, 'code to sign in');
}

describe('POST /auth/signin/email-otp', () => {
  it('answers as a password does, and proves the address', async () => {
    const { email, userId } = await asUser({ verified: false });
    const answer = await anyone.post('auth/signin/email-otp', { email, otp: await signInCode(email) });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-auth-token')).toBe(answer.data.token);
    expect(answer.data).toMatchObject({ expiresIn: 900, user: { id: userId } });
    const me = await client({ authorization: `Bearer ${answer.data.accessToken}` }).get('auth/me');
    expect(me.data.verified).toBe(true);
  });

  it('takes a code once, even when it is used twice at once', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const answers = await Promise.all([1, 2, 3].map(() => anyone.post('auth/signin/email-otp', { email, otp })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).error.code).toBe('OTP_INVALID');
  });

  it('refuses a banned account', async () => {
    const { email, userId } = await asUser();
    const otp = await signInCode(email);
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(userId).run();
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).error.code).toBe('ACCOUNT_BANNED');
  });

  it('refuses what is not six digits', async () => {
    const answer = await anyone.post('auth/signin/email-otp', { email: 'a@footlight.test', otp: '12345' });
    expect(answer.error.details).toEqual([{ path: 'otp', message: 'must be six digits' }]);
  });
});

describe('a one-time code', () => {
  it('takes five of two hundred guesses at once, and then not even the right one', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const compared = vi.spyOn(Object.getPrototypeOf(env.DB), 'prepare');
    const guesses = Array.from({ length: 200 }, () =>
      anyone.post('auth/signin/email-otp', { email, otp: anotherCode(otp) }, { address: randomAddress() }),
    );
    for (const { status } of await Promise.all(guesses)) expect(status).toBe(401);
    expect(compared).toHaveBeenCalledTimes(200);
    const row = await env.DB.prepare('SELECT attempts_left FROM otps WHERE email_key = ?').bind(email).first();
    expect(row).toEqual({ attempts_left: 0 });
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(401);
  });

  it('is found by the fifth try and not by the sixth', async () => {
    for (const [wrong, status] of [
      [4, 200],
      [5, 401],
    ] as const) {
      const { email } = await asUser();
      const otp = await signInCode(email);
      for (let n = 0; n < wrong; n += 1) await anyone.post('auth/signin/email-otp', { email, otp: anotherCode(otp) });
      expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(status);
    }
  });

  it('of a hundred right guesses at once signs in once', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        anyone.post('auth/signin/email-otp', { email, otp }, { address: randomAddress() }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('is good for ten minutes', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    travel(10 * MINUTE_MS + 1);
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).error.code).toBe('OTP_INVALID');
  });

  it('is good for one purpose', async () => {
    const { email } = await asUserWithPassword();
    const otp = await signInCode(email);
    expect((await anyone.post('auth/verify-email', { email, otp })).status).toBe(401);
    const reset = await anyone.post('auth/reset-password/email-otp', { email, otp, password: 'another password' });
    expect(reset.status).toBe(401);
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(200);
  });

  it('is replaced by a new one', async () => {
    const { email } = await asUser();
    const old = await signInCode(email);
    const fresh = await signInCode(email);
    if (old !== fresh) expect((await anyone.post('auth/signin/email-otp', { email, otp: old })).status).toBe(401);
    expect((await anyone.post('auth/signin/email-otp', { email, otp: fresh })).status).toBe(200);
  });

  it('can be checked without being used up, which costs a try', async () => {
    const { email } = await asUser({ verified: false });
    await anyone.post('auth/send-verification-otp', { email });
    const otp = await mailedCode(email, 'verify this address');
    const check = (code: string) => anyone.post('auth/check-verification-otp', { email, otp: code });
    expect((await check(otp)).data).toEqual({ valid: true });
    expect((await check(anotherCode(otp))).error.code).toBe('OTP_INVALID');
    const row = await env.DB.prepare('SELECT attempts_left FROM otps WHERE email_key = ?').bind(email).first();
    expect(row).toEqual({ attempts_left: 3 });
    expect((await anyone.post('auth/verify-email', { email, otp })).status).toBe(200);
  });

  it('is not in the database as it is', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const row = await env.DB.prepare('SELECT * FROM otps WHERE email_key = ?').bind(email).first();
    expect(JSON.stringify(row)).not.toContain(otp);
  });
});

describe('asking for a code', () => {
  it('never tells whether the address exists', async () => {
    const { email } = await asUser();
    for (const path of ['auth/send-verification-otp', 'auth/forget-password/email-otp', 'auth/reset-password']) {
      const known = await anyone.post(path, { email });
      const unknown = await anyone.post(path, { email: 'nobody-at-all@footlight.test' });
      expect(known.status).toBe(200);
      expect(unknown.body).toEqual(known.body);
    }
  });

  it('does the same statements before the answer, whether or not the address exists', async () => {
    const { email } = await asUser();
    const prepare = vi.spyOn(Object.getPrototypeOf(env.DB), 'prepare');
    const statementsOf = async (address: string) => {
      const ctx = testContext();
      prepare.mockClear();
      await requestOtp(ctx, address, 'sign-in');
      const statements = prepare.mock.calls.map(([sql]) => sql);
      await ctx.settle();
      return statements;
    };
    const known = await statementsOf(email);
    expect(known.length).toBeGreaterThan(1);
    expect(await statementsOf('nobody-else@footlight.test')).toEqual(known);
  });

  it('mails nobody without an account', async () => {
    const email = 'unknown-person@footlight.test';
    const ctx = testContext();
    await requestOtp(ctx, email, 'sign-in');
    await ctx.settle();
    expect(await countMails(email)).toBe(0);
  });

  it('is limited for each address to eight an hour, whoever asks, by purpose or link', async () => {
    const { email } = await asUser();
    const ask = (path: string) => anyone.post(path, { email }, { address: randomAddress() });
    const paths = ['auth/send-verification-otp', 'auth/forget-password/email-otp', 'auth/reset-password'];
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => ask(paths[n % 3] ?? '')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(8);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.error.code).toBe('OTP_LIMIT');
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(3_500);
    await vi.waitFor(async () => expect(await countMails(email)).toBe(8));

    travel(61 * MINUTE_MS);
    expect((await ask('auth/reset-password')).status).toBe(200);
  });

  it('is limited for an address without account just the same', async () => {
    const email = 'limited-nobody@footlight.test';
    const statuses: number[] = [];
    for (let n = 0; n < 9; n += 1) statuses.push((await anyone.post('auth/reset-password', { email })).status);
    expect(statuses).toEqual([...Array.from({ length: 8 }, () => 200), 429]);
  });

  it('refuses a purpose that there is not', async () => {
    const answer = await anyone.post('auth/send-verification-otp', { email: 'a@footlight.test', purpose: 'fun' });
    expect(answer.error.details).toEqual([{ path: 'purpose', message: expect.any(String) }]);
    expect((await anyone.post('auth/check-verification-otp', { otp: '123456' })).status).toBe(422);
  });
});
