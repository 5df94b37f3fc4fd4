/** Whose the account is once its address is verified: whoever set the credentials, or whoever reads the mailbox. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  anotherCode,
  appCode,
  asUserWithPassword,
  forgetMails,
  mailedCode,
  mailedLinkToken,
  mailTo,
  PASSWORD,
  travel,
} from '#test/support/accounts';
import { type Client, client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asUser, type Person } from '#test/support/users';
import { verifyLink } from '@/domains/people/auth/verify-link';
import { encrypt } from '@/shared/crypto';

let anyone = client();
const NEW_PASSWORD = 'a fresh pair of boots';
const HOUR_MS = 3_600_000;
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

beforeEach(() => {
  anyone = client(); // each test has its own address, for the limits
});

/** Registered by somebody who may not own the address, with all that a stranger could have left behind. */
async function asSquatter(): Promise<Person> {
  const person = await asUserWithPassword({ verified: false });
  const ctx = testContext();
  const sealed = await encrypt(ctx.config.keys, person.userId, SECRET);
  const { userId } = person;
  await env.DB.batch([
    env.DB.prepare('UPDATE users SET totp_secret = ?, totp_enabled_at = 1, deletes_at = ? WHERE id = ?').bind(
      sealed,
      Date.now() + HOUR_MS,
      userId,
    ),
    env.DB.prepare("INSERT INTO backup_codes (user_id, code_hash) VALUES (?, 'x')").bind(userId),
    env.DB.prepare(
      "INSERT INTO push_subscriptions (id, endpoint, user_id, p256dh, auth, created_at) VALUES (?1, ?1, ?1, '', '', 0)",
    ).bind(userId),
    env.DB.prepare(
      'INSERT INTO sign_in_challenges (id, user_id, attempts_left, expires_at) VALUES (?1, ?1, 5, ?2)',
    ).bind(userId, Date.now() + HOUR_MS),
  ]);
  return person;
}

/** What somebody who set the account up could still use. */
async function setupOf(userId: string) {
  return env.DB.prepare(
    `SELECT (SELECT count(*) FROM accounts WHERE user_id = ?1 AND secret_hash IS NOT NULL) AS passwords,
      (SELECT count(*) FROM auth_sessions WHERE user_id = ?1 AND ended_at IS NULL) AS sessions,
      (SELECT count(*) FROM sign_in_challenges WHERE user_id = ?1 AND voided_at IS NULL) AS challenges,
      (SELECT count(*) FROM backup_codes WHERE user_id = ?1) AS backupCodes,
      (SELECT count(*) FROM push_subscriptions WHERE user_id = ?1) AS browsers,
      totp_secret IS NOT NULL AS secret, totp_enabled_at IS NOT NULL AS totp, deletes_at IS NOT NULL AS deletion,
      email_verified_at IS NOT NULL AS verified
    FROM users WHERE id = ?1`,
  )
    .bind(userId)
    .first<Record<string, number>>();
}
const ALL = { passwords: 1, sessions: 1, backupCodes: 1, browsers: 1, secret: 1, totp: 1, deletion: 1 };
const NOTHING = { passwords: 0, challenges: 0, backupCodes: 0, browsers: 0, secret: 0, totp: 0, deletion: 0 };

async function codeFor(email: string, purpose = 'email-verification', subject = 'verify this address') {
  await forgetMails(email);
  await anyone.post('auth/send-verification-otp', { email, purpose });
  return mailedCode(email, subject);
}

/** The link that the registration mailed. */
async function linkFor({ userId, email }: Person): Promise<string> {
  const link = await verifyLink(testContext(), { id: userId, email }, 24 * HOUR_MS);
  return link.split('#token=')[1] ?? '';
}

type Verify = (caller: Client, person: Person, body?: { password?: string }) => ReturnType<Client['post']>;
const byCode: Verify = async (caller, { email }, body = {}) =>
  caller.post('auth/verify-email', { email, otp: await codeFor(email), ...body });
const byLink: Verify = async (caller, person, body = {}) =>
  caller.post(`auth/verify-email/${await linkFor(person)}`, body);

