import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  anotherCode,
  appCode,
  asUserWithPassword,
  forgetMails,
  mailedCode,
  mailTo,
  PASSWORD,
  travel,
  turnOnTwoFactor,
} from '#test/support/accounts';
import { client } from '#test/support/api';
import { asUser } from '#test/support/users';

const anyone = client();
const NEW_PASSWORD = 'a fresh pair of boots';
const MINUTE_MS = 60_000;

async function resetCode(email: string) {
  await forgetMails(email);
  expect((await anyone.post('auth/forget-password/email-otp', { email })).status).toBe(200);
  return mailedCode(email, 'code to reset');
}

async function resetToken(email: string): Promise<string> {
  await forgetMails(email);
  expect((await anyone.post('auth/reset-password', { email })).status).toBe(200);
  const link = /http\S+/.exec(await mailTo(email, 'Reset your password'))?.[0] ?? '';
  expect(link).toMatch(/^http:\/\/localhost:5173\/reset-password#token=/);
  return link.split('#token=')[1] ?? '';
}

const byCode = async (email: string, password = NEW_PASSWORD) =>
  anyone.post('auth/reset-password/email-otp', { email, otp: await resetCode(email), password });
const byLink = async (email: string, password = NEW_PASSWORD) =>
  anyone.post('auth/reset-password/confirm', { token: await resetToken(email), password });

describe.each([
  ['code', byCode],
  ['link', byLink],
])('a reset by %s', (_, reset) => {
  it('replaces the password, ends every session and notifies the user', async () => {
    const person = await asUserWithPassword();
    const { email } = person;
    expect((await reset(email)).status).toBe(200);
    for (const token of [person.accessToken, person.sessionToken]) {
      const ended = await client({ authorization: `Bearer ${token}` }).post('auth/logout');
      expect(ended).toMatchObject({ status: 401, error: { code: 'SESSION_ENDED' } });
    }
    expect((await anyone.post('auth/refresh', { refreshToken: person.refreshToken })).status).toBe(401);
    expect((await anyone.post('auth/login', { email, password: PASSWORD })).status).toBe(401);
    expect((await anyone.post('auth/login', { email, password: NEW_PASSWORD })).status).toBe(200);
    expect(await mailTo(email, 'was changed')).not.toContain(NEW_PASSWORD);
  });

  it('verifies the address', async () => {
    const { email } = await asUserWithPassword({ verified: false });
    await reset(email);
    expect((await anyone.post('auth/login', { email, password: NEW_PASSWORD })).data.user.verified).toBe(true);
  });

  it('applies the rules of a new password, and a refused password does not use up the proof', async () => {
    const { email, username } = await asUserWithPassword();
    const common = await reset(email, 'password123');
    expect(common.error.details).toEqual([{ path: 'password', message: 'is one of the most common passwords' }]);
    const named = await reset(email, `x ${username} x`);
    expect(named.error.details).toEqual([{ path: 'password', message: 'must not contain your username' }]);
    expect((await anyone.post('auth/login', { email, password: PASSWORD })).status).toBe(200);
  });

  it('voids a sign-in that waits for its second factor', async () => {
    const person = await asUserWithPassword();
    const { secret } = await turnOnTwoFactor(person);
    const { challenge } = (await anyone.post('auth/login', { email: person.email, password: PASSWORD })).data;
    await reset(person.email);
    const answer = await anyone.post('auth/2fa/verify', { challenge, code: appCode(secret) });
    expect(answer.error.code).toBe('CHALLENGE_INVALID');
  });
});

describe('a reset code', () => {
  it('works once, and a wrong code changes nothing', async () => {
    const { email } = await asUserWithPassword();
    const otp = await resetCode(email);
    const reset = (code: string) =>
      anyone.post('auth/reset-password/email-otp', { email, otp: code, password: NEW_PASSWORD });
    expect(await reset(anotherCode(otp))).toMatchObject({ status: 401, error: { code: 'OTP_INVALID' } });
    const answers = await Promise.all([reset(otp), reset(otp)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await reset(otp)).status).toBe(401);
  });
});

describe('a reset link', () => {
  it('works once', async () => {
    const { email } = await asUserWithPassword();
    const token = await resetToken(email);
    const confirm = (password: string) => anyone.post('auth/reset-password/confirm', { token, password });
    const answers = await Promise.all([confirm(NEW_PASSWORD), confirm('another pair of boots')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await confirm('a third pair of boots')).error.code).toBe('TOKEN_INVALID');
  });

  it('expires after half an hour', async () => {
    const { email } = await asUserWithPassword();
    const token = await resetToken(email);
    travel(31 * MINUTE_MS);
    const late = await anyone.post('auth/reset-password/confirm', { token, password: NEW_PASSWORD });
    expect(late).toMatchObject({ status: 401, error: { code: 'TOKEN_INVALID' } });
  });

  it('does not accept a token of another kind', async () => {
    const { accessToken, refreshToken } = await asUser();
    for (const token of ['x', accessToken, refreshToken]) {
      const answer = await anyone.post('auth/reset-password/confirm', { token, password: NEW_PASSWORD });
      expect(answer.error.code).toBe('TOKEN_INVALID');
    }
  });

  it('stops working after a reset by code', async () => {
    const { email } = await asUserWithPassword();
    const token = await resetToken(email);
    await byCode(email);
    expect((await anyone.post('auth/reset-password/confirm', { token, password: PASSWORD })).status).toBe(401);
    expect(await env.DB.prepare('SELECT count(*) AS n FROM otps WHERE email_key = ?').bind(email).first()).toEqual({
      n: 0,
    });
  });
});

it('unknown fields are refused', async () => {
  const answer = await anyone.post('auth/reset-password', { email: 'a@footlight.test', redirectTo: 'https://evil' });
  expect(answer.error.details).toEqual([{ path: 'redirectTo', message: 'is not known here' }]);
});
