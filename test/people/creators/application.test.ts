/** Applying to be a creator: what is asked, what is answered, and what the database never holds in plain text. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { applicationRequest, asApplicant, IBAN } from '#test/support/applications';
import { bornYearsAgo } from '#test/support/birth-dates';
import { testContext } from '#test/support/context';
import { asCreator, asStaff, asUser, asViewer } from '#test/support/users';
import { reencryptFinancial } from '@/domains/people/creators/financial';

const URL = 'creator/application';
const statusOf = (userId: string) =>
  env.DB.prepare('SELECT creator_status, role FROM users WHERE id = ?').bind(userId).first();

describe('POST /creator/application', () => {
  it('creates a pending application and returns the bank details masked', async () => {
    const viewer = await asViewer();
    const answer = await viewer.post(URL, applicationRequest());
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.data).toMatchObject({
      status: 'PENDING',
      type: 'creator',
      profile: { bio: 'I play records.', categories: ['music', 'dj'] },
      identity: {
        documentType: 'passport',
        documentUploaded: false,
        legalName: 'Ada Example',
        birthDate: '1990-05-17',
      },
      financial: { accountHolder: 'Ada Example', ibanLast4: '3000', bankName: 'Example Bank', country: 'DE' },
      decidedAt: null,
    });
    expect(JSON.stringify(answer.body)).not.toContain('37040044');
    expect((await viewer.get(URL)).data).toEqual(answer.data);
    expect(await statusOf(viewer.userId)).toEqual({ creator_status: 'PENDING', role: 'viewer' });
  });

  it('stores bank details encrypted', async () => {
    const { userId } = await asApplicant();
    const row = await env.DB.prepare('SELECT * FROM creator_applications WHERE user_id = ?').bind(userId).first();
    for (const text of [IBAN, '37040044', 'Example Bank']) expect(JSON.stringify(row)).not.toContain(text);
  });

  it('accepts an account number if there is no IBAN', async () => {
    const { financial } = applicationRequest();
    const { iban: _, ...rest } = financial;
    const viewer = await asViewer();
    const body = applicationRequest({ financial: { ...rest, accountNumber: '0001-234 567', country: 'US' } });
    const { status, data } = await viewer.post(URL, body);
    expect(status).toBe(201);
    expect(data.financial).toEqual({
      accountHolder: 'Ada Example',
      accountLast4: '4567',
      bankName: 'Example Bank',
      country: 'US',
    });
  });

  it('uses the creator type chosen at registration, or the one in the request', async () => {
    const [dj, other] = [await asUser({ role: 'dj' }), await asUser({ role: 'dj' })];
    expect((await dj.post(URL, applicationRequest())).data.type).toBe('dj');
    expect((await other.post(URL, applicationRequest({ type: 'performer' }))).data.type).toBe('performer');
  });

  it('creates one application, even if it is sent many times at once', async () => {
    const viewer = await asViewer();
    const answers = await Promise.all(Array.from({ length: 5 }, () => viewer.post(URL, applicationRequest())));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
    const again = await viewer.post(URL, applicationRequest());
    expect([again.status, again.error.code]).toEqual([409, 'APPLICATION_EXISTS']);
    const creator = await asCreator();
    expect((await creator.post(URL, applicationRequest())).error.code).toBe('APPLICATION_EXISTS');
    expect(await statusOf(creator.userId)).toMatchObject({ creator_status: 'APPROVED' });
  });

  it('is refused until the day of the 18th birthday', async () => {
    const { identity } = applicationRequest();
    const born = (birthDate: string) => applicationRequest({ identity: { ...identity, birthDate } });
    const [young, grown] = [await asViewer(), await asViewer()];
    const refused = await young.post(URL, born(bornYearsAgo(18, 1)));
    expect([refused.status, refused.error.details]).toMatchObject([422, [{ path: 'identity.birthDate' }]]);
    expect((await grown.post(URL, born(bornYearsAgo(18)))).status).toBe(201);
  });

  it('names what is wrong with it', async () => {
    const viewer = await asViewer();
    const good = applicationRequest();
    const part = (name: 'profile' | 'identity' | 'financial', changes: Record<string, unknown>) => ({
      ...good,
      [name]: { ...good[name], ...changes },
    });
    const wrong: [unknown, string][] = [
      [{ ...good, profile: undefined }, 'profile'],
      [part('profile', { categories: [] }), 'profile.categories'],
      [part('profile', { categories: ['music', 'music'] }), 'profile.categories'],
      [part('profile', { categories: ['sorcery'] }), 'profile.categories.0'],
      [part('profile', { bio: 'a'.repeat(2_001) }), 'profile.bio'],
      [part('profile', { bio: 'bell\u0007' }), 'profile.bio'],
      [part('identity', { legalName: ' ' }), 'identity.legalName'],
      [part('identity', { birthDate: '1990-02-30' }), 'identity.birthDate'],
      [part('identity', { birthDate: '1790-02-03' }), 'identity.birthDate'],
      [part('identity', { documentType: 'library_card' }), 'identity.documentType'],
      [part('financial', { iban: 'DE89370400440532013001' }), 'financial.iban'],
      [part('financial', { iban: undefined }), 'financial.iban'],
      [part('financial', { accountNumber: '12345678' }), 'financial.accountNumber'],
      [part('financial', { iban: undefined, accountNumber: '1234' }), 'financial.accountNumber'],
      [part('financial', { country: 'XX' }), 'financial.country'],
      [part('financial', { pin: '1234' }), 'financial.pin'],
      [{ ...good, type: 'viewer' }, 'type'],
      [{ ...good, status: 'APPROVED' }, 'status'],
    ];
    for (const [body, path] of wrong) {
      const { status, error } = await viewer.post(URL, body);
      expect([status, error?.code, error?.details], path).toMatchObject([422, 'VALIDATION_FAILED', [{ path }]]);
    }
    expect((await viewer.post(URL, '{', { headers: { 'content-type': 'application/json' } })).status).toBe(400);
    expect((await viewer.get(URL)).status).toBe(404);
  });

  it('requires an account', async () => {
    for (const call of [client().post(URL, applicationRequest()), client().get(URL), client().put(URL, {})])
      expect((await call).status).toBe(401);
  });
});

describe('PUT /creator/application', () => {
  it('changes only what is sent', async () => {
    const applicant = await asApplicant();
    const before = (await applicant.get(URL)).data;
    const { status, data } = await applicant.put(URL, {
      profile: { bio: 'I dance.' },
      financial: { bankName: 'Other' },
    });
    expect(status).toBe(200);
    expect(data).toEqual({
      ...before,
      profile: { ...before.profile, bio: 'I dance.' },
      financial: { ...before.financial, bankName: 'Other' },
      submittedAt: data.submittedAt,
    });
  });

  it('replaces an IBAN with an account number', async () => {
    const applicant = await asApplicant();
    const { data } = await applicant.put(URL, { financial: { accountNumber: '99887766' } });
    expect(data.financial).toEqual({
      accountHolder: 'Ada Example',
      accountLast4: '7766',
      bankName: 'Example Bank',
      country: 'DE',
    });
  });

  it('makes a rejected application pending again and forgets the reason', async () => {
    const [applicant, reviewer] = [await asApplicant(), await asStaff('admin_l3')];
    await reviewer.put(`admin/creator-applications/${applicant.applicationId}/reject`, { reason: 'Blurred.' });
    expect((await applicant.get(URL)).data).toMatchObject({ status: 'REJECTED', reason: 'Blurred.' });
    expect(await statusOf(applicant.userId)).toMatchObject({ creator_status: 'REJECTED' });
    const { data } = await applicant.put(URL, { identity: { legalName: 'Ada B. Example' } });
    expect(data).toMatchObject({ status: 'PENDING', decidedAt: null });
    expect(data).not.toHaveProperty('reason');
    expect(await statusOf(applicant.userId)).toMatchObject({ creator_status: 'PENDING' });
  });

  it('is refused if the application is approved or does not exist', async () => {
    const [applicant, reviewer] = [await asApplicant(), await asStaff('admin_l3')];
    await reviewer.put(`admin/creator-applications/${applicant.applicationId}/approve`);
    const refused = await applicant.put(URL, { profile: { bio: 'New.' } });
    expect([refused.status, refused.error.code]).toEqual([409, 'APPLICATION_DECIDED']);
    const missing = await (await asViewer()).put(URL, { profile: { bio: 'New.' } });
    expect([missing.status, missing.error.code]).toEqual([404, 'APPLICATION_NOT_FOUND']);
  });

  it('names what is wrong with it', async () => {
    const applicant = await asApplicant();
    const wrong: [unknown, string][] = [
      [{ financial: { iban: 'nonsense' } }, 'financial.iban'],
      [{ identity: { birthDate: bornYearsAgo(17) } }, 'identity.birthDate'],
      [{ identity: { documentKey: 'x' } }, 'identity.documentKey'],
      [{ reason: null }, 'reason'],
    ];
    for (const [body, path] of wrong) {
      const { status, error } = await applicant.put(URL, body);
      expect([status, error?.details], path).toMatchObject([422, [{ path }]]);
    }
  });

  it('loses no bank details if two requests race', async () => {
    const applicant = await asApplicant();
    const answers = await Promise.all([
      applicant.put(URL, { financial: { bankName: 'One' } }),
      applicant.put(URL, { financial: { accountHolder: 'Two' } }),
    ]);
    const { financial } = (await applicant.get(URL)).data;
    const [one, two] = answers.map(({ status }) => status === 200);
    expect(one || two).toBe(true);
    expect(financial.bankName).toBe(one ? 'One' : 'Example Bank');
    expect(financial.accountHolder).toBe(two ? 'Two' : 'Ada Example');
    for (const { status, error } of answers)
      if (status !== 200) expect([status, error.code]).toEqual([409, 'APPLICATION_CHANGED']);
  });
});

describe('a new encryption key', () => {
  it('re-encrypts what the old key encrypted', async () => {
    const applicant = await asApplicant();
    const sealed = () =>
      env.DB.prepare('SELECT financial FROM creator_applications WHERE id = ?')
        .bind(applicant.applicationId)
        .first<string>('financial');
    const before = await sealed();
    const rotated = testContext({
      ENCRYPTION_KEY: 'a-new-encryption-key-that-is-long-enough-as-well',
      ENCRYPTION_KEY_PREVIOUS: env.ENCRYPTION_KEY,
    });
    expect(await reencryptFinancial(testContext())).toBe(0);
    expect(await sealed()).toBe(before);
    expect(await reencryptFinancial(rotated)).toBeGreaterThan(0);
    expect((await sealed())?.startsWith(`${rotated.config.keys.encryption[0].kid}.`)).toBe(true);
    expect(await reencryptFinancial(rotated)).toBe(0);
  });
});
