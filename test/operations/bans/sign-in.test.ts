/** A banned user signs in: they learn why and until when, and can export, delete and appeal, and nothing else. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import {
  appCode,
  asUserWithPassword,
  countMails,
  mailedCode,
  mailTo,
  PASSWORD,
  turnOnTwoFactor,
} from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { sweepOut } from '#test/support/queues';
import { asStaff, type Person } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { newId } from '@/shared/ids';
import { DAY_MS, toIso } from '@/shared/time';

const anyone = client();
const newName = () => `n${newId().slice(-12)}`;
const REASON = 'You sent spam.';

async function aBannedUser(change: Record<string, unknown> = { status: 'banned' }, prepare = async (_: Person) => {}) {
  const [staff, user] = [await asStaff('admin_l2'), await asUserWithPassword()];
  await prepare(user);
  const set = (body: object) => staff.put(`admin/user/${user.userId}/status`, { reason: REASON, ...body });
  const { data } = await set(change);
  return { ...user, set, decisionId: data.decisionId as string };
}

const signIn = (user: Person, password = PASSWORD) => anyone.post('auth/login', { email: user.email, password });
const restricted = (token: string) => client({ authorization: `Bearer ${token}` });
// biome-ignore lint/suspicious/noExplicitAny: what a refusal says
const tokenIn = (answer: { error: { details?: any } }): string => answer.error.details.restrictedToken;

describe('a banned user who signs in', () => {
  it('by password learns why, and nobody else does', async () => {
    const until = toIso(Date.now() + DAY_MS);
    const user = await aBannedUser({ status: 'suspended', until });
    expect((await signIn(user, 'a wrong password')).error.code).toBe('INVALID_CREDENTIALS');
    const { status, error } = await signIn(user);
    expect([status, error.code]).toEqual([403, 'ACCOUNT_BANNED']);
    expect(error.details).toEqual({
      reason: REASON,
      until,
      decisionId: user.decisionId,
      restrictedToken: expect.any(String),
    });
  });

  it('just after the end of a suspension learns that it lasts a minute at most', async () => {
    const user = await aBannedUser({ status: 'suspended', until: toIso(Date.now() + DAY_MS) });
    expect((await signIn(user)).error.message).toContain('is suspended until');
    await env.DB.prepare('UPDATE users SET banned_until = ? WHERE id = ?')
      .bind(Date.now() - 1, user.userId)
      .run();
    expect((await signIn(user)).error.message).toBe(
      'The suspension of this account has just ended. You can sign in within a minute.',
    );
  });

  it('by a code uses the code up', async () => {
    const user = await aBannedUser();
    await anyone.post('auth/send-verification-otp', { email: user.email, purpose: 'sign-in' });
    const otp = await mailedCode(user.email, 'code to sign in');
    const answers = [1, 2].map(() => anyone.post('auth/signin/email-otp', { email: user.email, otp }));
    const codes = (await Promise.all(answers)).map(({ error }) => error.code);
    expect(codes.toSorted()).toEqual(['ACCOUNT_BANNED', 'OTP_INVALID']);
  });

  it('hears of the ban only after the second factor', async () => {
    let secret = '';
    const user = await aBannedUser({ status: 'banned' }, async (person) => {
      ({ secret } = await turnOnTwoFactor(person));
    });
    const first = await signIn(user);
    expect(first.data).toMatchObject({ twoFactorRequired: true });
    const { challenge } = first.data;
    expect((await anyone.post('auth/2fa/verify', { challenge, code: '000000' })).status).toBe(401);
    const { error } = await anyone.post('auth/2fa/verify', { challenge, code: appCode(secret) });
    expect(error).toMatchObject({ code: 'ACCOUNT_BANNED', details: { restrictedToken: expect.any(String) } });
    expect((await anyone.post('auth/2fa/verify', { challenge, code: appCode(secret, 1) })).status).toBe(401);
  });

  it('by a refresh token gets no restricted token', async () => {
    const user = await aBannedUser();
    const { error } = await anyone.post('auth/refresh', { refreshToken: user.refreshToken });
    expect(error).toMatchObject({ code: 'ACCOUNT_BANNED', details: { reason: REASON } });
    expect(error.details).not.toHaveProperty('restrictedToken');
  });
});

describe('the restricted token', () => {
  it('exports, and does nothing else', async () => {
    const user = await aBannedUser();
    const mine = restricted(tokenIn(await signIn(user)));
    expect((await mine.get('user/export')).status).toBe(200);
    for (const { status, error } of [
      await mine.get('user/settings'),
      await mine.get('stream/live'),
      await mine.put('user/profile', { bio: 'Hello' }),
      await mine.delete('auth/sessions/any'),
      await mine.get('auth/sessions'),
    ])
      expect([status, error.code]).toEqual([403, 'RESTRICTED_TOKEN']);
  });

  it('ends with the ban, and with the account', async () => {
    const lifted = await aBannedUser();
    const token = tokenIn(await signIn(lifted));
    await lifted.set({ status: 'active' });
    expect((await restricted(token).get('user/export')).error.code).toBe('TOKEN_INVALID');
    const deleted = await aBannedUser();
    const other = tokenIn(await signIn(deleted));
    await testContext().db.update(users).set({ status: 'deleted' }).where(eq(users.id, deleted.userId));
    expect((await restricted(other).get('user/export')).error.code).toBe('TOKEN_INVALID');
  });

  it('is no access token, and no access token is one', async () => {
    const user = await aBannedUser();
    const token = tokenIn(await signIn(user));
    // Several characters, since the last one alone may stand for the same bytes.
    expect((await restricted(`${token.slice(0, -8)}AAAAAAAA`).get('user/export')).status).toBe(401);
    expect((await restricted(user.accessToken).get('user/export')).status).toBe(401);
  });

  it('deletes the account, whose address then cannot register until the ban would have ended', async () => {
    const user = await aBannedUser();
    const mine = restricted(tokenIn(await signIn(user)));
    expect((await mine.delete('user', { body: { password: 'a wrong password' } })).error.code).toBe(
      'CONFIRMATION_WRONG',
    );
    expect((await mine.delete('user', { body: { password: PASSWORD } })).status).toBe(200);
    await testContext().db.update(users).set({ deletesAt: 1 }).where(eq(users.id, user.userId));
    await sweepOut(eraseAccounts, testContext());
    expect((await signIn(user)).error.code).toBe('INVALID_CREDENTIALS');
    const again = () =>
      anyone.post('auth/register', {
        email: user.email.toUpperCase(),
        password: 'a fresh pair of boots',
        username: newName(),
      });
    for (const { status, error } of [await again(), await again()])
      expect([status, error.code]).toEqual([409, 'EMAIL_TAKEN']);
    expect(await mailTo(user.email.toUpperCase(), 'cannot sign up')).toContain('deleted while it was banned');
    expect(await countMails(user.email.toUpperCase(), 'cannot sign up')).toBe(1);
    const stored = await env.DB.prepare('SELECT * FROM banned_addresses').all();
    expect(JSON.stringify(stored.results)).not.toContain(user.email);
    await env.DB.prepare('UPDATE banned_addresses SET until = 1').run();
    expect((await again()).status).toBe(201);
  });
});
