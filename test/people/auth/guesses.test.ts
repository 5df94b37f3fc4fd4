/** How many wrong passwords and codes anybody may try: by address, by known device, by session, by account. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  anotherCode,
  appCode,
  asUserWithPassword,
  forgetMails,
  mailedCode,
  PASSWORD,
  travel,
  turnOnTwoFactor,
} from '#test/support/accounts';
import { type Client, client, randomAddress } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asUser, type Person } from '#test/support/users';
import { newSession } from '@/domains/people/auth/sessions';

let anyone = client();
beforeEach(async () => {
  anyone = client(); // sixty sign-in requests a minute from one address
  await env.DB.prepare('DELETE FROM tries').run(); // rows name nobody: those that are there are this test's
});
const HOUR_MS = 60 * 60 * 1_000;
const WRONG = 'not the right one';

const login = (email: string, password: string, address: string, deviceToken: string | null = null) =>
  anyone.post('auth/login', { email, password, deviceToken }, { address });

async function deviceTokenOf({ email }: { email: string }): Promise<string> {
  const { data } = await login(email, PASSWORD, randomAddress());
  return data.deviceToken;
}

/** As if all but one try of each allowance of this size were spent: each costs a quarter of a second by the API. */
const spendAllButOne = (allowed: number) =>
  env.DB.prepare('UPDATE tries SET spent = allowed - 1 WHERE allowed = ? AND spent > 0').bind(allowed).run();

