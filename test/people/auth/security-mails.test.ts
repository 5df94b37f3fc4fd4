/** What a user is mailed about their own account: whoever else did it, they hear of it. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import {
  appCode,
  asUserWithPassword,
  countMails,
  forgetMails,
  mailedCode,
  mailedLinkToken,
  mailTo,
  PASSWORD,
  travel,
  turnOnTwoFactor,
} from '#test/support/accounts';
import { client } from '#test/support/api';
import { newId } from '@/shared/ids';

const anyone = client();
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
const AT = /on [A-Z]\w+ \d+, 20\d\d at \d+:\d\d\s[AP]M UTC/;
const NEW_SIGN_IN = 'New sign-in';

const login = (email: string, deviceToken?: string, userAgent = FIREFOX) =>
  anyone.post('auth/login', { email, password: PASSWORD, deviceToken }, { headers: { 'user-agent': userAgent } });

describe('a sign-in', () => {
  it('from an unknown device is mailed, even the very first one', async () => {
    const { email } = await asUserWithPassword();
    const first = await login(email);
    const mail = await mailTo(email, NEW_SIGN_IN);
    const known = await login(email, first.data.deviceToken);
    expect(known.status).toBe(200);
    expect(mail).toMatch(AT);
    expect(mail).toContain('Firefox on Windows');
    expect(mail).toContain('reset your password');
    await vi.waitFor(async () => expect(await countMails(email)).toBe(1));
  });

  it('is mailed in the language of the account, with its dates', async () => {
    const { userId, email } = await asUserWithPassword();
    await env.DB.prepare("INSERT INTO user_settings (user_id, language, updated_at) VALUES (?, 'de', 1)")
      .bind(userId)
      .run();
    await login(email);
    const mail = await mailTo(email, 'Neue Anmeldung in deinem Konto');
    expect(mail).toMatch(/^Hallo .*Zeitpunkt: \d+\. \p{L}+ 20\d\d um \d\d:\d\d UTC, mit Firefox unter Windows\./su);
  });

  it('on the device that registered is not mailed, and from another one it is', async () => {
    const name = `m${newId().replaceAll('-', '').slice(-16)}`;
    const email = `${name}@footlight.test`;
    const { token, deviceToken } = (await anyone.post('auth/register', { email, username: name, password: PASSWORD }))
      .data;
    const link = await mailedLinkToken(email);
    await login(email); // as long as the address may be another's, they are not told of it
    await client({ authorization: `Bearer ${token}` }).post(`auth/verify-email/${link}`);
    await forgetMails(email);
    expect((await login(email, deviceToken)).status).toBe(200);
    await login(email);
    await mailTo(email, NEW_SIGN_IN);
    expect(await countMails(email)).toBe(1);
  });

  it("with somebody else's device token is mailed, and the mail contains no text of the client", async () => {
    const [{ email }, other] = [await asUserWithPassword(), await asUserWithPassword()];
    const { deviceToken } = (await login(other.email)).data;
    await login(email, deviceToken, 'Visit https://evil.test Chrome/1');
    const mail = await mailTo(email, NEW_SIGN_IN);
    expect(mail).toContain('with Chrome');
    expect(mail).not.toContain('evil');
  });

  it('by a mailed code or after a second factor is mailed likewise, and not from a known device', async () => {
    const person = await asUserWithPassword();
    const { email } = person;
    const { secret, backupCodes } = await turnOnTwoFactor(person);
    const pass = async (deviceToken: string | undefined, code: string) => {
      const { challenge } = (await login(email, deviceToken)).data;
      return (await anyone.post('auth/2fa/verify', { challenge, code })).data.deviceToken as string;
    };
    const deviceToken = await pass(undefined, appCode(secret));
    await mailTo(email, NEW_SIGN_IN);
    await forgetMails(email);
    await pass(deviceToken, appCode(secret, 1));
    await pass(undefined, String(backupCodes[0]));
    await mailTo(email, NEW_SIGN_IN);
    expect(await countMails(email, NEW_SIGN_IN)).toBe(1);

    const off = await person.post('auth/2fa/disable', { password: PASSWORD, code: backupCodes[1] });
    expect(off.status).toBe(200);
    await anyone.post('auth/send-verification-otp', { email, purpose: 'sign-in' });
    const otp = await mailedCode(email, 'code to sign in');
    await forgetMails(email);
    expect((await anyone.post('auth/signin/email-otp', { email, otp })).status).toBe(200);
    await mailTo(email, NEW_SIGN_IN);
  });

  it('from a client that keeps no device token is mailed at most ten times a day', async () => {
    const { email } = await asUserWithPassword();
    for (let n = 0; n < 13; n += 1) expect((await login(email)).status).toBe(200);
    await vi.waitFor(async () => expect(await countMails(email)).toBe(10));
    travel(25 * 60 * 60 * 1_000);
    await login(email);
    await vi.waitFor(async () => expect(await countMails(email)).toBe(11));
  }, 60_000);
});

describe('a change of what protects the account', () => {
  it('is mailed: two-factor on, new backup codes, two-factor off, a new password', async () => {
    const person = await asUserWithPassword();
    const { email } = person;
    const { secret, backupCodes } = await turnOnTwoFactor(person);
    const expectMail = async (subject: string) => {
      const mail = await mailTo(email, subject);
      expect(mail).toMatch(AT);
      expect(mail).toMatch(/reset your password now/);
      for (const text of [secret, ...backupCodes, PASSWORD]) expect(mail).not.toContain(text);
    };
    await expectMail('Two-factor authentication was turned on');
    const { data } = await person.post('auth/2fa/backup-codes', { code: appCode(secret) });
    await expectMail('Your backup codes were replaced');
    await person.post('auth/2fa/disable', { password: PASSWORD, code: data.backupCodes[0] });
    await expectMail('Two-factor authentication was turned off');
    await person.patch('viewer/password', { currentPassword: PASSWORD, newPassword: 'a fresh pair of boots' });
    await expectMail('Your password was changed');
  });

  it('that is refused is not mailed', async () => {
    const person = await asUserWithPassword();
    const { email } = person;
    await turnOnTwoFactor(person);
    await mailTo(email, 'turned on');
    await forgetMails(email);
    await person.post('auth/2fa/backup-codes', { code: 'abcd-efgh-ijkl-mnop' });
    await person.post('auth/2fa/disable', { password: PASSWORD, code: '12345678' });
    await person.patch('viewer/password', { currentPassword: PASSWORD, newPassword: 'password123' });
    await person.patch('viewer/password', { currentPassword: PASSWORD, newPassword: 'a fresh pair of boots' });
    await mailTo(email, 'Your password was changed');
    expect(await countMails(email)).toBe(1);
  });
});
