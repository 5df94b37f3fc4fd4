import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  anotherCode,
  asUserWithPassword,
  countMails,
  forgetMails,
  mailedCode,
  stranger,
  travel,
} from '#test/support/accounts';
import { client, randomAddress } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asUser } from '#test/support/users';
import { requestOtp } from '@/domains/auth/verify-email';

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
  it('has five of fifty guesses at once from one address compared, and then even the right one is refused', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const guesses = Array.from({ length: 50 }, () =>
      anyone.post('auth/signin/email-otp', { email, otp: anotherCode(otp) }),
    );
    for (const { error } of await Promise.all(guesses)) expect(error.code).toBe('OTP_INVALID');
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(401);
  });

  it('is still good for its owner when a stranger has used up their tries', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const attacker = client();
    for (let n = 0; n < 7; n += 1) await attacker.post('auth/signin/email-otp', { email, otp: anotherCode(otp) });
    expect((await attacker.post('auth/signin/email-otp', { email, otp })).error.code).toBe('OTP_INVALID');
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(200);
  });

  it('has fifty of two hundred guesses at once from as many addresses compared, and more a day later', async () => {
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
  }, 30_000);

  it('is taken from a known device when strangers have used up all tries, but not without end', async () => {
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
  }, 30_000);

  it('gives one address ten wrong ones a day, however many codes it asks for', async () => {
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

  it('can be checked without being used up, and a wrong one costs a try', async () => {
    const { email } = await asUser({ verified: false });
    await anyone.post('auth/send-verification-otp', { email });
    const otp = await mailedCode(email, 'verify this address');
    const check = (code: string) => anyone.post('auth/check-verification-otp', { email, otp: code });
    for (let n = 0; n < 6; n += 1) expect((await check(otp)).data).toEqual({ valid: true });
    for (let n = 0; n < 5; n += 1) expect((await check(anotherCode(otp))).error.code).toBe('OTP_INVALID');
    expect((await check(otp)).error.code).toBe('OTP_INVALID');
    expect((await client().post('auth/verify-email', { email, otp })).status).toBe(200);
  });

  it('is not in the database as it is', async () => {
    const { email } = await asUser();
    const otp = await signInCode(email);
    const row = await env.DB.prepare('SELECT * FROM otps WHERE email_key = ?').bind(email).first();
    expect(JSON.stringify(row)).not.toContain(otp);
  });
});

/** From an address of its own, unless from this client. */
const ask = (email: string, purpose: string, from = client(), deviceToken?: string) =>
  from.post('auth/send-verification-otp', { email, purpose, deviceToken });