describe('signing in by password', () => {
  it('checks only ten of fifty simultaneous guesses from one address, then refuses even the right one for an hour', async () => {
    const { email } = await asUserWithPassword();
    const address = randomAddress();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => login(email, n === 49 ? PASSWORD : WRONG, address)),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    const refused = await login(email, PASSWORD, address);
    expect(refused).toMatchObject({ status: 429, error: { code: 'SIGN_IN_LIMIT' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect((await login(email, PASSWORD, randomAddress())).status).toBe(200);
    travel(HOUR_MS + 1_000);
    expect((await login(email, PASSWORD, address)).status).toBe(200);
  }, 60_000);

  it('counts an IPv6 household as one caller, and all callers without an address as one', async () => {
    for (const [first, same, other] of [
      ['2001:db8:7:7::1', '2001:db8:7:7:aaaa::2', '2001:db8:7:8::1'],
      ['', '', '198.51.100.9'],
    ] as const) {
      const { email } = await asUserWithPassword();
      await login(email, WRONG, first);
      await spendAllButOne(10);
      expect((await login(email, WRONG, same)).status).toBe(401);
      expect((await login(email, PASSWORD, first)).error.code).toBe('SIGN_IN_LIMIT');
      expect((await login(email, PASSWORD, other)).status).toBe(200);
    }
  });

  it('responds to an email address without an account in the same way, with the same limit', async () => {
    const known = await asUserWithPassword();
    for (const email of [known.email, `Nobody-${known.userId}@footlight.test`]) {
      const address = randomAddress();
      const wrong = await login(email, WRONG, address);
      expect(wrong).toMatchObject({ status: 401, error: { code: 'INVALID_CREDENTIALS' } });
      await spendAllButOne(10);
      expect((await login(email.toUpperCase(), WRONG, address)).status).toBe(401);
      const refused = await login(email, WRONG, address);
      expect(refused).toMatchObject({ status: 429, error: { code: 'SIGN_IN_LIMIT' } });
    }
  });

  it('does not count the attempt if the password is right', async () => {
    const { email } = await asUserWithPassword();
    const address = randomAddress();
    await login(email, WRONG, address);
    await spendAllButOne(10);
    for (let n = 0; n < 3; n += 1) expect((await login(email, PASSWORD, address)).status).toBe(200);
    expect((await login(email, WRONG, address)).status).toBe(401);
    expect((await login(email, PASSWORD, address)).status).toBe(429);
  });

  it('checks a hundred attempts an hour over all addresses, and never locks out a known device', async () => {
    const person = await asUserWithPassword();
    const { email } = person;
    const deviceToken = await deviceTokenOf(person);
    await login(email, WRONG, randomAddress());
    await spendAllButOne(100);
    expect((await login(email, WRONG, randomAddress())).status).toBe(401);
    expect((await login(email, PASSWORD, randomAddress())).error.code).toBe('SIGN_IN_LIMIT');
    expect((await login(email, PASSWORD, randomAddress(), deviceToken)).status).toBe(200);
    // Another way in stays open to who can read the mailbox.
    await anyone.post('auth/send-verification-otp', { email, purpose: 'sign-in' });
    const otp = await mailedCode(email, 'code to sign in');
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(200);
  });

  it('checks ten attempts an hour from a known device, which count for nobody else', async () => {
    const person = await asUserWithPassword();
    const { email } = person;
    const deviceToken = await deviceTokenOf(person);
    const address = randomAddress();
    await login(email, WRONG, address, deviceToken);
    await spendAllButOne(10);
    expect((await login(email, WRONG, randomAddress(), deviceToken)).status).toBe(401);
    expect((await login(email, PASSWORD, randomAddress(), deviceToken)).error.code).toBe('SIGN_IN_LIMIT');
    expect((await login(email, PASSWORD, address)).status).toBe(200);
  });

  it('does not give a known device more attempts after another sign-in', async () => {
    const person = await asUserWithPassword();
    const { email } = person;
    const first = await deviceTokenOf(person);
    const second = (await login(email, PASSWORD, randomAddress(), first)).data.deviceToken;
    await login(email, WRONG, randomAddress(), first);
    await spendAllButOne(10);
    expect((await login(email, WRONG, randomAddress(), second)).status).toBe(401);
    expect((await login(email, PASSWORD, randomAddress(), first)).status).toBe(429);
  });

  it('accepts no device token that is forged, expired, of another user or kind, or older than the password', async () => {
    const person = await asUserWithPassword();
    const { email } = person;
    const old = await deviceTokenOf(person);
    const newPassword = 'a fresh pair of boots';
    await person.patch('viewer/password', { currentPassword: PASSWORD, newPassword });
    const renewed = await login(email, newPassword, randomAddress());
    const foreign = await deviceTokenOf(await asUserWithPassword());
    await login(email, WRONG, randomAddress());
    await env.DB.prepare('UPDATE tries SET spent = allowed, ends_at = ends_at + ? WHERE allowed = 100')
      .bind(91 * 24 * HOUR_MS)
      .run();
    const token: string = renewed.data.deviceToken;
    for (const bad of [old, foreign, renewed.data.accessToken, `${token.slice(0, -2)}xx`, 'x', ''])
      expect((await login(email, newPassword, randomAddress(), bad)).error.code).toBe('SIGN_IN_LIMIT');
    expect((await login(email, newPassword, randomAddress(), token)).status).toBe(200);
    travel(90 * 24 * HOUR_MS + 1_000);
    expect((await login(email, newPassword, randomAddress(), token)).error.code).toBe('SIGN_IN_LIMIT');
  }, 60_000);

  it('works again after a password reset, even from the address that failed', async () => {
    const { email } = await asUserWithPassword();
    const address = randomAddress();
    await login(email, WRONG, address);
    await env.DB.prepare('UPDATE tries SET spent = allowed').run();
    expect((await login(email, PASSWORD, address)).status).toBe(429);
    await forgetMails(email);
    await anyone.post('auth/forget-password/email-otp', { email });
    const password = 'a fresh pair of boots';
    await anyone.post('auth/reset-password/email-otp', {
      email,
      otp: await mailedCode(email, 'code to reset'),
      password,
    });
    expect((await login(email, password, address)).status).toBe(200);
  });
});

/** Each way in which somebody signed in is asked for the password. */
const CONFIRMATIONS: Readonly<Record<string, (from: Client, password: string) => ReturnType<Client['post']>>> = {
  'PATCH /viewer/password': (from, currentPassword) =>
    from.patch('viewer/password', { currentPassword, newPassword: 'a fresh pair of boots' }),
  'POST /auth/2fa/enable': (from, password) => from.post('auth/2fa/enable', { password }),
  'POST /auth/2fa/disable': (from, password) => from.post('auth/2fa/disable', { password, code: '123456' }),
  'POST /auth/2fa/backup-codes': (from, password) => from.post('auth/2fa/backup-codes', { password, code: '123456' }),
  'DELETE /user': (from, password) => from.delete('user', { body: { password } }),
};

/** Signed in elsewhere, without the quarter of a second that a password costs. */
async function anotherSession({ userId, email }: Person): Promise<Client> {
  const ctx = testContext();
  const actor = { userId, email, verified: true, role: 'viewer', creatorStatus: 'NONE', staff: null } as const;
  const { insert, tokens } = await newSession(ctx, actor, 'test');
  await ctx.db.batch([insert as never]);
  return client({ authorization: `Bearer ${tokens.accessToken}` });
}

describe('confirming a password', () => {
  it('allows a session twenty wrong attempts a day over all endpoints, separately from other sessions', async () => {
    const person = await asUserWithPassword();
    const owner = await anotherSession(person);
    for (const confirm of Object.values(CONFIRMATIONS))
      expect((await confirm(person, WRONG)).error.code).toBe('CONFIRMATION_WRONG');
    const { results } = await env.DB.prepare('SELECT spent FROM tries WHERE allowed = 20').all();
    expect(results).toEqual([{ spent: 5 }]);
    await spendAllButOne(20);
    expect((await person.patch('viewer/password', { currentPassword: WRONG, newPassword: WRONG })).status).toBe(403);
    for (const confirm of Object.values(CONFIRMATIONS)) {
      const refused = await confirm(person, PASSWORD);
      expect(refused).toMatchObject({ status: 429, error: { code: 'CHALLENGE_LIMIT' } });
      expect(refused.headers.get('retry-after')).not.toBeNull();
    }
    expect((await owner.post('auth/2fa/enable', { password: PASSWORD })).status).toBe(200);
  });

  it('checks no more of twenty simultaneous attempts than are left', async () => {
    const person = await asUserWithPassword();
    await person.post('auth/2fa/enable', { password: WRONG });
    await env.DB.prepare('UPDATE tries SET spent = 15 WHERE allowed = 20').run();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const confirm = Object.values(CONFIRMATIONS)[n % 5];
        return confirm?.(person, WRONG);
      }),
    );
    expect(answers.filter((answer) => answer?.status === 403)).toHaveLength(5);
    expect(answers.filter((answer) => answer?.error.code === 'CHALLENGE_LIMIT')).toHaveLength(15);
  }, 60_000);

  it('gives the attempt back if the password was right, even if the request is refused', async () => {
    const person = await asUserWithPassword();
    for (let n = 0; n < 3; n += 1) {
      const short = { currentPassword: PASSWORD, newPassword: 'password123' };
      expect((await person.patch('viewer/password', short)).status).toBe(422);
    }
    const { results } = await env.DB.prepare('SELECT spent FROM tries WHERE allowed = 20').all();
    expect(results).toEqual([{ spent: 0 }]);
  });
});

