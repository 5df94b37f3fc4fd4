/**
 * Other bank details: asked for, reviewed by somebody else, and not used for a week, so that a stranger's request
 * fails.
 */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { countMails, mailTo } from '#test/support/accounts';
import { IBAN } from '#test/support/applications';
import { testContext } from '#test/support/context';
import { once } from '#test/support/money';
import { approve, asPaidCreator, notificationsOf, payoutOf } from '#test/support/payouts';
import { asCreator, asStaff, type Person } from '#test/support/users';
import { reencryptDetails } from '@/domains/money/payouts/details';
import { payoutDetails } from '@/domains/money/payouts/tables';
import { openFinancial } from '@/domains/people/creators/financial';
import { creatorApplications } from '@/domains/people/creators/tables';
import { newId } from '@/shared/ids';
import { DAY_MS, SECOND_MS } from '@/shared/time';

const dayOf = (iso: string) =>
  new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(iso));

const DETAILS = 'payment/payout-details';
const DESK = 'owner/panel/payout-details';
const CASHOUTS = 'owner/panel/cashouts';
const OTHER = {
  accountHolder: 'Ada Example',
  iban: 'FR1420041010050500013M02606',
  bankName: 'Autre Banque',
  country: 'FR',
};
const LAST4 = '2606';
const BY_BANK = { source: 'diamonds', diamonds: 1_000, method: 'bank' };

afterEach(() => {
  vi.useRealTimers();
});

const rowOf = (id: string) => testContext().db.select().from(payoutDetails).where(eq(payoutDetails.id, id)).get();
const logOf = async (id: string) =>
  (
    await env.DB.prepare("SELECT action, before, after, reason FROM staff_log WHERE target_id = ? AND outcome = 'done'")
      .bind(id)
      .all()
  ).results;

async function accountOf(userId: string) {
  const ctx = testContext();
  const isOf = eq(creatorApplications.userId, userId);
  const row = await ctx.db.select().from(creatorApplications).where(isOf).get();
  return row && { ...(await openFinancial(ctx, row)), last4: row.accountLast4 };
}

async function asked(traits: Parameters<typeof asPaidCreator>[1] = {}) {
  const creator = await asPaidCreator(9_000, traits);
  const { data } = await creator.post(DETAILS, OTHER);
  return { creator, id: data.id as string, url: `${DESK}/${data.id}` };
}

async function accepted() {
  const known = await asked();
  const owner = await asStaff('owner');
  const answer = await owner.put(known.url, { accept: true });
  expect(answer.status).toBe(200);
  return { ...known, owner, data: answer.data };
}

