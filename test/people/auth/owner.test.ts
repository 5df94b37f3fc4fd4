/** Who becomes the owner: whoever verifies the address in OWNER_EMAIL by a code, as the account's own user. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { asUserWithPassword, forgetMails, mailedCode, mailTo, PASSWORD, turnOnTwoFactor } from '#test/support/accounts';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { asStaff, type Person } from '#test/support/users';
import { verifyLink } from '@/domains/people/auth/verify-link';

const RANK_MAIL = 'owner of this platform';
let person: Person;
let named: { OWNER_EMAIL: string };

const as = (headers: Record<string, string> = {}) => clientWith(named, headers);
const rankOf = async ({ userId }: { userId: string }) =>
  (await env.DB.prepare('SELECT rank FROM staff WHERE user_id = ?').bind(userId).first<{ rank: string }>())?.rank;

async function codeFor(purpose: string, subject: string) {
  await forgetMails(person.email);
  await as().post('auth/send-verification-otp', { email: person.email, purpose });
  return mailedCode(person.email, subject);
}
const verificationCode = () => codeFor('email-verification', 'verify this address');

async function beNamed(verified: boolean) {
  person = await asUserWithPassword({ verified });
  named = { OWNER_EMAIL: person.email.toUpperCase() };
}

describe.each([false, true])('the address in OWNER_EMAIL, verified before: %s', (verified) => {
  beforeEach(() => beNamed(verified));

  it.each(['session', 'password'])(
    'makes its user the owner when a code is confirmed with the %s, and sends a mail about it',
    async (shown) => {
      const caller = shown === 'session' ? as(person.headers) : as();
      const body = shown === 'session' ? {} : { password: PASSWORD };
      const otp = await verificationCode();
      const answer = await caller.post('auth/verify-email', { email: person.email, otp, ...body });
      expect(answer.data.user).toMatchObject({ verified: true, rank: 'owner' });
      expect(await rankOf(person)).toBe('owner');
      await mailTo(person.email, RANK_MAIL);
      const log = await env.DB.prepare('SELECT staff_id, action, after FROM staff_log WHERE target_id = ?')
        .bind(person.userId)
        .first<{ after: string }>();
      expect(log).toMatchObject({ staff_id: person.userId, action: 'staff.rank' });
      expect(JSON.parse(log?.after ?? '')).toMatchObject({ rank: 'owner' });
      expect((await as(person.headers).get('admin/staff')).error.code).toBe('TOTP_SETUP_REQUIRED');
      await turnOnTwoFactor(person);
      expect((await as(person.headers).get('admin/staff')).status).toBe(200);

      const again = { email: person.email, otp: await verificationCode(), password: PASSWORD };
      expect((await as().post('auth/verify-email', again)).data.user.rank).toBe('owner');
      // A mail goes with each change of rank, and there was no second one.
      const changes = "SELECT count(*) AS changes FROM staff_log WHERE target_id = ? AND action = 'staff.rank'";
      expect(await env.DB.prepare(changes).bind(person.userId).first()).toEqual({ changes: 1 });
    },
  );

  it('makes nobody the owner by a link, a sign-in or a reset, or without session and password', async () => {
    const { email, userId } = person;
    const token = (await verifyLink(testContext(), { id: userId, email }, 60_000)).split('#token=')[1];
    const link = await as(person.headers).post(`auth/verify-email/${token}`, {});
    expect(link.data.user.rank).toBeUndefined();
    await as().post('auth/verify-email', { email, otp: await verificationCode() });
    await as().post('auth/signin/email-otp', { email, otp: await codeFor('sign-in', 'code to sign in') });
    const otp = await codeFor('forget-password', 'code to reset');
    const password = 'a fresh pair of boots';
    expect((await as().post('auth/reset-password/email-otp', { email, otp, password })).status).toBe(200);
    expect((await as().post('auth/login', { email, password })).data.user.rank).toBeUndefined();
    expect(await rankOf(person)).toBeUndefined();
  });
});

it("a stranger who registered with OWNER_EMAIL gets no rank when the address's owner verifies it", async () => {
  await beNamed(false);
  const { email } = person;
  const otp = await verificationCode();
  expect((await as().post('auth/verify-email', { email, otp })).data.user.rank).toBeUndefined();
  expect(await rankOf(person)).toBeUndefined();
  expect((await as(person.headers).patch('viewer/profile', { bio: 'x' })).error.code).toBe('SESSION_ENDED');
});

describe('when OWNER_EMAIL names another address', () => {
  it('the new owner lowers the rank of former owners, and no other owner acts on an equal', async () => {
    await beNamed(true);
    const [former, other] = [await asStaff('owner'), await asStaff('owner')];
    const path = (user: Person) => `admin/staff/${user.userId}`;
    const body = { email: person.email, otp: await verificationCode(), password: PASSWORD };
    await as().post('auth/verify-email', body);
    await turnOnTwoFactor(person);
    const owner = as(person.headers);
    expect((await as(other.headers).put(path(former), { rank: null })).error.code).toBe('STAFF_OUT_OF_REACH');
    expect((await as(other.headers).put(path(person), { rank: null })).error.code).toBe('STAFF_OUT_OF_REACH');
    expect((await owner.put(path(person), { rank: 'support' })).error.code).toBe('STAFF_OUT_OF_REACH');
    expect((await owner.put(path(former), { rank: 'owner', denied: ['canBanUsers'] })).error.code).toBe(
      'RANK_TOO_HIGH',
    );
    expect((await owner.put(path(former), { rank: 'admin_l1' })).data.rank).toBe('admin_l1');
    expect((await owner.put(path(other), { rank: null })).data.rank).toBeNull();
    expect(await rankOf(person)).toBe('owner');
  });

  it('the former owner keeps the rank until the new one verifies it, and cannot act on other owners', async () => {
    const former = await asStaff('owner');
    await beNamed(true);
    const target = await asStaff('owner');
    const answer = await as(former.headers).put(`admin/staff/${target.userId}`, { rank: null });
    expect(answer.error.code).toBe('STAFF_OUT_OF_REACH');
  });
});