async function mailedCodes(email: string): Promise<string[]> {
  const { results } = await env.DB.prepare('SELECT text FROM mailbox WHERE recipient = ?')
    .bind(email)
    .all<{ text: string }>();
  return results.map(({ text }) => /\b\d{6}\b/.exec(text)?.[0] ?? '');
}

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
      await requestOtp(ctx, address, 'sign-in', stranger());
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
    await requestOtp(ctx, email, 'sign-in', stranger());
    await ctx.settle();
    expect(await countMails(email)).toBe(0);
  });

  it('is limited for each caller, and the next caller is not refused', async () => {
    const { email } = await asUser();
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(email, 'forget-password', anyone)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.error.code).toBe('OTP_LIMIT');
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(3_500);
    await vi.waitFor(async () => expect(await countMails(email)).toBe(5));
    expect((await ask(email, 'forget-password')).status).toBe(200);
    expect((await ask(email, 'sign-in', anyone)).status).toBe(200);

    travel(61 * MINUTE_MS);
    expect((await ask(email, 'forget-password', anyone)).status).toBe(200);
  });

  it('counts a household as one caller, and all callers without an address as one', async () => {
    const { email } = await asUser();
    const statusesOf = async (address: (n: number) => string) => {
      const statuses: number[] = [];
      for (let n = 0; n < 6; n += 1)
        statuses.push((await anyone.post('auth/reset-password', { email }, { address: address(n) })).status);
      return statuses;
    };
    const five = [200, 200, 200, 200, 200, 429];
    expect(await statusesOf((n) => `2001:db8:1:2::${n + 1}`)).toEqual(five);
    expect(await statusesOf(() => '')).toEqual(five);
    expect(await statusesOf((n) => `2001:db8:1:${n + 10}::1`)).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it('is limited for each address over all callers, and then the newest code keeps working', async () => {
    const { email } = await asUserWithPassword();
    await forgetMails(email);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(email, 'forget-password')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(15);
    await vi.waitFor(async () => expect(await countMails(email)).toBe(15));
    travel(45 * MINUTE_MS);
    const late = await ask(email, 'forget-password');
    expect(late).toMatchObject({ status: 429, error: { code: 'OTP_LIMIT' } });
    // The mails came at once, so that which of them is the newest is not in their order.
    const codes = await mailedCodes(email);
    const resets = await Promise.all(
      codes.map((otp) =>
        anyone.post(
          'auth/reset-password/email-otp',
          { email, otp, password: 'another fine password' },
          { address: randomAddress() },
        ),
      ),
    );
    expect(resets.filter(({ status }) => status === 200)).toHaveLength(1);
  }, 30_000);

  it('leaves the current code valid when it is refused', async () => {
    const { email } = await asUser();
    let otp = '';
    for (let n = 0; n < 5; n += 1) otp = await signInCode(email);
    travel(50 * MINUTE_MS);
    expect((await ask(email, 'sign-in', anyone)).status).toBe(429);
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(200);
  });

  it('leaves a known device its own quota when strangers ask', async () => {
    const { email } = await asUser();
    const signedIn = await anyone.post('auth/signin/email-otp', { email, otp: await signInCode(email) });
    const { deviceToken } = signedIn.data;
    for (let n = 0; n < 16; n += 1) await ask(email, 'sign-in');
    expect((await ask(email, 'sign-in')).status).toBe(429);
    for (let n = 0; n < 5; n += 1) expect((await ask(email, 'sign-in', client(), deviceToken)).status).toBe(200);
    expect((await ask(email, 'sign-in', client(), deviceToken)).status).toBe(429);
  });

  it('is limited for an address without account just the same', async () => {
    const email = 'limited-nobody@footlight.test';
    const statuses: number[] = [];
    for (let n = 0; n < 16; n += 1) statuses.push((await ask(email, 'forget-password')).status);
    expect(statuses).toEqual([...Array.from({ length: 15 }, () => 200), 429]);
  });

  it('is limited for a caller who asks for mails to many addresses', async () => {
    const busy = client();
    expect((await ask('crowd1@footlight.test', 'sign-in', busy)).status).toBe(200);
    await env.DB.prepare('UPDATE tries SET spent = allowed - 1 WHERE allowed = 300').run();
    expect((await busy.post('auth/reset-password', { email: 'crowd2@footlight.test' })).status).toBe(200);
    const refused = await ask('crowd3@footlight.test', 'sign-in', busy);
    expect(refused).toMatchObject({ status: 429, error: { code: 'OTP_LIMIT' } });
    const registered = { email: 'crowd4@footlight.test', username: 'crowd4', password: 'a horse of another colour' };
    expect((await busy.post('auth/register', registered)).error.code).toBe('OTP_LIMIT');
    expect((await ask('crowd3@footlight.test', 'sign-in')).status).toBe(200);
  });

  it('refuses a purpose that there is not', async () => {
    const answer = await anyone.post('auth/send-verification-otp', { email: 'a@footlight.test', purpose: 'fun' });
    expect(answer.error.details).toEqual([{ path: 'purpose', message: expect.any(String) }]);
    expect((await anyone.post('auth/check-verification-otp', { otp: '123456' })).status).toBe(422);
  });
});