describe('a request', () => {
  it('is answered masked, stored encrypted, and mailed to the creator whatever their settings', async () => {
    const creator = await asPaidCreator();
    await creator.put('user/settings', { notifications: { payout: { email: false, inApp: false, push: false } } });
    const { status, data } = await creator.post(DETAILS, OTHER);
    expect([status, data]).toEqual([
      201,
      {
        ...{ id: expect.any(String), status: 'pending', requestedAt: expect.any(String) },
        ...{ decidedAt: null, usableAt: null },
        financial: { accountHolder: 'Ada Example', ibanLast4: LAST4, bankName: 'Autre Banque', country: 'FR' },
      },
    ]);
    expect((await rowOf(data.id))?.financial).not.toContain('Autre');
    const mail = await mailTo(creator.email, 'New bank details for your cash-outs');
    expect(mail).toContain(`the bank account that ends in ${LAST4}`);
    expect(mail).toContain("If this wasn't you");
    expect(await accountOf(creator.userId)).toMatchObject({ iban: IBAN });
  });

  it('is the only open one, even of many at once', async () => {
    const creator = await asPaidCreator();
    const answers = await Promise.all([1, 2, 3].map(() => creator.post(DETAILS, OTHER)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const again = await creator.post(DETAILS, OTHER);
    expect([again.status, again.error.code]).toEqual([409, 'PAYOUT_DETAILS_OPEN']);
    await mailTo(creator.email, 'New bank details');
    expect(await countMails(creator.email)).toBe(1);
  });

  it('needs the fields of an application, and an approved one', async () => {
    const creator = await asPaidCreator();
    const { iban: _, ...none } = OTHER;
    for (const body of [
      {},
      none,
      { ...OTHER, iban: 'FR00' },
      { ...OTHER, accountNumber: '123456' },
      { ...OTHER, x: 1 },
    ])
      expect((await creator.post(DETAILS, body)).error.code).toBe('VALIDATION_FAILED');
    const { status, error } = await (await asCreator()).post(DETAILS, OTHER);
    expect([status, error.code]).toEqual([409, 'BANK_DETAILS_MISSING']);
  });

  it('is encrypted again under a new key', async () => {
    const { id, creator } = await asked();
    const before = await rowOf(id);
    const keys = { ENCRYPTION_KEY: 'another-key-that-is-long-enough-42', ENCRYPTION_KEY_PREVIOUS: env.ENCRYPTION_KEY };
    await reencryptDetails(testContext(keys));
    const after = await rowOf(id);
    expect(after?.financial).not.toBe(before?.financial);
    const application = await testContext()
      .db.select()
      .from(creatorApplications)
      .where(eq(creatorApplications.userId, creator.userId))
      .get();
    const opened = { id: application?.id ?? '', financial: after?.financial ?? '' };
    expect(await openFinancial(testContext(keys), opened)).toEqual(OTHER);
    await testContext().db.delete(payoutDetails); // no other test has this key
  });
});

describe('staff', () => {
  it('see requests masked, oldest first, with the account in use', async () => {
    const [one, other, owner] = [await asked(), await asked(), await asStaff('owner')];
    const { items } = (await owner.get(`${DESK}?status=pending&perPage=100`)).data;
    const ids = items.map(({ id }: { id: string }) => id);
    expect(ids.indexOf(one.id)).toBeLessThan(ids.indexOf(other.id));
    expect(items[ids.indexOf(one.id)]).toMatchObject({
      creator: { id: one.creator.userId },
      financial: { ibanLast4: LAST4, bankName: 'Autre Banque' },
      ...{ accountLast4: LAST4, currentLast4: '3000', decidedBy: null },
    });
    expect(JSON.stringify(items)).not.toContain(OTHER.iban);
    const german = await asStaff('country_admin', { country: 'DE', granted: ['canApproveCashout'] });
    expect((await german.get(DESK)).data.items).toEqual([]);
  });

  it('accept: the details replace the old ones, the creator is told, and it is logged', async () => {
    const { creator, id, data } = await accepted();
    expect(data).toMatchObject({ status: 'accepted', financial: null, accountLast4: LAST4, currentLast4: LAST4 });
    expect(Date.parse(data.usableAt) - Date.parse(data.decidedAt)).toBe(7 * DAY_MS);
    expect(await accountOf(creator.userId)).toMatchObject({ ...OTHER, last4: LAST4 });
    expect(await rowOf(id)).toMatchObject({ financial: null });
    const log = await logOf(id);
    expect(log).toMatchObject([{ action: 'payout-details.accept', reason: null }]);
    expect(JSON.stringify(log)).not.toContain(OTHER.iban);
    await vi.waitFor(async () =>
      expect(await notificationsOf(creator.userId)).toMatchObject([
        { kind: 'payout-details-accepted', body: expect.stringContaining(`From ${dayOf(data.usableAt)} on`) },
      ]),
    );
    await mailTo(creator.email, 'Your new bank details are accepted');
  });

  it('refuse with a reason: the old ones stay, and the creator may ask again', async () => {
    const { creator, id, url } = await asked();
    const owner = await asStaff('owner');
    for (const body of [{}, { accept: false }, { accept: false, reason: ' ' }, { accept: true, reason: 'Why not' }])
      expect((await owner.put(url, body)).status).toBe(422);
    const { data } = await owner.put(url, { accept: false, reason: 'The name differs.' });
    expect(data).toMatchObject({
      status: 'refused',
      reason: 'The name differs.',
      usableAt: null,
      currentLast4: '3000',
    });
    expect(await accountOf(creator.userId)).toMatchObject({ iban: IBAN });
    expect(await logOf(id)).toMatchObject([{ action: 'payout-details.refuse', reason: 'The name differs.' }]);
    await mailTo(creator.email, 'Your new bank details were not accepted');
    expect((await creator.post(DETAILS, OTHER)).status).toBe(201);
    expect((await creator.post('payment/payout', BY_BANK, once())).status).toBe(201);
  });

  it('decide once, of many at once, and never on their own or out of reach', async () => {
    const { id, url } = await asked({ country: 'FR' });
    const staff = await Promise.all([1, 2, 3, 4].map(() => asStaff('owner')));
    const answers = await Promise.all(
      staff.map((person, index) => person.put(url, index % 2 ? { accept: true } : { accept: false, reason: 'No.' })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    for (const { status, error } of answers) if (status === 409) expect(error.code).toBe('PAYOUT_DETAILS_DECIDED');
    expect(await logOf(id)).toHaveLength(1);
    const codeOf = async (by: Person, where: string) => (await by.put(where, { accept: true })).error.code;
    const own = await asked({ rank: 'owner' });
    expect(await codeOf(own.creator, own.url)).toBe('OWN_PAYOUT_DETAILS');
    const french = await asked({ country: 'FR' });
    const german = await asStaff('country_admin', { country: 'DE', granted: ['canApproveCashout'] });
    expect(await codeOf(german, french.url)).toBe('PAYOUT_OUT_OF_REACH');
    expect(await codeOf(await asStaff('owner'), `${DESK}/${newId()}`)).toBe('PAYOUT_DETAILS_NOT_FOUND');
  });
});

describe('accepted details', () => {
  it('are not used for seven days: no cash-out by bank is requested, approved or shown an account', async () => {
    const creator = await asPaidCreator(9_000);
    const [waiting, agreed] = [
      (await creator.post('payment/payout', BY_BANK, once())).data.id,
      (await creator.post('payment/payout', BY_BANK, once())).data.id,
    ];
    const owner = await asStaff('owner');
    await approve(owner, `${CASHOUTS}/${agreed}`);
    const { data } = await creator.post(DETAILS, OTHER);
    const { usableAt } = (await owner.put(`${DESK}/${data.id}`, { accept: true })).data;
    const resting = [409, 'BANK_DETAILS_RESTING', { usableAt }];
    const request = await creator.post('payment/payout', BY_BANK, once());
    expect([request.status, request.error.code, request.error.details]).toEqual(resting);
    const approval = await approve(owner, `${CASHOUTS}/${waiting}`);
    expect([approval.status, approval.error.code, approval.error.details]).toEqual(resting);
    const shown = async () => (await owner.get(`${CASHOUTS}?id=${agreed}`, later())).data.items[0].bankAccount;
    const later = () => ({ headers: { authorization: `Bearer ${owner.sessionToken}` } });
    expect(await shown()).toBeUndefined();
    // What was sent before is still recorded.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(usableAt) - SECOND_MS });
    await owner.get('auth/me', later());
    expect(await shown()).toBeUndefined();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(usableAt) });
    expect(await shown()).toEqual(OTHER);
    const headers = { ...once().headers, authorization: `Bearer ${creator.sessionToken}` };
    expect([201, 401]).toContain((await creator.post('payment/payout', BY_BANK, { headers })).status);
    expect((await payoutOf(agreed)).status).toBe('approved');
  });
});
