/** Asking for mails with codes and links: what it tells, and how often it is answered. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { asUserWithPassword, countMails, forgetMails, mailedCode, stranger, travel } from '#test/support/accounts';
import { client, randomAddress } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asUser } from '#test/support/users';
import { requestOtp } from '@/domains/people/auth/verify-email';

let anyone = client();
beforeEach(() => {
  anyone = client(); // sixty sign-in requests a minute from one address
});
const MINUTE_MS = 60_000;

async function signInCode(email: string): Promise<string> {
  await forgetMails(email);
  expect((await ask(email, 'sign-in', anyone)).status).toBe(200);
  return mailedCode(email, 'code to sign in');
}

/** From an address of its own, unless from this client. */
const ask = (email: string, purpose: string, from = client(), deviceToken?: string) =>
  from.post('auth/send-verification-otp', { email, purpose, deviceToken });

async function mailedCodes(email: string): Promise<string[]> {
  const { results } = await env.DB.prepare('SELECT text FROM mailbox WHERE recipient = ?')
    .bind(email)
    .all<{ text: string }>();
  return results.map(({ text }) => /\b\d{6}\b/.exec(text)?.[0] ?? '');
}

describe('requesting a code', () => {
  it('never reveals whether the address exists', async () => {
    const { email } = await asUser();
    for (const path of ['auth/send-verification-otp', 'auth/forget-password/email-otp', 'auth/reset-password']) {
      const known = await anyone.post(path, { email });
      const unknown = await anyone.post(path, { email: 'nobody-at-all@footlight.test' });
      expect(known.status).toBe(200);
      expect(unknown.body).toEqual(known.body);
    }
  });

  it('runs the same statements before the response, whether or not the address exists', async () => {
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

  it('is limited per email address over all callers, and the newest code keeps working', async () => {
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
  });

  it('leaves the current code valid when it is refused', async () => {
    const { email } = await asUser();
    let otp = '';
    for (let n = 0; n < 5; n += 1) otp = await signInCode(email);
    travel(50 * MINUTE_MS);
    expect((await ask(email, 'sign-in', anyone)).status).toBe(429);
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(200);
  });

  it('leaves a known device its own quota if strangers request codes', async () => {
    const { email } = await asUser();
    const signedIn = await anyone.post('auth/signin/email-otp', { email, otp: await signInCode(email) });
    const { deviceToken } = signedIn.data;
    for (let n = 0; n < 16; n += 1) await ask(email, 'sign-in');
    expect((await ask(email, 'sign-in')).status).toBe(429);
    for (let n = 0; n < 5; n += 1) expect((await ask(email, 'sign-in', client(), deviceToken)).status).toBe(200);
    expect((await ask(email, 'sign-in', client(), deviceToken)).status).toBe(429);
  });

  it('is limited in the same way for an address without an account', async () => {
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

  it('refuses an unknown purpose', async () => {
    const answer = await anyone.post('auth/send-verification-otp', { email: 'a@footlight.test', purpose: 'fun' });
    expect(answer.error.details).toEqual([{ path: 'purpose', message: expect.any(String) }]);
    expect((await anyone.post('auth/check-verification-otp', { otp: '123456' })).status).toBe(422);
  });
});