describe.each([
  ['code', byCode],
  ['link', byLink],
])('a first verification by %s', (_, verify) => {
  it('without session or password removes everything that was set up, and returns a token for a new password', async () => {
    const person = await asSquatter();
    const answer = await verify(anyone, person);
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({
      verified: true,
      user: expect.objectContaining({ id: person.userId, verified: true, twoFactorEnabled: false }),
      resetToken: expect.any(String),
    });
    expect(await setupOf(person.userId)).toMatchObject({ ...NOTHING, sessions: 0, verified: 1 });

    for (const token of [person.accessToken, person.sessionToken]) {
      const stranger = client({ authorization: `Bearer ${token}` });
      expect((await stranger.patch('viewer/profile', { bio: 'mine' })).error.code).toBe('SESSION_ENDED');
      expect((await stranger.get('user/notifications')).error.code).toBe('SESSION_ENDED');
    }
    expect((await anyone.post('auth/refresh', { refreshToken: person.refreshToken })).status).toBe(401);
    expect((await anyone.post('auth/login', { email: person.email, password: PASSWORD })).status).toBe(401);

    const { resetToken } = answer.data;
    const confirm = () => anyone.post('auth/reset-password/confirm', { token: resetToken, password: NEW_PASSWORD });
    expect((await confirm()).status).toBe(200);
    const signedIn = await anyone.post('auth/login', { email: person.email, password: NEW_PASSWORD });
    expect(signedIn.data.user).toMatchObject({ id: person.userId, verified: true });
    expect((await confirm()).error.code).toBe('TOKEN_INVALID');
  });

  it("with the account's session keeps everything", async () => {
    const person = await asSquatter();
    const answer = await verify(person, person);
    expect(answer.data).toEqual({ verified: true, user: expect.objectContaining({ verified: true }) });
    expect(await setupOf(person.userId)).toMatchObject({ ...ALL, verified: 1 });
    const opaque = await asSquatter();
    await verify(client({ authorization: `Bearer ${opaque.sessionToken}` }), opaque);
    expect(await setupOf(opaque.userId)).toMatchObject({ ...ALL, verified: 1 });
  });

  it('with the password keeps everything', async () => {
    const person = await asSquatter();
    const answer = await verify(anyone, person, { password: PASSWORD });
    expect(answer.data).toEqual({ verified: true, user: expect.objectContaining({ verified: true }) });
    expect(await setupOf(person.userId)).toMatchObject({ ...ALL, verified: 1 });
  });

  it("with another account's session removes everything, as without a session", async () => {
    const [person, other] = [await asSquatter(), await asUser()];
    expect((await verify(other, person)).data.resetToken).toEqual(expect.any(String));
    expect(await setupOf(person.userId)).toMatchObject({ ...NOTHING, verified: 1 });
    expect((await other.get('auth/me')).data.id).toBe(other.userId);
  });

  it('with an ended session is refused, so nobody keeps or loses anything by mistake', async () => {
    const person = await asSquatter();
    await person.post('auth/logout');
    expect((await verify(person, person)).error.code).toBe('SESSION_ENDED');
    expect(await setupOf(person.userId)).toMatchObject({ passwords: 1, verified: 0 });
  });

  it('with a wrong password changes nothing, also when the session is right', async () => {
    const person = await asSquatter();
    for (const caller of [anyone, person]) {
      const wrong = await verify(caller, person, { password: 'something else' });
      expect(wrong).toMatchObject({ status: 403, error: { code: 'CONFIRMATION_WRONG' } });
    }
    expect(await setupOf(person.userId)).toMatchObject({ ...ALL, verified: 0 });
  });

  it('of a banned account is refused', async () => {
    const person = await asSquatter();
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(person.userId).run();
    expect((await verify(anyone, person)).error.code).toBe('ACCOUNT_BANNED');
    expect(await setupOf(person.userId)).toMatchObject({ ...ALL, verified: 0 });
  });

  it('keeps its effect: later ones change nothing', async () => {
    const person = await asSquatter();
    await verify(person, person);
    const again = await verify(anyone, person);
    expect(again.data).toEqual({ verified: true, user: expect.objectContaining({ verified: true }) });
    expect(await setupOf(person.userId)).toMatchObject({ ...ALL, verified: 1 });
  });

  it('at the same time as another is decided by whichever commits first', async () => {
    for (let round = 0; round < 3; round += 1) {
      const person = await asSquatter();
      const token = await linkFor(person);
      const keeping = () => verify(person, person);
      const wiping = () => anyone.post(`auth/verify-email/${token}`, {});
      const [kept, wiped] = await Promise.all(round % 2 ? [keeping(), wiping()] : [keeping(), wiping()].reverse());
      const isWiped = [kept, wiped].some((answer) => answer?.data?.resetToken !== undefined);
      const { passwords, sessions } = (await setupOf(person.userId)) ?? {};
      expect([passwords, sessions]).toEqual(isWiped ? [0, 0] : [1, 1]);
    }
  });
});

describe('a verification code', () => {
  it('is refused if it is wrong, and works once if it is right, whatever the case of the address', async () => {
    const { email } = await asUserWithPassword({ verified: false });
    const otp = await codeFor(email);
    const wrong = await anyone.post('auth/verify-email', { email, otp: anotherCode(otp) });
    expect(wrong).toMatchObject({ status: 401, error: { code: 'OTP_INVALID' } });
    expect((await anyone.post('auth/verify-email', { email: email.toUpperCase(), otp })).status).toBe(200);
    expect((await anyone.post('auth/verify-email', { email, otp })).status).toBe(401);
  });

  it('is not used up by a wrong password, and those attempts are counted', async () => {
    const { email, userId } = await asUserWithPassword({ verified: false });
    const otp = await codeFor(email);
    const verify = (password: string) => anyone.post('auth/verify-email', { email, otp, password });
    expect((await verify('something else')).error.code).toBe('CONFIRMATION_WRONG');
    expect((await verify(PASSWORD)).data).toMatchObject({ verified: true });
    expect((await setupOf(userId))?.passwords).toBe(1);
  });

  it('does not let anyone try passwords if it is wrong', async () => {
    const { email, userId } = await asUserWithPassword({ verified: false });
    const otp = anotherCode(await codeFor(email));
    const answer = await anyone.post('auth/verify-email', { email, otp, password: 'something else' });
    expect(answer.error.code).toBe('OTP_INVALID');
    expect((await setupOf(userId))?.challenges).toBe(0);
  });
});

