import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { anotherCode, asUserWithPassword, forgetMails, mailedCode, travel } from '#test/support/accounts';
import { client, randomAddress } from '#test/support/api';
import { asUser } from '#test/support/users';

let anyone = client();
beforeEach(() => {
  anyone = client(); // sixty sign-in requests a minute from one address
});
const MINUTE_MS = 60_000;

async function signInCode(email: string): Promise<string> {
  await forgetMails(email);
  expect((await anyone.post('auth/send-verification-otp', { email, purpose: 'sign-in' })).status).toBe(200);
  return mailedCode(email, 'code to sign in');
}

describe('POST /auth/signin/email-otp', () => {
  it('signs in as a password does, and verifies the address', async () => {
    const { email, userId } = await asUser({ verified: false });
    const answer = await anyone.post('auth/signin/email-otp', { email, otp: await signInCode(email) });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-auth-token')).toBe(answer.data.token);
    expect(answer.data).toMatchObject({ expiresIn: 900, user: { id: userId } });
    const me = await client({ authorization: `Bearer ${answer.data.accessToken}` }).get('auth/me');
    expect(me.data.verified).toBe(true);
  });

  it('accepts a code once, even if it is used twice at once', async () => {
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

  it('refuses a code that is not six digits', async () => {
    const answer = await anyone.post('auth/signin/email-otp', { email: 'a@footlight.test', otp: '12345' });
    expect(answer.error.details).toEqual([{ path: 'otp', message: 'must be six digits' }]);
  });
});

describe('a one-time code', () => {
  it('is checked against only five of fifty simultaneous guesses from one address, then even the right one is refused', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const guesses = Array.from({ length: 50 }, () =>
      anyone.post('auth/signin/email-otp', { email, otp: anotherCode(otp) }),
    );
    for (const { error } of await Promise.all(guesses)) expect(error.code).toBe('OTP_INVALID');
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(401);
  });

  it('still works for its owner after a stranger has used up their attempts', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const attacker = client();
    for (let n = 0; n < 7; n += 1) await attacker.post('auth/signin/email-otp', { email, otp: anotherCode(otp) });
    expect((await attacker.post('auth/signin/email-otp', { email, otp })).error.code).toBe('OTP_INVALID');
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(200);
  });

  it('is checked against only fifty of two hundred guesses from two hundred addresses, and against more a day later', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const guess = (code: string) =>
      anyone.post('auth/signin/email-otp', { email, otp: code }, { address: randomAddress() });
    const answers = await Promise.all(Array.from({ length: 200 }, () => guess(anotherCode(otp))));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(50);
    const refused = await guess(otp);
    expect(refused).toMatchObject({ status: 429, error: { code: 'OTP_TRIES_LIMIT' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(23 * 3_600);
    // Also for another purpose, and whether or not there is an account.
    await forgetMails(email);
    await anyone.post('auth/forget-password/email-otp', { email });
    const reset = { email, otp: await mailedCode(email, 'code to reset'), password: 'another fine password' };
    expect((await anyone.post('auth/reset-password/email-otp', reset)).error.code).toBe('OTP_TRIES_LIMIT');

    travel(25 * 60 * MINUTE_MS);
    expect((await guess(await signInCode(email))).status).toBe(200);
  });

  it('is accepted from a known device after strangers have used up all attempts, up to a limit', async () => {
    const { email } = await asUser();
    const signedIn = await anyone.post('auth/signin/email-otp', { email, otp: await signInCode(email) });
    const { deviceToken } = signedIn.data;
    const otp = await signInCode(email);
    const guess = (code: string, token?: string) =>
      anyone.post('auth/signin/email-otp', { email, otp: code, deviceToken: token }, { address: randomAddress() });
    await Promise.all(Array.from({ length: 51 }, () => guess(anotherCode(otp))));
    const somebody = await asUser();
    const other = await anyone.post('auth/signin/email-otp', {
      email: somebody.email,
      otp: await signInCode(somebody.email),
    });
    for (const token of [undefined, other.data.deviceToken, signedIn.data.accessToken, 'x'])
      expect((await guess(otp, token)).error.code).toBe('OTP_TRIES_LIMIT');
    for (let n = 0; n < 4; n += 1) expect((await guess(anotherCode(otp), deviceToken)).status).toBe(401);
    expect((await guess(otp, deviceToken)).status).toBe(200);
    const next = await signInCode(email);
    for (let n = 0; n < 5; n += 1) expect((await guess(anotherCode(next), deviceToken)).status).toBe(401);
    expect((await guess(next, deviceToken)).error.code).toBe('OTP_INVALID');
  });

  it('allows one address ten wrong attempts a day, however many codes it requests', async () => {
    const { email } = await asUser();
    for (let n = 0; n < 2; n += 1) {
      const otp = await signInCode(email);
      for (let wrong = 0; wrong < 5; wrong += 1)
        await anyone.post('auth/signin/email-otp', { email, otp: anotherCode(otp) });
    }
    const otp = await signInCode(email);
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).error.code).toBe('OTP_TRIES_LIMIT');
    expect((await client().post('auth/signin/email-otp', { email, otp })).status).toBe(200);
  });

  it('is accepted on the fifth attempt but not on the sixth', async () => {
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

  it('signs in only once if it is sent a hundred times at once', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        anyone.post('auth/signin/email-otp', { email, otp }, { address: randomAddress() }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('expires after ten minutes', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    travel(10 * MINUTE_MS + 1);
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).error.code).toBe('OTP_INVALID');
  });

  it('works only for its purpose', async () => {
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

  it('can be checked without being used up, and a wrong one costs an attempt', async () => {
    const { email } = await asUser({ verified: false });
    await anyone.post('auth/send-verification-otp', { email });
    const otp = await mailedCode(email, 'verify this address');
    const check = (code: string) => anyone.post('auth/check-verification-otp', { email, otp: code });
    for (let n = 0; n < 6; n += 1) expect((await check(otp)).data).toEqual({ valid: true });
    for (let n = 0; n < 5; n += 1) expect((await check(anotherCode(otp))).error.code).toBe('OTP_INVALID');
    expect((await check(otp)).error.code).toBe('OTP_INVALID');
    expect((await client().post('auth/verify-email', { email, otp })).status).toBe(200);
  });

  it('is stored only as a hash', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const row = await env.DB.prepare('SELECT * FROM otps WHERE email_key = ?').bind(email).first();
    expect(JSON.stringify(row)).not.toContain(otp);
  });
});
