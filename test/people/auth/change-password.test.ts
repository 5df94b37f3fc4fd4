import { describe, expect, it } from 'vitest';
import {
  appCode,
  asUserWithPassword,
  countMails,
  forgetMails,
  mailedCode,
  mailTo,
  PASSWORD,
  turnOnTwoFactor,
} from '#test/support/accounts';
import { client } from '#test/support/api';
import { asUser, type Person } from '#test/support/users';

const anyone = client();
const NEW_PASSWORD = 'a fresh pair of boots';

const change = (person: Pick<Person, 'patch'>, newPassword = NEW_PASSWORD, currentPassword = PASSWORD) =>
  person.patch('viewer/password', { currentPassword, newPassword });

/** Signed in once more, elsewhere. */
async function elsewhere({ email }: Person) {
  const signedIn = await anyone.post('auth/login', { email, password: PASSWORD });
  expect(signedIn.status).toBe(200);
  const { accessToken, refreshToken } = signedIn.data as { accessToken: string; refreshToken: string };
  return { ...client({ authorization: `Bearer ${accessToken}` }), refreshToken };
}

describe('a changed password', () => {
  it('replaces the old one, keeps this session, ends all others and notifies the user', async () => {
    const person = await asUserWithPassword();
    const other = await elsewhere(person);
    const { email } = person;
    expect(await change(person)).toMatchObject({ status: 200, data: {} });
    expect((await person.get('auth/me')).status).toBe(200);
    expect((await anyone.post('auth/refresh', { refreshToken: person.refreshToken })).status).toBe(200);
    expect(await other.get('auth/me')).toMatchObject({ status: 401, error: { code: 'SESSION_ENDED' } });
    expect((await anyone.post('auth/refresh', { refreshToken: other.refreshToken })).status).toBe(401);
    expect((await anyone.post('auth/login', { email, password: PASSWORD })).status).toBe(401);
    expect((await anyone.post('auth/login', { email, password: NEW_PASSWORD })).status).toBe(200);
    const mail = await mailTo(email, 'was changed');
    expect(mail).toContain('everywhere else');
    expect(mail).not.toContain(NEW_PASSWORD);
  });

  it('voids pending reset codes and sign-ins that wait for their second factor', async () => {
    const person = await asUserWithPassword();
    const { email } = person;
    const { secret } = await turnOnTwoFactor(person);
    const begun = await anyone.post('auth/login', { email, password: PASSWORD });
    await forgetMails(email);
    await anyone.post('auth/forget-password/email-otp', { email });
    const otp = await mailedCode(email, 'code to reset');
    expect((await change(person)).status).toBe(200);
    const late = await anyone.post('auth/2fa/verify', { challenge: begun.data.challenge, code: appCode(secret) });
    expect(late.error.code).toBe('CHALLENGE_INVALID');
    const reset = await anyone.post('auth/reset-password/email-otp', { email, otp, password: 'yet another pair' });
    expect(reset.error.code).toBe('OTP_INVALID');
  });

  it('wins against another change at the same time, whose session is signed out', async () => {
    const person = await asUserWithPassword();
    const other = await elsewhere(person);
    const [one, two] = await Promise.all([change(person, 'the first of two'), change(other, 'the second of two')]);
    const statuses = [one.status, two.status].toSorted();
    expect(statuses[0]).toBe(200);
    expect([401, 403]).toContain(statuses[1]);
    const [kept, ended] = one.status === 200 ? [person, other] : [other, person];
    expect((await kept.get('auth/me')).status).toBe(200);
    expect((await ended.get('auth/me')).status).toBe(401);
  });
});

describe('a password is not changed', () => {
  it('without the current one, and nobody is signed out or notified', async () => {
    const person = await asUserWithPassword();
    const other = await elsewhere(person);
    await mailTo(person.email, 'New sign-in');
    await forgetMails(person.email);
    const refused = await change(person, NEW_PASSWORD, 'not the right one');
    expect(refused).toMatchObject({ status: 403, error: { code: 'CONFIRMATION_WRONG' } });
    expect((await other.get('auth/me')).status).toBe(200);
    await change(person);
    await mailTo(person.email, 'was changed');
    expect(await countMails(person.email)).toBe(1);
  });

  it('to a common or short one, the current one, or one that contains the username', async () => {
    const person = await asUserWithPassword();
    for (const newPassword of ['password123', 'short', PASSWORD, `x${person.username}x`]) {
      const refused = await change(person, newPassword);
      expect(refused).toMatchObject({
        status: 422,
        error: { code: 'VALIDATION_FAILED', details: [{ path: 'newPassword' }] },
      });
    }
    for (const body of [
      {},
      { currentPassword: PASSWORD },
      { newPassword: NEW_PASSWORD },
      { currentPassword: 1, newPassword: 2 },
    ])
      expect((await person.patch('viewer/password', body)).status).toBe(422);
    const more = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD, userId: person.userId };
    expect((await person.patch('viewer/password', more)).status).toBe(422);
  });

  it('if the account has none', async () => {
    const refused = await change(await asUser());
    expect(refused).toMatchObject({ status: 409, error: { code: 'PASSWORD_NOT_SET' } });
  });

  it('without a token', async () => {
    expect((await change(anyone)).status).toBe(401);
  });
});