describe('a verification link', () => {
  it('is refused when it is forged, of another kind or too old', async () => {
    const person = await asUserWithPassword({ verified: false });
    const token = await linkFor(person);
    for (const other of ['x', person.accessToken, `${token}x`])
      expect((await anyone.post(`auth/verify-email/${other}`, {})).error.code).toBe('TOKEN_INVALID');
    travel(25 * HOUR_MS);
    expect((await anyone.post(`auth/verify-email/${token}`, {})).error.code).toBe('TOKEN_INVALID');
    expect((await setupOf(person.userId))?.verified).toBe(0);
  });

  it('is mailed at registration, and works without a body', async () => {
    const email = 'linked.newcomer@footlight.test';
    const { data } = await anyone.post('auth/register', { email, username: 'linked_newcomer', password: PASSWORD });
    const token = await mailedLinkToken(email);
    const mine = client({ authorization: `Bearer ${data.accessToken}` });
    expect((await mine.post(`auth/verify-email/${token}`)).data).toMatchObject({ verified: true });
  });
});

describe('a first sign-in by code', () => {
  it("removes what was set up, including a stranger's second factor, and returns a reset token", async () => {
    const person = await asSquatter();
    const { email, userId } = person;
    const otp = await codeFor(email, 'sign-in', 'code to sign in');
    const answer = await anyone.post('auth/signin/email-otp', { email, otp });
    expect(answer.status).toBe(200);
    expect(answer.data).toMatchObject({
      resetToken: expect.any(String),
      user: { id: userId, verified: true, twoFactorEnabled: false },
    });
    expect(await setupOf(userId)).toMatchObject({ ...NOTHING, sessions: 1, verified: 1 });
    const claims = JSON.parse(atob(answer.data.accessToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    expect(claims.verified).toBe(true);
    expect((await person.post('auth/logout')).error.code).toBe('SESSION_ENDED');
    const me = client({ authorization: `Bearer ${answer.data.accessToken}` });
    expect((await me.post('user/notifications/read', {})).error?.code).not.toBe('EMAIL_NOT_VERIFIED');

    const body = { token: answer.data.resetToken, password: NEW_PASSWORD };
    expect((await anyone.post('auth/reset-password/confirm', body)).status).toBe(200);
    expect((await anyone.post('auth/login', { email, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('of a verified account returns no reset token and keeps everything', async () => {
    const { email, userId } = await asUserWithPassword();
    const otp = await codeFor(email, 'sign-in', 'code to sign in');
    const { data } = await anyone.post('auth/signin/email-otp', { email, otp });
    expect(data.resetToken).toBeUndefined();
    expect((await setupOf(userId))?.passwords).toBe(1);
  });
});

describe('a reset by mail', () => {
  const resets: [string, (email: string) => Promise<{ status: number }>][] = [
    [
      'code',
      async (email) => {
        await anyone.post('auth/forget-password/email-otp', { email });
        const otp = await mailedCode(email, 'code to reset');
        return anyone.post('auth/reset-password/email-otp', { email, otp, password: NEW_PASSWORD });
      },
    ],
    [
      'link',
      async (email) => {
        await anyone.post('auth/reset-password', { email });
        const token = (await mailTo(email, 'Reset your password')).split('#token=')[1]?.split('\n')[0];
        return anyone.post('auth/reset-password/confirm', { token, password: NEW_PASSWORD });
      },
    ],
  ];

  it.each(resets)('by %s ends the second factor and the browsers that a stranger set up', async (_, reset) => {
    const person = await asSquatter();
    expect((await reset(person.email)).status).toBe(200);
    expect(await setupOf(person.userId)).toMatchObject({ ...NOTHING, passwords: 1, sessions: 0, verified: 1 });
    const signedIn = await anyone.post('auth/login', { email: person.email, password: NEW_PASSWORD });
    expect(signedIn.data.user).toMatchObject({ id: person.userId, verified: true });
  });

  it.each(resets)('by %s of a verified account keeps the second factor', async (_, reset) => {
    const person = await asSquatter();
    await env.DB.prepare('UPDATE users SET email_verified_at = 1 WHERE id = ?').bind(person.userId).run();
    expect((await reset(person.email)).status).toBe(200);
    expect(await setupOf(person.userId)).toMatchObject({ secret: 1, totp: 1, backupCodes: 1 });
    const { data } = await anyone.post('auth/login', { email: person.email, password: NEW_PASSWORD });
    expect(data.twoFactorRequired).toBe(true);
    const passed = await anyone.post('auth/2fa/verify', { challenge: data.challenge, code: appCode(SECRET) });
    expect(passed.status).toBe(200);
  });
});
