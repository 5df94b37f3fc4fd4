/** What an account may do before its address is verified, how long it lasts, and who may take its place. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import {
  asUserWithPassword,
  countMails,
  forgetMails,
  mailedCode,
  mailedLinkToken,
  mailTo,
  PASSWORD,
  travel,
} from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { form, png } from '#test/support/files';
import { giveCoins } from '#test/support/money';
import { aStream } from '#test/support/streams';
import { asCreator, asStaff, asUser } from '#test/support/users';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { remindUnverified } from '@/domains/people/auth/remind-unverified';
import { newId } from '@/shared/ids';

const DAY_MS = 24 * 3_600_000;
const LINK = 'Verify your email';
const MESSAGE = 'Registration successful. Please verify your email.';

function newcomer(name = `n${newId().replaceAll('-', '').slice(-16)}`) {
  return { email: `${name}@footlight.test`, username: name, password: PASSWORD };
}

const follow = (followerId: string, creatorId: string) =>
  env.DB.prepare('INSERT INTO follows (follower_id, creator_id, created_at) VALUES (?, ?, 0)')
    .bind(followerId, creatorId)
    .run();

const userOf = (userId: string) =>
  env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(userId).first<Record<string, unknown>>();

async function register(person = newcomer()) {
  const answer = await client().post('auth/register', person);
  expect(answer).toMatchObject({ status: 201, body: { message: MESSAGE } });
  return {
    ...person,
    userId: answer.data.userId as string,
    ...client({ authorization: `Bearer ${answer.data.token}` }),
  };
}

const erase = async () => {
  while (await eraseAccounts(testContext()));
};

describe('an account that is not verified', () => {
  it('reads and edits what is its own', async () => {
    const me = await register();
    expect((await me.put('user/profile', { bio: 'Hello', displayName: 'Ada' })).data).toMatchObject({ bio: 'Hello' });
    expect((await me.patch('viewer/profile', { links: [] })).status).toBe(200);
    expect((await me.put('user/settings', { language: 'de' })).status).toBe(200);
    expect((await me.get('user/notifications')).status).toBe(200);
    expect((await me.get('user/export')).status).toBe(200);
    const body = { currentPassword: PASSWORD, newPassword: 'a fresh pair of boots' };
    expect((await me.patch('viewer/password', body)).status).toBe(200);
    expect((await me.delete('user', { body: { password: body.newPassword } })).status).toBe(200);
    const other = await register();
    expect((await other.post('auth/sign-out')).status).toBe(200);
  });

  it('writes nothing else, whatever its rank or approval', async () => {
    const { userId: creatorId } = await asCreator();
    const me = await asCreator({ verified: false });
    const staff = await asStaff('owner', { verified: false });
    const answers = await Promise.all([
      me.post(`social/follow/${creatorId}`),
      me.post('sessions', { title: 'Mine' }),
      me.get('stream/credentials'),
      me.post('user/avatar', form('avatar', png())),
      me.post('auth/2fa/enable', { password: PASSWORD }),
      me.post('auth/2fa/verify', { code: '123456' }),
      staff.put(`admin/staff/${creatorId}`, { rank: 'support' }),
      staff.get('admin/staff'),
    ]);
    for (const { status, error } of answers) expect([status, error?.code]).toEqual([403, 'EMAIL_NOT_VERIFIED']);
  });

  it('enters a stream as a guest: streams for followers stay closed to it, and it has no name there', async () => {
    const creator = await asCreator();
    const me = await asUser({ verified: false });
    await follow(me.userId, creator.userId);
    const forFollowers = await aStream(creator, { status: 'live', visibility: 'followers' });
    expect((await me.post(`stream/${forFollowers}/join`)).error.code).toBe('FOLLOWERS_ONLY');
    expect((await me.post('viewer/token', { streamId: forFollowers })).error.code).toBe('FOLLOWERS_ONLY');
    await env.DB.prepare("UPDATE streams SET visibility = 'public' WHERE id = ?").bind(forFollowers).run();
    const joined = await me.post(`stream/${forFollowers}/join`);
    expect(joined.data).toMatchObject({ viewer: { kind: 'guest' }, guestToken: expect.any(String) });
    const again = await me.post(`stream/${forFollowers}/join`, undefined, {
      headers: { 'x-guest-token': joined.data.guestToken },
    });
    expect(again.data.viewer).toEqual(joined.data.viewer);
  });

  it('cannot publish its own stream', async () => {
    const me = await asCreator({ verified: false });
    const id = await aStream(me, { status: 'live' });
    expect((await me.post(`sessions/${id}/token`)).data.role).toBe('subscriber');
  });

  it('can do everything once it is verified, without signing in again', async () => {
    const { userId: creatorId } = await asCreator();
    const me = await register();
    const path = `social/follow/${creatorId}`;
    expect((await me.post(path)).error.code).toBe('EMAIL_NOT_VERIFIED');
    await me.post(`auth/verify-email/${await mailedLinkToken(me.email)}`);
    expect((await me.post(path)).status).toBe(200);
    expect((await me.get(path)).data.following).toBe(true);
  });

  it('with an access token reads as itself at once when it is verified meanwhile', async () => {
    const [me, creator] = [await asUser({ verified: false }), await asCreator()];
    await follow(me.userId, creator.userId);
    const path = `social/follow/${creator.userId}`;
    expect((await me.get(path)).data.following).toBe(false);
    await env.DB.prepare('UPDATE users SET email_verified_at = 1 WHERE id = ?').bind(me.userId).run();
    expect((await me.get(path)).data.following).toBe(true);
  });
});

describe('the seven days to verify an address', () => {
  it('end an account that nobody verified, and its address is free', async () => {
    const me = await register();
    travel(7 * DAY_MS - 1_000);
    await erase();
    expect((await userOf(me.userId))?.status).toBe('active');
    travel(2_000);
    await erase();
    expect(await userOf(me.userId)).toMatchObject({
      status: 'deleted',
      email: '',
      deletes_at: null,
      unverified_until: null,
    });
    expect((await client().post('auth/register', newcomer(me.username))).status).toBe(201);
  });

  it('do not end an account that is verified, even in the last minute', async () => {
    const me = await register();
    travel(7 * DAY_MS + 1_000);
    await env.DB.prepare('UPDATE users SET email_verified_at = 1 WHERE id = ?').bind(me.userId).run();
    await erase();
    expect((await userOf(me.userId))?.status).toBe('active');
  });

  it('do not end an account with money', async () => {
    const me = await register();
    await giveCoins(me.userId, 10);
    travel(8 * DAY_MS);
    await erase();
    expect((await userOf(me.userId))?.status).toBe('active');
    travel(30 * DAY_MS);
    await erase();
    expect(await userOf(me.userId)).toMatchObject({ status: 'active', email: me.email });
  });

  it('include one reminder, on the fifth day', async () => {
    const me = await register();
    await mailTo(me.email, LINK);
    await forgetMails(me.email);
    travel(5 * DAY_MS - 1_000);
    await remindUnverified(testContext());
    expect(await countMails(me.email)).toBe(0);
    travel(2_000);
    for (const _ of [1, 2]) await remindUnverified(testContext());
    expect(await countMails(me.email)).toBe(1);
    const token = await mailedLinkToken(me.email);
    travel(2 * DAY_MS - 60_000);
    expect((await client().post(`auth/verify-email/${token}`)).status).toBe(200);
  });

  it('include no reminder to a verified account', async () => {
    const me = await register();
    await me.post(`auth/verify-email/${await mailedLinkToken(me.email)}`);
    await forgetMails(me.email);
    travel(6 * DAY_MS);
    await remindUnverified(testContext());
    expect(await countMails(me.email)).toBe(0);
  });
});

describe('a registration with an address that is taken', () => {
  it('is refused, and its owner is mailed at most once a day', async () => {
    const owner = await asUserWithPassword();
    const taken = { ...newcomer(), email: owner.email.toUpperCase() };
    for (const path of ['auth/register', 'auth/signup/email'])
      expect(await client().post(path, taken)).toMatchObject({ status: 409, error: { code: 'EMAIL_TAKEN' } });
    await mailTo(owner.email, 'already have an account');
    expect(await countMails(owner.email)).toBe(1);
    travel(DAY_MS + 1_000);
    await client().post('auth/register', taken);
    await vi.waitFor(async () => expect(await countMails(owner.email)).toBe(2));
  });

  it('replaces an account that nobody verified, and its username can be had again', async () => {
    const first = await register();
    const link = await mailedLinkToken(first.email);
    await forgetMails(first.email);
    const second = await register({
      ...newcomer(first.username),
      email: first.email.toUpperCase(),
      password: `${PASSWORD}!`,
    });
    expect(second.userId).not.toBe(first.userId);
    expect(await userOf(second.userId)).toMatchObject({ username: first.username, email_verified_at: null });

    expect((await first.patch('viewer/profile', { bio: 'mine' })).error.code).toBe('SESSION_ENDED');
    expect((await client().post(`auth/verify-email/${link}`)).error.code).toBe('TOKEN_INVALID');
    // It would delete nothing, and must not say that it did.
    expect((await client().post(`auth/verify-email/${link}/reject`)).error.code).toBe('TOKEN_INVALID');
    const signIn = (password: string) => client().post('auth/login', { email: first.email, password });
    expect((await signIn(PASSWORD)).error.code).toBe('INVALID_CREDENTIALS');
    expect((await signIn(`${PASSWORD}!`)).data.user.id).toBe(second.userId);
    await erase();
    expect(await userOf(first.userId)).toMatchObject({ status: 'deleted', deletes_at: null });
    expect((await userOf(second.userId))?.status).toBe('active');
  });

  it('voids the codes mailed for the account before', async () => {
    const person = newcomer();
    await client().post('auth/signup/email', person);
    const otp = await mailedCode(person.email, 'verify this address');
    await client().post('auth/send-verification-otp', { email: person.email, purpose: 'sign-in' });
    const signInCode = await mailedCode(person.email, 'code to sign in');
    await register({ ...person, username: `${person.username}b` });
    expect((await client().post('auth/verify-email', { email: person.email, otp })).error.code).toBe('OTP_INVALID');
    const signIn = await client().post('auth/signin/email-otp', { email: person.email, otp: signInCode });
    expect(signIn.error.code).toBe('OTP_INVALID');
  });

  it('succeeds exactly once if two come at once', async () => {
    const former = await register();
    for (const email of [former.email, newcomer().email]) {
      const answers = await Promise.all(
        [newcomer(), newcomer(), newcomer()].map((person) => client().post('auth/register', { ...person, email })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      const { results } = await env.DB.prepare('SELECT id FROM users WHERE email_key = ?').bind(email).all();
      expect(results).toEqual([{ id: answers.find(({ status }) => status === 201)?.data.userId }]);
    }
  });

  it('does not replace an account with money, nor a banned one', async () => {
    const [rich, banned] = [await register(), await register()];
    await giveCoins(rich.userId, 10);
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(banned.userId).run();
    for (const { email, userId } of [rich, banned]) {
      const answer = await client().post('auth/register', { ...newcomer(), email });
      expect(answer).toMatchObject({ status: 409, error: { code: 'EMAIL_TAKEN' } });
      expect((await userOf(userId))?.email).toBe(email);
    }
    expect((await rich.get('auth/me')).status).toBe(200);
  });

  it('changes nothing when the new username is taken', async () => {
    const [first, other] = [await register(), await asUser()];
    const answer = await client().post('auth/register', { ...newcomer(other.username), email: first.email });
    expect(answer.error.code).toBe('USERNAME_TAKEN');
    expect((await first.get('auth/me')).data.email).toBe(first.email);
  });
});
