import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { appCode, asUserWithPassword, PASSWORD, stranger, travel, turnOnTwoFactor } from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asUser } from '#test/support/users';
import { sweepExpiredCredentials } from '@/domains/people/auth/sweep';
import { requestOtp } from '@/domains/people/auth/verify-email';

const anyone = client();
const DAY_MS = 24 * 60 * 60 * 1_000;

async function counts() {
  return env.DB.prepare(
    `SELECT (SELECT count(*) FROM otps) AS otps, (SELECT count(*) FROM tries WHERE spent > 0) AS tries,
      (SELECT count(*) FROM sign_in_challenges) AS challenges, (SELECT count(*) FROM auth_sessions) AS sessions`,
  ).first();
}

it('the sweep forgets what has expired and nothing else', async () => {
  await asUser();
  const person = await asUserWithPassword();
  await turnOnTwoFactor(person);
  await anyone.post('auth/login', { email: person.email, password: PASSWORD });
  const ctx = testContext();
  await requestOtp(ctx, person.email, 'sign-in', stranger());
  await ctx.settle();
  const all = { otps: 1, tries: 3, challenges: 1, sessions: 2 };
  await sweepExpiredCredentials(ctx);
  expect(await counts()).toEqual(all);

  travel(2 * 60 * 60 * 1_000);
  await sweepExpiredCredentials(ctx);
  expect(await counts()).toEqual({ ...all, otps: 0, tries: 0 });

  travel(2 * DAY_MS);
  await sweepExpiredCredentials(ctx);
  expect(await counts()).toEqual({ otps: 0, tries: 0, challenges: 0, sessions: 2 });

  travel(40 * DAY_MS);
  await sweepExpiredCredentials(ctx);
  expect(await counts()).toEqual({ otps: 0, tries: 0, challenges: 0, sessions: 0 });
});

it('the sweep seals TOTP secrets again under the current key', async () => {
  const person = await asUserWithPassword();
  const { secret } = await turnOnTwoFactor(person);
  const sealed = () =>
    env.DB.prepare('SELECT totp_secret AS text FROM users WHERE id = ?').bind(person.userId).first<{ text: string }>();
  const before = await sealed();

  // The secrets have rotated, and rotate back: what the Worker holds must be able to read it at every step.
  const current = String(env.ENCRYPTION_KEY);
  const next = 'the-next-encryption-key-that-is-long-enough';
  await sweepExpiredCredentials(testContext({ ENCRYPTION_KEY: next, ENCRYPTION_KEY_PREVIOUS: current }));
  const between = await sealed();
  expect(between?.text.split('.')[0]).not.toBe(before?.text.split('.')[0]);
  await sweepExpiredCredentials(testContext({ ENCRYPTION_KEY: current, ENCRYPTION_KEY_PREVIOUS: next }));
  expect((await sealed())?.text.split('.')[0]).toBe(before?.text.split('.')[0]);

  const { challenge } = (await anyone.post('auth/login', { email: person.email, password: PASSWORD })).data;
  expect((await anyone.post('auth/2fa/verify', { challenge, code: appCode(secret) })).status).toBe(200);
});
