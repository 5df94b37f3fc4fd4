/** POST /user/email and /user/email/confirm: another address, with a proof, a code and a notice. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  anotherCode,
  appCode,
  asUserWithPassword,
  countMails,
  givePassword,
  mailedCode,
  mailTo,
  PASSWORD,
  travel,
  turnOnTwoFactor,
} from '#test/support/accounts';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { asUser, type Person } from '#test/support/users';
import { newSession } from '@/domains/people/auth/sessions';
import { newId } from '@/shared/ids';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

const anyone = client();
const CODE = 'Your code to use this address';
const anAddress = () => `m${newId().slice(-12)}@footlight.test`;
const ask = (person: Pick<Person, 'post'>, email: string, proof: object = { password: PASSWORD }) =>
  person.post('user/email', { email, ...proof });
const confirm = (person: Pick<Person, 'post'>, code: string) => person.post('user/email/confirm', { code });
const rowOf = ({ userId }: Pick<Person, 'userId'>) =>
  env.DB.prepare('SELECT email, email_key AS emailKey, email_verified_at AS at FROM users WHERE id = ?')
    .bind(userId)
    .first<{ email: string; emailKey: string; at: number | null }>();

async function change(person: Person, email = anAddress(), proof?: object) {
  expect((await ask(person, email, proof)).status).toBe(200);
  const answer = await confirm(person, await mailedCode(email, CODE));
  expect(answer.status).toBe(200);
  return { email, answer };
}

afterEach(() => vi.restoreAllMocks());

describe('another address', () => {
  it('gets a code, the present one a notice, and each hears of the change', async () => {
    const person = await asUserWithPassword();
    const email = anAddress();
    const asked = await ask(person, ` ${email.toUpperCase()} `);
    expect(asked.data).toEqual({ email: email.toUpperCase(), expiresAt: expect.stringMatching(/Z$/) });
    expect(await mailTo(person.email, 'Someone asked to change')).toContain(email.toUpperCase());
    const code = await mailedCode(email.toUpperCase(), CODE);
    expect(await mailTo(email.toUpperCase(), CODE)).not.toContain(person.email);
    expect((await rowOf(person))?.email).toBe(person.email);

    const { data } = await confirm(person, code);
    expect(data).toMatchObject({ id: person.userId, email: email.toUpperCase(), verified: true });
    expect((await rowOf(person))?.emailKey).toBe(email);
    expect(await mailTo(person.email, 'address was changed')).toContain(email.toUpperCase());
    await mailTo(email.toUpperCase(), 'now your email address');
  });

  it('is the one to sign in with', async () => {
    const person = await asUserWithPassword();
    const { email } = await change(person);
    expect((await anyone.post('auth/signin/email', { email, password: PASSWORD })).status).toBe(200);
    expect((await anyone.post('auth/signin/email', { email: person.email, password: PASSWORD })).status).toBe(401);
  });

  it('ends every other session, and leaves this one', async () => {
    const person = await asUserWithPassword();
    const other = (await anyone.post('auth/signin/email', { email: person.email, password: PASSWORD })).data;
    await change(person);
    expect((await person.get('user/profile')).status).toBe(200);
    const ended = await client({ authorization: `Bearer ${other.token}` }).get('user/profile');
    expect(ended.error.code).toBe('SESSION_ENDED');
    const refreshed = await anyone.post('auth/refresh', { refreshToken: other.refreshToken });
    expect(refreshed.status).toBe(401);
  });

  it('makes void what was mailed to the former one', async () => {
    const person = await asUserWithPassword();
    for (const purpose of ['sign-in', 'forget-password'])
      await anyone.post('auth/send-verification-otp', { email: person.email, purpose });
    await anyone.post('auth/reset-password', { email: person.email });
    const signIn = await mailedCode(person.email, 'code to sign in');
    const reset = await mailedCode(person.email, 'code to reset');
    const link = /token=(\S+)/.exec(await mailTo(person.email, 'Reset your password'))?.[1] ?? '';
    await change(person);
    const { email } = person;
    expect((await anyone.post('auth/signin/email-otp', { email, otp: signIn })).status).toBe(401);
    const password = 'another horse of this colour';
    const byCode = await anyone.post('auth/reset-password/email-otp', { email, otp: reset, password });
    expect(byCode.status).toBe(401);
    expect((await anyone.post('auth/reset-password/confirm', { token: link, password })).status).toBe(401);
    expect((await anyone.post('auth/register', { email, password, username: `r${newId().slice(-12)}` })).status).toBe(
      201,
    );
  });

  it('is in the export for a while, without the hash', async () => {
    const person = await asUserWithPassword();
    const { email } = await change(person);
    const row = await env.DB.prepare('SELECT * FROM email_changes WHERE user_id = ?').bind(person.userId).first();
    expect(row).toMatchObject({ former_email: person.email, email, code_hash: null, confirmed_at: expect.any(Number) });
  });

  it.each(['x', '', 'a@', 'a@b@c.test'])('must be one: %s', async (email) => {
    expect((await ask(await asUserWithPassword(), email)).status).toBe(422);
  });

  it('must be another', async () => {
    const person = await asUserWithPassword();
    expect((await ask(person, person.email.toUpperCase())).status).toBe(422);
  });
});

describe('the proof', () => {
  it('is the password of an account that has one', async () => {
    const person = await asUserWithPassword();
    const needed = { status: 403, error: { code: 'CONFIRMATION_NEEDED' } };
    expect(await ask(person, anAddress(), {})).toMatchObject(needed);
    const wrong = await ask(person, anAddress(), { password: 'not this one at all' });
    expect(wrong).toMatchObject({ status: 403, error: { code: 'CONFIRMATION_WRONG' } });
    await ask(person, anAddress());
    await mailTo(person.email, 'Someone asked to change');
    expect(await countMails(person.email)).toBe(1);
  });

  it('may be a code of the second factor, which then is used', async () => {
    const person = await asUserWithPassword();
    const off = await ask(person, anAddress(), { code: '123456' });
    expect(off.error.code).toBe('TWO_FACTOR_OFF');
    const { secret } = await turnOnTwoFactor(person);
    const code = appCode(secret);
    expect((await ask(person, anAddress(), { code })).status).toBe(200);
    expect((await ask(person, anAddress(), { code })).error.code).toBe('CONFIRMATION_WRONG');
  });

  it('may be a recent sign-in, for an account without a password', async () => {
    const person = await asUser();
    expect((await ask(person, anAddress(), {})).status).toBe(200);
    expect((await ask(person, anAddress())).error.code).toBe('PASSWORD_NOT_SET');
    await env.DB.prepare('UPDATE auth_sessions SET created_at = created_at - ? WHERE id = ?')
      .bind(16 * MINUTE_MS, person.sessionId)
      .run();
    expect((await ask(person, anAddress(), {})).error.code).toBe('CONFIRMATION_NEEDED');
  });

  it('is of no use to a guest or to an account that is not verified', async () => {
    expect((await ask(anyone, anAddress())).status).toBe(401);
    expect((await confirm(anyone, '123456')).status).toBe(401);
    const unverified = await asUserWithPassword({ verified: false });
    expect((await ask(unverified, anAddress())).error.code).toBe('EMAIL_NOT_VERIFIED');
    expect((await confirm(unverified, '123456')).error.code).toBe('EMAIL_NOT_VERIFIED');
  });
});

describe('an address that is taken', () => {
  it('is answered like a free one; its owner is mailed, and no code is sent', async () => {
    const [person, owner] = await Promise.all([asUser(), asUser()]);
    const free = await ask(person, anAddress(), {});
    const taken = await ask(person, owner.email, {});
    expect(taken.status).toBe(free.status);
    expect(Object.keys(taken.body)).toEqual(Object.keys(free.body));
    expect(taken.body.message).toBe(free.body.message);
    await mailTo(owner.email, 'already has an account');
    expect(await countMails(owner.email)).toBe(1);
    await ask(person, owner.email, {});
    await mailTo(person.email, 'Someone asked');
    expect(await countMails(owner.email)).toBe(1);
  });

  it('since it was asked for is refused once the code shows whose mailbox it is', async () => {
    const person = await asUser();
    const email = anAddress();
    await ask(person, email, {});
    const code = await mailedCode(email, CODE);
    const rival = await asUser();
    await env.DB.prepare('UPDATE users SET email = ?1, email_key = ?1 WHERE id = ?2').bind(email, rival.userId).run();
    expect(await confirm(person, code)).toMatchObject({ status: 409, error: { code: 'EMAIL_TAKEN' } });
    expect((await rowOf(person))?.email).toBe(person.email);
  });

  it('by an account that never verified it goes to who does', async () => {
    const person = await asUser();
    const email = anAddress();
    const squatter = await asUser({ verified: false });
    await env.DB.prepare('UPDATE users SET email = ?1, email_key = ?1 WHERE id = ?2')
      .bind(email, squatter.userId)
      .run();
    await change(person, email, {});
    expect((await rowOf(person))?.emailKey).toBe(email);
    expect((await squatter.get('user/profile')).status).toBe(401);
  });

  it('goes to one of two accounts that ask for it', async () => {
    const people = await Promise.all([asUser(), asUser()]);
    const email = anAddress();
    const codes: string[] = [];
    for (const person of people) {
      await env.DB.prepare('DELETE FROM mailbox WHERE recipient = ?').bind(email).run();
      await ask(person, email, {});
      codes.push(await mailedCode(email, CODE));
    }
    const answers = await Promise.all(people.map((person, index) => confirm(person, codes[index] ?? '')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  it('by a ban gets no code', async () => {
    const person = await asUser();
    const former = await asUser();
    const { email } = await change(former, anAddress(), {});
    await env.DB.prepare(`UPDATE users SET status = 'banned', deletes_at = 1 WHERE id = ?`).bind(former.userId).run();
    const { eraseAccounts } = await import('@/domains/operations/privacy/erase');
    await eraseAccounts(testContext());
    // Also the address from before the change.
    for (const banned of [email, former.email]) {
      expect((await ask(person, banned, {})).status).toBe(200);
      await mailTo(banned, 'cannot sign up');
      expect(await countMails(banned, 'cannot sign up')).toBe(1);
    }
  });
});

describe('the code', () => {
  it('works once, for its user and for an hour', async () => {
    const [person, other] = await Promise.all([asUser(), asUser()]);
    const email = anAddress();
    await ask(person, email, {});
    const code = await mailedCode(email, CODE);
    expect((await confirm(other, code)).error.code).toBe('OTP_INVALID');
    travel(HOUR_MS + MINUTE_MS);
    const later = client({ authorization: `Bearer ${person.sessionToken}` });
    expect((await confirm(later, code)).error.code).toBe('OTP_INVALID');
    vi.restoreAllMocks();
    expect((await confirm(person, code)).status).toBe(200);
    expect((await confirm(person, code)).error.code).toBe('OTP_INVALID');
  });

  it('takes five tries, also at once', async () => {
    const person = await asUser();
    const email = anAddress();
    await ask(person, email, {});
    const code = await mailedCode(email, CODE);
    const wrong = await Promise.all(Array.from({ length: 6 }, () => confirm(person, anotherCode(code))));
    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([401]));
    expect((await confirm(person, code)).error.code).toBe('OTP_INVALID');
    expect((await rowOf(person))?.email).toBe(person.email);
  });

  it('is replaced by the next', async () => {
    const person = await asUser();
    const [email, next] = [anAddress(), anAddress()];
    await ask(person, email, {});
    const first = await mailedCode(email, CODE);
    await ask(person, next, {});
    const second = await mailedCode(next, CODE);
    if (first !== second) expect((await confirm(person, first)).error.code).toBe('OTP_INVALID');
    expect((await confirm(person, second)).data.email).toBe(next);
  });

  it('ends with a new password', async () => {
    const person = await asUser();
    const email = anAddress();
    await ask(person, email, {});
    const code = await mailedCode(email, CODE);
    await givePassword(person.userId);
    const newPassword = 'another horse of this colour';
    const changed = await person.patch('viewer/password', { currentPassword: PASSWORD, newPassword });
    expect(changed.status).toBe(200);
    expect((await confirm(person, code)).error.code).toBe('OTP_INVALID');
  });

  it('is mailed ten times a day at most, to whichever addresses', async () => {
    const person = await asUser();
    for (let asked = 0; asked < 10; asked++) expect((await ask(person, anAddress(), {})).status).toBe(200);
    const refused = await ask(person, anAddress(), {});
    expect(refused).toMatchObject({ status: 429, error: { code: 'OTP_LIMIT' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('the address in OWNER_EMAIL', () => {
  const rankOf = async ({ userId }: { userId: string }) =>
    (await env.DB.prepare('SELECT rank FROM staff WHERE user_id = ?').bind(userId).first<{ rank: string }>())?.rank;

  it('makes who changes to it the owner, in the request that confirms it', async () => {
    const person = await asUser();
    const email = anAddress();
    const as = clientWith({ OWNER_EMAIL: email }, person.headers);
    expect((await ask(as, email, {})).status).toBe(200);
    expect(await rankOf(person)).toBeUndefined();
    const { data } = await confirm(as, await mailedCode(email, CODE));
    expect(data).toMatchObject({ email, rank: 'owner' });
    expect(await rankOf(person)).toBe('owner');
    await mailTo(email, 'owner of this platform');
  });

  it('gives nothing to who only asks for it, or to a session that has ended', async () => {
    const person = await asUser();
    const email = anAddress();
    const as = clientWith({ OWNER_EMAIL: email }, person.headers);
    await ask(as, email, {});
    const code = await mailedCode(email, CODE);
    expect((await person.post('auth/sign-out', {})).status).toBe(200);
    expect((await confirm(as, code)).status).toBe(401);
    expect(await rankOf(person)).toBeUndefined();
  });
});

describe('two sessions', () => {
  it('that confirm at once change the address once', async () => {
    const person = await asUser();
    const email = anAddress();
    await ask(person, email, {});
    const code = await mailedCode(email, CODE);
    const { insert, tokens } = await newSession(
      testContext(),
      { ...person, verified: true, role: 'viewer', creatorStatus: 'NONE', staff: null },
      'test',
    );
    await testContext().db.batch([insert as never]);
    const second = client({ authorization: `Bearer ${tokens.accessToken}` });
    const statuses = (await Promise.all([confirm(person, code), confirm(second, code)])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 401]);
  });
});