describe('a code of a user who is signed in', () => {
  it('can be wrong twenty times a day while turning two-factor on', async () => {
    const person = await asUserWithPassword();
    const { secret } = (await person.post('auth/2fa/enable', { password: PASSWORD })).data;
    const verify = (code: string) => person.post('auth/2fa/verify', { code });
    const answers = await Promise.all(Array.from({ length: 50 }, () => verify(anotherCode(appCode(secret, 5)))));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(20);
    expect(await verify(appCode(secret))).toMatchObject({ status: 429, error: { code: 'CHALLENGE_LIMIT' } });
  });

  it('can be wrong twenty times a day for new backup codes and to turn two-factor off, also after a new password', async () => {
    const person = await asUserWithPassword();
    const { secret, backupCodes } = await turnOnTwoFactor(person);
    const ask = (code: string) => person.post('auth/2fa/backup-codes', { code });
    const wrong = (n: number) => (n % 2 ? 'abcd-efgh-ijkl-mnop' : anotherCode(appCode(secret, 5)));
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => ask(wrong(n))));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(20);
    const newPassword = 'a fresh pair of boots';
    expect((await person.patch('viewer/password', { currentPassword: PASSWORD, newPassword })).status).toBe(200);
    expect((await ask(String(backupCodes[0]))).error.code).toBe('CHALLENGE_LIMIT');
    const off = await person.post('auth/2fa/disable', { password: newPassword, code: appCode(secret) });
    expect(off.error.code).toBe('CHALLENGE_LIMIT');
  });
});

it('a device token is accepted nowhere else', async () => {
  const person = await asUserWithPassword();
  const deviceToken = await deviceTokenOf(person);
  const asToken = client({ authorization: `Bearer ${deviceToken}` });
  expect((await asToken.get('auth/me')).error.code).toBe('TOKEN_INVALID');
  expect((await anyone.post('auth/refresh', { refreshToken: deviceToken })).error.code).toBe('TOKEN_INVALID');
  const challenge = await anyone.post('auth/2fa/verify', { challenge: deviceToken, code: '123456' });
  expect(challenge.error.code).toBe('CHALLENGE_INVALID');
  const { accessToken } = await asUser();
  expect((await login(person.email, WRONG, randomAddress(), accessToken)).status).toBe(401);
});
