/** Addresses and codes are taken as people paste them: with blanks, line ends and what nobody sees. */
import { describe, expect, it } from 'vitest';
import { appCode, asUserWithPassword, forgetMails, mailedCode, mailTo, PASSWORD } from '#test/support/accounts';
import { client } from '#test/support/api';
import { asUser } from '#test/support/users';

const anyone = client();

const wide = (text: string) =>
  text.replaceAll(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
const arabic = (digits: string) => digits.replaceAll(/\d/g, (digit) => String.fromCharCode(0x0660 + Number(digit)));

/** Ways to paste six digits. */
const PASTED: Readonly<Record<string, (code: string) => string>> = {
  'with a blank in the middle': (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
  'with a hyphen in the middle': (code) => `${code.slice(0, 3)}-${code.slice(3)}`,
  'with a dash in the middle': (code) => `${code.slice(0, 3)}\u2013${code.slice(3)}`,
  'with a hard blank in the middle': (code) => `${code.slice(0, 3)}\u00a0${code.slice(3)}`,
  'with a narrow blank in the middle': (code) => `${code.slice(0, 3)}\u202f${code.slice(3)}`,
  'with blanks and line ends around': (code) => `\r\n\t ${code} \r\n`,
  'with a blank after each digit': (code) => [...code].map((digit) => `${digit} `).join(''),
  'with what has no width in it': (code) => `\ufeff${code.slice(0, 2)}\u200b${code.slice(2)}\u2060\u200e`,
  'in full-width digits': wide,
  'in Arabic digits': arabic,
};

describe.each(Object.entries(PASTED))('a code %s', (_, paste) => {
  it('signs in, verifies the address and resets the password', async () => {
    const { email } = await asUserWithPassword({ verified: false });
    for (const [purpose, subject, path, more] of [
      ['email-verification', 'verify this address', 'auth/check-verification-otp', { purpose: 'email-verification' }],
      ['email-verification', 'verify this address', 'auth/verify-email', {}],
      ['sign-in', 'code to sign in', 'auth/signin/email-otp', {}],
      ['forget-password', 'code to reset', 'auth/reset-password/email-otp', { password: 'a fresh pair of boots' }],
    ] as const) {
      const from = client();
      await forgetMails(email);
      await from.post('auth/send-verification-otp', { email, purpose });
      const otp = paste(await mailedCode(email, subject));
      expect([path, (await from.post(path, { email, otp, ...more })).status]).toEqual([path, 200]);
    }
  });
});

describe('a code of an app or of the backup list', () => {
  it('is accepted however it is pasted, at every endpoint', async () => {
    const person = await asUserWithPassword();
    const { secret } = (await person.post('auth/2fa/enable', { password: PASSWORD })).data;
    const on = await person.post('auth/2fa/verify', { code: ` ${appCode(secret, -1).replace(/^.{3}/, '$& ')}\n` });
    expect(on.status).toBe(200);
    const codes: string[] = on.data.backupCodes;
    const challenge = async () =>
      (await anyone.post('auth/login', { email: person.email, password: PASSWORD })).data.challenge;
    for (const code of [
      appCode(secret).replace(/^.{3}/, '$&\u00a0'),
      `\u200b${codes[0]?.toUpperCase()}\r\n`,
      String(codes[1]?.replaceAll('-', ' ')),
      String(codes[2]?.replaceAll('-', '\u2011')),
      [...String(codes[3])].join(' '),
      wide(String(codes[4])),
    ])
      expect((await anyone.post('auth/2fa/verify', { challenge: await challenge(), code })).status).toBe(200);
    const renewed = await person.post('auth/2fa/backup-codes', { code: ` ${codes[5]?.replaceAll('-', ' – ')} ` });
    expect(renewed.status).toBe(200);
    const off = { password: PASSWORD, code: appCode(secret, 1).replace(/^.{3}/, '$&-') };
    expect((await person.post('auth/2fa/disable', off)).status).toBe(200);
  });
});

describe('an address', () => {
  it.each([
    ['with blanks and line ends around', (email: string) => ` \t${email}\r\n`],
    ['with hard and wide blanks around', (email: string) => `\u00a0\u3000${email}\u2003\u2028`],
    ['with what has no width in it', (email: string) => `\ufeff${email.replace('@', '\u200b@\u00ad')}\u200f`],
    ['in full-width letters', wide],
  ])('%s is the same', async (_, paste) => {
    const { email, userId } = await asUserWithPassword();
    const pasted = paste(email);
    const signedIn = await anyone.post('auth/login', { email: pasted, password: PASSWORD });
    expect(signedIn.data.user.id).toBe(userId);
    expect((await anyone.post('auth/reset-password', { email: pasted })).status).toBe(200);
    await mailTo(email, 'Reset your password');
    const again = await anyone.post('auth/register', { email: pasted, username: 'somebody_else', password: PASSWORD });
    expect(again.error.code).toBe('EMAIL_TAKEN');
  });

  it('is stored without stray blanks around it, and refused if they are inside', async () => {
    const email = 'pasted.newcomer@footlight.test';
    const body = { email: `\u200b ${wide(email)}\r\n`, username: ' pasted_newcomer\u200b\n', password: PASSWORD };
    const { data } = await anyone.post('auth/register', body);
    expect(data.email).toBe(email);
    const signedIn = await anyone.post('auth/login', { email, password: PASSWORD });
    expect(signedIn.data.user).toMatchObject({ username: 'pasted_newcomer', displayName: 'pasted_newcomer' });
    for (const bad of ['a@b.test c@d.test', 'a b@footlight.test', 'a@footlight.\ntest', '\n', 'a@b.test,'])
      expect((await anyone.post('auth/reset-password', { email: bad })).status).toBe(422);
  });
});

it('the token of a mailed link is accepted with line breaks that a mail program added', async () => {
  const { email } = await asUserWithPassword();
  await anyone.post('auth/reset-password', { email });
  const token = /token=(\S+)/.exec(await mailTo(email, 'Reset your password'))?.[1] ?? '';
  const broken = ` ${token.slice(0, 70)}\r\n${token.slice(70)}\u200b\n`;
  const body = { token: broken, password: 'a fresh pair of boots' };
  expect((await anyone.post('auth/reset-password/confirm', body)).status).toBe(200);
});

it('a text that is not a code is refused', async () => {
  const { email } = await asUser();
  for (const otp of ['12345', '1234567', '12 34 5x', '１２３', '', ' '.repeat(6), '1'.repeat(501)]) {
    const refused = await anyone.post('auth/signin/email-otp', { email, otp });
    expect(refused).toMatchObject({ status: 422, error: { details: [{ path: 'otp' }] } });
  }
});
