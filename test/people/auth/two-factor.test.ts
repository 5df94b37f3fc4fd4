import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  anotherCode,
  appCode,
  asUserWithPassword,
  mailedCode,
  PASSWORD,
  travel,
  turnOnTwoFactor,
} from '#test/support/accounts';
import { client, randomAddress } from '#test/support/api';
import { asUser, type Person } from '#test/support/users';
import { newId } from '@/shared/ids';

const anyone = client();
const MINUTE_MS = 60_000;

async function withTwoFactor() {
  const person = await asUserWithPassword();
  return { person, ...(await turnOnTwoFactor(person)) };
}

async function challengeOf({ email }: Person): Promise<string> {
  const { data } = await anyone.post('auth/login', { email, password: PASSWORD });
  expect(data).toEqual({ twoFactorRequired: true, challenge: expect.any(String) });
  return data.challenge;
}

/** As many sign-ins that were begun and not passed. */
async function failChallenges(userId: string, count: number, device: string | null): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO sign_in_challenges (id, user_id, device, attempts_left, expires_at)
     SELECT ?1 || j.value, ?2, ?3, 0, ?4 FROM json_each(?5) j`,
  )
    .bind(newId(), userId, device, Date.now() + MINUTE_MS, JSON.stringify(Array.from({ length: count }, (_, n) => n)))
    .run();
}

const answer = (challenge: string, code: string) =>
  anyone.post('auth/2fa/verify', { challenge, code }, { address: randomAddress() });

describe('turning two-factor authentication on', () => {
  it('takes the password, then a code of the app, and returns ten backup codes', async () => {
    const person = await asUserWithPassword();
    const begun = await person.post('auth/2fa/enable', { password: PASSWORD });
    expect(begun.data.otpauthUri).toContain(`secret=${begun.data.secret}`);
    expect((await person.get('auth/me')).data.twoFactorEnabled).toBe(false);
    const wrong = await person.post('auth/2fa/verify', { code: anotherCode(appCode(begun.data.secret)) });
    expect(wrong).toMatchObject({ status: 403, error: { code: 'CONFIRMATION_WRONG' } });
    const on = await person.post('auth/2fa/verify', { code: appCode(begun.data.secret) });
    expect(on.data.enabled).toBe(true);
    expect(new Set(on.data.backupCodes).size).toBe(10);
    expect((await person.get('auth/me')).data.twoFactorEnabled).toBe(true);
  });

  it('keeps secret and backup codes unreadable in the database', async () => {
    const { person, secret, backupCodes } = await withTwoFactor();
    const user = await env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(person.userId).first();
    const codes = await env.DB.prepare('SELECT * FROM backup_codes WHERE user_id = ?').bind(person.userId).all();
    const stored = JSON.stringify([user, codes.results]);
    expect(codes.results).toHaveLength(10);
    for (const text of [secret, ...backupCodes]) expect(stored).not.toContain(text);
  });

  it('refuses a wrong password, a second activation, and a code before the activation began', async () => {
    const person = await asUserWithPassword();
    const wrong = await person.post('auth/2fa/enable', { password: 'something else' });
    expect(wrong).toMatchObject({ status: 403, error: { code: 'CONFIRMATION_WRONG' } });
    const early = await person.post('auth/2fa/verify', { code: '123456' });
    expect(early).toMatchObject({ status: 409, error: { code: 'TWO_FACTOR_OFF' } });
    const { secret } = await turnOnTwoFactor(person);
    for (const again of [
      await person.post('auth/2fa/enable', { password: PASSWORD }),
      await person.post('auth/2fa/verify', { code: appCode(secret) }),
    ])
      expect(again).toMatchObject({ status: 409, error: { code: 'TWO_FACTOR_ON' } });
  });

  it('returns only one list of backup codes for two confirmations at once', async () => {
    const person = await asUserWithPassword();
    const { secret } = (await person.post('auth/2fa/enable', { password: PASSWORD })).data;
    const code = appCode(secret);
    const answers = await Promise.all([1, 2, 3].map(() => person.post('auth/2fa/verify', { code })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('a sign-in with two factors', () => {
  it('returns a challenge first, and tokens after the code, on both endpoints', async () => {
    const { person, secret } = await withTwoFactor();
    for (const [path, steps] of [
      ['auth/login', 0],
      ['auth/signin/email', 1],
    ] as const) {
      const first = await anyone.post(path, { email: person.email, password: PASSWORD });
      expect(first.headers.get('set-auth-token')).toBeNull();
      const second = await answer(first.data.challenge, appCode(secret, steps));
      expect(second.status).toBe(200);
      expect(second.headers.get('set-auth-token')).toBe(second.data.token);
      expect(second.data).toMatchObject({ expiresIn: 900, user: { id: person.userId, twoFactorEnabled: true } });
    }
  });

  it('requires the second factor after a mailed code too', async () => {
    const { person } = await withTwoFactor();
    const { email } = person;
    await anyone.post('auth/send-verification-otp', { email, purpose: 'sign-in' });
    const otp = await mailedCode(email, 'code to sign in');
    const { data } = await anyone.post('auth/signin/email-otp', { email, otp });
    expect(data).toEqual({ twoFactorRequired: true, challenge: expect.any(String) });
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(401);
  });

  it('accepts a code once, even if two challenges use it at once', async () => {
    const { person, secret } = await withTwoFactor();
    const challenges = [await challengeOf(person), await challengeOf(person)];
    const code = appCode(secret);
    const answers = await Promise.all(challenges.map((challenge) => answer(challenge, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    const later = await answer(await challengeOf(person), code);
    expect(later).toMatchObject({ status: 401, error: { code: 'TWO_FACTOR_CODE_INVALID' } });
  });

  it('accepts a challenge once', async () => {
    const { person, secret } = await withTwoFactor();
    const challenge = await challengeOf(person);
    expect((await answer(challenge, appCode(secret))).status).toBe(200);
    expect((await answer(challenge, appCode(secret, 1))).error.code).toBe('CHALLENGE_INVALID');
  });

  it('checks only five of two hundred simultaneous guesses', async () => {
    const { person, secret } = await withTwoFactor();
    const challenge = await challengeOf(person);
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => answer(challenge, anotherCode(appCode(secret, 5)))),
    );
    const codes = answers.map(({ error }) => error.code);
    expect(codes.filter((code) => code === 'TWO_FACTOR_CODE_INVALID')).toHaveLength(5);
    expect(codes.filter((code) => code === 'CHALLENGE_INVALID')).toHaveLength(195);
    expect((await answer(challenge, appCode(secret))).error.code).toBe('CHALLENGE_INVALID');
  });

  it('allows twenty failed challenges a day', async () => {
    const { person, secret } = await withTwoFactor();
    const last = await challengeOf(person);
    await failChallenges(person.userId, 19, null);
    const login = () => anyone.post('auth/login', { email: person.email, password: PASSWORD });
    expect(await login()).toMatchObject({ status: 429, error: { code: 'CHALLENGE_LIMIT' } });
    expect((await answer(last, appCode(secret))).status).toBe(200);
    expect((await login()).status).toBe(200);
  });

  it('is not blocked on a known device by failed challenges of a stranger who has the password', async () => {
    const { person, secret } = await withTwoFactor();
    const { email, userId } = person;
    const first = await answer(await challengeOf(person), appCode(secret));
    const { deviceToken } = first.data;
    await failChallenges(userId, 20, null);
    expect((await anyone.post('auth/login', { email, password: PASSWORD })).status).toBe(429);
    const { data } = await anyone.post('auth/login', { email, password: PASSWORD, deviceToken });
    const again = await answer(data.challenge, appCode(secret, 1));
    expect(again.status).toBe(200);
    // A stolen one has twenty of its own, and signing in gained it no other.
    const device = await env.DB.prepare('SELECT device FROM sign_in_challenges WHERE device IS NOT NULL').first<{
      device: string;
    }>();
    await failChallenges(userId, 20, String(device?.device));
    for (const token of [deviceToken, again.data.deviceToken]) {
      const refused = await anyone.post('auth/login', { email, password: PASSWORD, deviceToken: token });
      expect(refused).toMatchObject({ status: 429, error: { code: 'CHALLENGE_LIMIT' } });
    }
  });

  it('gets new challenges after a password change, up to a limit', async () => {
    const { person } = await withTwoFactor();
    const { email, userId } = person;
    const login = (password: string) => anyone.post('auth/login', { email, password });
    for (const [used, password] of [
      [PASSWORD, 'a first pair of boots'],
      ['a first pair of boots', 'a second pair of boots'],
    ] as const) {
      await failChallenges(userId, 20, null);
      expect((await login(used)).error.code).toBe('CHALLENGE_LIMIT');
      const changed = await person.patch('viewer/password', { currentPassword: used, newPassword: password });
      expect(changed.status).toBe(200);
      expect((await login(password)).status).toBe(200);
    }
    await failChallenges(userId, 20, null);
    const changed = await person.patch('viewer/password', {
      currentPassword: 'a second pair of boots',
      newPassword: 'a third pair of boots',
    });
    expect(changed.status).toBe(200);
    expect((await login('a third pair of boots')).error.code).toBe('CHALLENGE_LIMIT');
  });

  it('must be completed within five minutes', async () => {
    const { person, secret } = await withTwoFactor();
    const challenge = await challengeOf(person);
    travel(5 * MINUTE_MS + 1_000);
    expect((await answer(challenge, appCode(secret))).error.code).toBe('CHALLENGE_INVALID');
  });

  it('refuses an account that was banned meanwhile', async () => {
    const { person, secret } = await withTwoFactor();
    const challenge = await challengeOf(person);
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(person.userId).run();
    expect((await answer(challenge, appCode(secret))).error.code).toBe('ACCOUNT_BANNED');
  });

  it('refuses an invalid challenge, and a code with neither challenge nor session', async () => {
    const { accessToken } = await asUser();
    for (const challenge of ['x', accessToken])
      expect((await answer(challenge, '123456')).error.code).toBe('CHALLENGE_INVALID');
    expect((await anyone.post('auth/2fa/verify', { code: '123456' })).error.code).toBe('UNAUTHENTICATED');
    expect((await anyone.post('auth/2fa/verify', { code: '1' })).error.details).toEqual([
      { path: 'code', message: expect.any(String) },
    ]);
  });
});

describe('a backup code', () => {
  it('passes a challenge once, even twice at once, however it is typed', async () => {
    const { person, backupCodes } = await withTwoFactor();
    const challenges = [await challengeOf(person), await challengeOf(person)];
    const typed = String(backupCodes[0]).toUpperCase().replaceAll('-', ' ');
    const answers = await Promise.all(challenges.map((challenge) => answer(challenge, typed)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await answer(await challengeOf(person), String(backupCodes[0]))).status).toBe(401);
    expect((await answer(await challengeOf(person), String(backupCodes[1]))).status).toBe(200);
  });

  it('does not work for another user', async () => {
    const [{ person }, { backupCodes }] = [await withTwoFactor(), await withTwoFactor()];
    expect((await answer(await challengeOf(person), String(backupCodes[0]))).status).toBe(401);
  });

  it('stops working once new ones are generated', async () => {
    const { person, secret, backupCodes } = await withTwoFactor();
    const byBackup = await person.post('auth/2fa/backup-codes', { code: backupCodes[1], password: PASSWORD });
    expect(byBackup.data.backupCodes).toHaveLength(10);
    expect((await answer(await challengeOf(person), String(backupCodes[0]))).status).toBe(401);
    const byCode = await person.post('auth/2fa/backup-codes', { code: appCode(secret) });
    expect(byCode.status).toBe(200);
    expect((await answer(await challengeOf(person), byBackup.data.backupCodes[0])).status).toBe(401);
    expect((await answer(await challengeOf(person), byCode.data.backupCodes[0])).status).toBe(200);
  });

  it('is not generated for the password alone, for a wrong code, or without two-factor authentication', async () => {
    const { person, secret, backupCodes } = await withTwoFactor();
    const ask = (body: object) => person.post('auth/2fa/backup-codes', body);
    expect((await ask({ password: PASSWORD })).error.details).toEqual([{ path: 'code', message: expect.any(String) }]);
    for (const code of [anotherCode(appCode(secret, 5)), 'abcd-efgh-ijkl-mnop', PASSWORD])
      expect((await ask({ code })).error.code).toBe('CONFIRMATION_WRONG');
    const wrong = await ask({ code: backupCodes[0], password: 'something else' });
    expect(wrong.error.code).toBe('CONFIRMATION_WRONG');
    expect((await answer(await challengeOf(person), String(backupCodes[0]))).status).toBe(200);
    const without = await (await asUserWithPassword()).post('auth/2fa/backup-codes', { code: '123456' });
    expect(without).toMatchObject({ status: 409, error: { code: 'TWO_FACTOR_OFF' } });
  });
});

describe('turning two-factor authentication off', () => {
  it('requires password and code; afterwards the password alone signs in', async () => {
    const { person, secret, backupCodes } = await withTwoFactor();
    const challenge = await challengeOf(person);
    const off = (password: string, code: string) => person.post('auth/2fa/disable', { password, code });
    expect((await off('something else', appCode(secret))).error.code).toBe('CONFIRMATION_WRONG');
    expect((await off(PASSWORD, anotherCode(appCode(secret, 5)))).error.code).toBe('CONFIRMATION_WRONG');
    expect((await off(PASSWORD, appCode(secret))).status).toBe(200);
    const { data } = await anyone.post('auth/login', { email: person.email, password: PASSWORD });
    expect(data.user.twoFactorEnabled).toBe(false);
    for (const code of [appCode(secret, 1), String(backupCodes[0])])
      expect((await answer(challenge, code)).error.code).toBe('TWO_FACTOR_CODE_INVALID');
    expect((await off(PASSWORD, '123456')).error.code).toBe('TWO_FACTOR_OFF');
  });

  it('works with a backup code', async () => {
    const { person, backupCodes } = await withTwoFactor();
    const off = await person.post('auth/2fa/disable', { password: PASSWORD, code: backupCodes[3] });
    expect(off.status).toBe(200);
  });
});

it.each(['enable', 'disable', 'backup-codes'])('POST /auth/2fa/%s wants a session and known fields', async (name) => {
  expect((await anyone.post(`auth/2fa/${name}`, {})).status).toBe(401);
  const body = { password: PASSWORD, code: '123456', force: true };
  const known = name === 'enable' ? { password: PASSWORD, force: true } : body;
  const refused = await (await asUser()).post(`auth/2fa/${name}`, known);
  expect(refused.error.details).toEqual([{ path: 'force', message: 'is not known here' }]);
});
