/** Guides apply, staff decide once and within their reach, and the guard follows at once. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { testContext } from '#test/support/context';
import { changeEconomy } from '#test/support/money';
import { asStaff, asUser, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { decisions } from '@/domains/base/decisions/tables';
import { endGuideSuspensions, planGuideReopen } from '@/domains/people/guides/reopen';
import { DAY_MS } from '@/shared/time';

const LIST = 'guide/application/applications';
const APPLY = 'guide/application/apply';
const REQUEST = { motivation: 'I like to talk.', languages: ['en', 'pt-br'] };

const all = async (query: string, ...values: unknown[]) =>
  (
    await env.DB.prepare(query)
      .bind(...values)
      .all()
  ).results;

async function anEligible(traits: Parameters<typeof asUser>[0] = {}): Promise<Person> {
  const person = await asUser(traits);
  await all("UPDATE users SET gender = 'Female', birth_date = '1999-05-05' WHERE id = ?", person.userId);
  return person;
}

async function anApplicant(traits: Parameters<typeof asUser>[0] = {}) {
  const person = await anEligible(traits);
  const { status, data } = await person.post(APPLY, REQUEST);
  expect(status).toBe(201);
  return { ...person, url: `${LIST}/${data.id}`, applicationId: String(data.id) };
}

async function aGuide(traits: Parameters<typeof asUser>[0] = {}) {
  const [guide, reviewer] = [await anApplicant(traits), await asStaff('admin_l3')];
  expect((await reviewer.put(`${guide.url}/approve`)).status).toBe(200);
  return { guide, reviewer };
}

const statusOf = async (person: Person) => (await person.get('user/profile')).data.guideStatus;
const kindsFor = async (userId: string) =>
  (await all('SELECT kind FROM notifications WHERE user_id = ?', userId)).map(({ kind }) => kind);
const decisionsAbout = (userId: string) =>
  testContext().db.select().from(decisions).where(eq(decisions.subjectId, userId));

/** The last decision was made this long ago. */
const backdate = (applicationId: string, ms: number) =>
  all('UPDATE guide_applications SET decided_at = decided_at - ? WHERE id = ?', ms, applicationId);

describe('applying', () => {
  it('is answered with the application, which staff are told of until they decide', async () => {
    const reviewer = await asStaff('admin_l3');
    const support = await asStaff('support');
    const applicant = await anApplicant();
    const own = await applicant.get(`${LIST}/my`);
    expect(own.data).toMatchObject({ status: 'PENDING', ...REQUEST, languages: ['en', 'pt-BR'], decidedAt: null });
    expect(await statusOf(applicant)).toBe('PENDING');
    await vi.waitFor(async () => expect(await kindsFor(reviewer.userId)).toEqual(['application-waiting']));
    expect(await kindsFor(support.userId)).toEqual([]);
    expect((await reviewer.put(`${applicant.url}/approve`)).status).toBe(200);
    expect((await reviewer.get('user/notifications')).data.items).toEqual([]);
  });

  it('is possible once while an application is open, also at the same time', async () => {
    const person = await anEligible();
    const answers = await Promise.all([1, 2, 3].map(() => person.post(APPLY, REQUEST)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    expect((await person.post(APPLY, REQUEST)).error.code).toBe('GUIDE_APPLICATION_EXISTS');
    expect(await all('SELECT id FROM guide_applications WHERE user_id = ?', person.userId)).toHaveLength(1);
  });

  it('needs a verified address, an age of 18 and the gender of the economy', async () => {
    const unverified = await asUser({ verified: false });
    expect((await unverified.post(APPLY, REQUEST)).error.code).toBe('EMAIL_NOT_VERIFIED');
    const person = await asUser({ country: 'DE' });
    const refused = await person.post(APPLY, REQUEST);
    expect([refused.status, refused.error.code]).toEqual([403, 'GUIDE_NOT_ELIGIBLE']);
    expect(refused.error.details).toMatchObject([{ path: 'gender' }, { path: 'birthDate' }]);
    await person.put('user/profile', { birthDate: '1999-05-05' });
    await changeEconomy({ guides: { gender: 'female', exceptCountries: ['DE'] } });
    expect((await person.post(APPLY, REQUEST)).status).toBe(201);
    await changeEconomy({ guides: { gender: 'female', exceptCountries: [] } });
  });

  it.each([
    ['no motivation', { motivation: ' ' }, 'motivation'],
    ['no language', { languages: [] }, 'languages'],
    ['a language twice', { languages: ['en-us', 'en-US'] }, 'languages'],
    ['a word that is no language', { languages: ['not a language'] }, 'languages.0'],
    ['a field that is none', { gender: 'female' }, 'gender'],
  ])('with %s is refused', async (_, change, path) => {
    const { status, error } = await (await anEligible()).post(APPLY, { ...REQUEST, ...change });
    expect([status, error.details]).toMatchObject([422, [{ path }]]);
  });

  it('is possible again 30 days after a rejection', async () => {
    const [applicant, reviewer] = [await anApplicant(), await asStaff('admin_l3')];
    await reviewer.put(`${applicant.url}/reject`, { reason: 'Too short.' });
    const early = await applicant.post(APPLY, REQUEST);
    expect([early.status, early.error.code]).toEqual([409, 'GUIDE_APPLICATION_TOO_EARLY']);
    const { mayReapplyAt } = (await applicant.get(`${LIST}/my`)).data;
    expect(early.error.details).toEqual({ mayReapplyAt });
    await backdate(applicant.applicationId, 30 * DAY_MS);
    expect((await applicant.post(APPLY, REQUEST)).status).toBe(201);
    expect(await statusOf(applicant)).toBe('PENDING');
  });
});

describe('deciding', () => {
  it('by approval makes a guide, and tells them', async () => {
    const { guide } = await aGuide();
    expect(await statusOf(guide)).toBe('APPROVED');
    const zero = { stageMinutes: 0, roomsHosted: 0, guestsServed: 0, giftsInRooms: 0 };
    expect((await guide.get('guide/application/profile/my')).data).toMatchObject({
      ...{ userId: guide.userId, status: 'APPROVED', stats: zero, month: zero, earnings: { diamonds: 0 } },
    });
    await vi.waitFor(async () => expect(await kindsFor(guide.userId)).toEqual(['guide-approved']));
    expect(await decisionsAbout(guide.userId)).toEqual([]);
  });

  it('by rejection is a decision with its reason, which can be appealed', async () => {
    const [applicant, reviewer] = [await anApplicant(), await asStaff('admin_l3')];
    const { status, data } = await reviewer.put(`${applicant.url}/reject`, { reason: 'Too short.' });
    const [decision] = await decisionsAbout(applicant.userId);
    expect([status, data.status, data.reason, data.decisionId]).toEqual([200, 'REJECTED', 'Too short.', decision?.id]);
    expect(decision).toMatchObject({
      ...{ action: 'reject', targetType: 'guide-application', targetId: applicant.applicationId },
      ...{ reason: 'Too short.', staffId: reviewer.userId, appealUntil: expect.any(Number) },
    });
    await vi.waitFor(async () => expect(await kindsFor(applicant.userId)).toEqual(['decision']));
    expect((await reviewer.put(`${applicant.url}/reject`, { reason: 'Again.' })).error.code).toBe(
      'GUIDE_APPLICATION_DECIDED',
    );
  });

  it('is done by only one of many reviewers who decide at once', async () => {
    const applicant = await anApplicant();
    const reviewers = await Promise.all([1, 2, 3, 4].map(() => asStaff('admin_l3')));
    const answers = await Promise.all(
      reviewers.map((person, index) =>
        index % 2
          ? person.put(`${applicant.url}/approve`)
          : person.put(`${applicant.url}/reject`, { reason: `No ${index}.` }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    const won = answers.find(({ status }) => status === 200)?.data.status;
    expect(await statusOf(applicant)).toBe(won);
    expect(await decisionsAbout(applicant.userId)).toHaveLength(won === 'REJECTED' ? 1 : 0);
    expect(
      await all("SELECT id FROM staff_log WHERE target_id = ? AND outcome = 'done'", applicant.applicationId),
    ).toHaveLength(1);
  });

  it('is refused without the permission, on oneself, on equal or higher ranks, and in other countries', async () => {
    const applicant = await anApplicant({ country: 'FR' });
    const own = await anApplicant({ rank: 'admin_l3' });
    const abroad = await asStaff('country_admin', { country: 'DE' });
    const acts = [
      ['approve', undefined],
      ['reject', { reason: 'No.' }],
      ['suspend', { reason: 'No.' }],
    ] as const;
    for (const [act, body] of acts) {
      const by = async (person: Person, url: string) => (await person.put(`${url}/${act}`, body)).error.code;
      expect(await by(applicant, applicant.url)).toBe('PERMISSION_REQUIRED');
      expect(await by(await asStaff('admin_l2'), applicant.url)).toBe('PERMISSION_REQUIRED');
      expect(await by(abroad, applicant.url)).toBe('GUIDE_APPLICANT_OUT_OF_REACH');
      expect(await by(own, own.url)).toBe('OWN_GUIDE_APPLICATION');
      expect(await by(await asStaff('admin_l3'), own.url)).toBe('GUIDE_APPLICANT_OUT_OF_REACH');
      expect(await by(abroad, `${LIST}/nothing`)).toBe('GUIDE_APPLICATION_NOT_FOUND');
    }
    const inside = await asStaff('country_admin', { country: 'FR' });
    expect((await inside.put(`${applicant.url}/approve`)).status).toBe(200);
  });
});

describe('a banned user', () => {
  it('keeps their application, about which nothing can be decided until the ban ends', async () => {
    const [applicant, { guide, reviewer }] = [await anApplicant(), await aGuide()];
    const owner = await asStaff('owner');
    for (const { userId } of [applicant, guide])
      expect((await owner.put(`admin/user/${userId}/status`, { status: 'banned', reason: 'Spam' })).status).toBe(200);
    for (const [url, act, body] of [
      [applicant.url, 'approve', undefined],
      [applicant.url, 'reject', { reason: 'No.' }],
      [guide.url, 'suspend', { reason: 'No.' }],
    ] as const) {
      const answer = await reviewer.put(`${url}/${act}`, body);
      expect([answer.status, answer.error.code]).toEqual([409, 'GUIDE_APPLICANT_BANNED']);
    }
    const { items } = (await reviewer.get(`${LIST}?perPage=100`)).data;
    const listed = items.find(({ id }: { id: string }) => id === applicant.applicationId);
    expect(listed).toMatchObject({ status: 'PENDING', applicantStatus: 'banned' });
    await owner.put(`admin/user/${applicant.userId}/status`, { status: 'active', reason: 'Mistake' });
    expect((await reviewer.put(`${applicant.url}/approve`)).data).toMatchObject({ applicantStatus: 'active' });
  });
});

describe('a suspension', () => {
  it('takes effect at once, and approving ends it', async () => {
    const { guide, reviewer } = await aGuide();
    expect((await reviewer.put(`${guide.url}/suspend`, { reason: 'Rude.' })).data).toMatchObject({
      ...{ status: 'SUSPENDED', reason: 'Rude.' },
    });
    expect((await guide.get('guide/application/profile/my')).error.code).toBe('GUIDE_APPROVAL_REQUIRED');
    expect((await guide.post(APPLY, REQUEST)).error.code).toBe('GUIDE_APPLICATION_EXISTS');
    expect((await reviewer.put(`${guide.url}/approve`)).data.status).toBe('APPROVED');
    expect((await guide.get('guide/application/profile/my')).status).toBe(200);
    expect(await decisionsAbout(guide.userId)).toMatchObject([{ action: 'withdraw', until: null, reversedAt: null }]);
  });

  it('that is repeated is one decision, and that is changed is another', async () => {
    const { guide, reviewer } = await aGuide();
    for (const reason of ['Rude.', 'Rude.', 'Very rude.'])
      expect((await reviewer.put(`${guide.url}/suspend`, { reason })).status).toBe(200);
    expect(await decisionsAbout(guide.userId)).toHaveLength(2);
  });

  it('leaves the decision it replaces unreversed, as a withdrawal does, and each of them can be appealed', async () => {
    const { guide, reviewer } = await aGuide();
    for (const change of [{ reason: 'Rude.' }, { reason: 'Very rude.' }, { reason: 'Fraud.', withdraw: true }])
      await reviewer.put(`${guide.url}/suspend`, change);
    const { items } = (await guide.get('decisions/my')).data;
    expect(items).toHaveLength(3);
    for (const { id, reversedAt } of items) {
      expect(reversedAt).toBeNull();
      expect((await guide.post('appeals', { decisionId: id, text: 'I was polite.' })).status).toBe(201);
    }
  });

  it('ends by itself, and tells the guide', async () => {
    const { guide, reviewer } = await aGuide();
    const until = new Date(Date.now() + DAY_MS).toISOString();
    expect((await reviewer.put(`${guide.url}/suspend`, { reason: 'Rude.', until })).data.suspendedUntil).toBe(until);
    const ctx = testContext();
    await endGuideSuspensions(ctx);
    expect(await statusOf(guide)).toBe('SUSPENDED');
    await Promise.all([1, 2].map(() => endGuideSuspensions({ ...ctx, now: () => Date.now() + DAY_MS })));
    await ctx.settle();
    expect(await statusOf(guide)).toBe('APPROVED');
    const kinds = await kindsFor(guide.userId);
    expect(kinds.filter((kind) => kind === 'guide-approved')).toHaveLength(2);
  });

  it('needs a reason, an end within a year, and a guide', async () => {
    const { guide, reviewer } = await aGuide();
    const past = new Date(Date.now() - DAY_MS).toISOString();
    const future = new Date(Date.now() + DAY_MS).toISOString();
    const bodies = [
      [{}, 'reason'],
      [{ reason: 'Rude.', until: past }, 'until'],
      [{ reason: 'Rude.', until: future, withdraw: true }, 'until'],
      [{ reason: 'Rude.', until: '9999-12-31T00:00:00Z' }, 'until'],
    ] as const;
    for (const [body, path] of bodies)
      expect((await reviewer.put(`${guide.url}/suspend`, body)).error.details).toMatchObject([{ path }]);
    const applicant = await anApplicant();
    const { error } = await reviewer.put(`${applicant.url}/suspend`, { reason: 'Rude.' });
    expect(error.code).toBe('GUIDE_APPLICATION_DECIDED');
  });
});

describe('a withdrawal', () => {
  it('is final, and the user may apply again after 30 days', async () => {
    const { guide, reviewer } = await aGuide();
    const { data } = await reviewer.put(`${guide.url}/suspend`, { reason: 'Fraud.', withdraw: true });
    expect(data).toMatchObject({ status: 'REJECTED', reason: 'Fraud.', mayReapplyAt: expect.any(String) });
    expect(await statusOf(guide)).toBe('REJECTED');
    expect((await reviewer.put(`${guide.url}/approve`)).error.code).toBe('GUIDE_APPLICATION_DECIDED');
    await backdate(guide.applicationId, 30 * DAY_MS);
    expect((await guide.post(APPLY, REQUEST)).status).toBe(201);
  });
});

describe('an accepted appeal', () => {
  const accept = async (userId: string) => {
    const ctx = testContext();
    const decision = (await decisionsAbout(userId)).at(-1);
    if (!decision) return;
    const { statements, events } = planGuideReopen(ctx, decision);
    await commit(ctx, statements, { events });
  };

  it('reopens a rejected application', async () => {
    const [applicant, reviewer] = [await anApplicant(), await asStaff('admin_l3')];
    await reviewer.put(`${applicant.url}/reject`, { reason: 'Too short.' });
    await accept(applicant.userId);
    expect(await statusOf(applicant)).toBe('PENDING');
    expect((await applicant.get(`${LIST}/my`)).data).toMatchObject({ status: 'PENDING', decidedAt: null });
    expect((await reviewer.put(`${applicant.url}/approve`)).status).toBe(200);
  });

  it.each([true, false])('gives back an approval that was withdrawn (%s) or suspended', async (withdraw) => {
    const { guide, reviewer } = await aGuide();
    await reviewer.put(`${guide.url}/suspend`, { reason: 'Rude.', withdraw });
    await accept(guide.userId);
    expect(await statusOf(guide)).toBe('APPROVED');
    expect((await guide.get('guide/application/profile/my')).status).toBe(200);
  });

  it('changes nothing once the user has applied again', async () => {
    const [applicant, reviewer] = [await anApplicant(), await asStaff('admin_l3')];
    await reviewer.put(`${applicant.url}/reject`, { reason: 'Too short.' });
    await backdate(applicant.applicationId, 30 * DAY_MS);
    const again = await applicant.post(APPLY, REQUEST);
    await accept(applicant.userId);
    expect((await applicant.get(`${LIST}/my`)).data).toMatchObject({ id: again.data.id, status: 'PENDING' });
  });
});

describe('the list of applications', () => {
  it('pages by status, and shows a country admin their own country', async () => {
    const [german, french] = [await anApplicant({ country: 'DE' }), await anApplicant({ country: 'FR' })];
    const ids = async (person: Person, query: string) =>
      (await person.get(`${LIST}?${query}`)).data.items.map(({ id }: { id: string }) => id);
    const admin = await asStaff('admin_l3');
    const pending = await ids(admin, 'status=PENDING&perPage=100');
    expect(pending.indexOf(german.applicationId)).toBeLessThan(pending.indexOf(french.applicationId));
    expect(await ids(await asStaff('country_admin', { country: 'FR' }), 'status=PENDING')).toEqual([
      french.applicationId,
    ]);
    expect(await ids(admin, 'status=SUSPENDED&page=9')).toEqual([]);
    expect(await ids(admin, 'perPage=1')).toEqual([french.applicationId]);
  });
});

describe('the targets', () => {
  it('are those of guides, with no progress until there are rooms', async () => {
    const target = { id: 'stage', tier: 1, threshold: 60, period: 'month', reward: { diamonds: 9 } } as const;
    await changeEconomy({
      targets: [
        { ...target, metric: 'stageMinutes', audience: 'guide' },
        { ...target, id: 'diamonds', metric: 'diamonds' },
      ],
    });
    const { guide } = await aGuide();
    const { data } = await guide.get('guide/application/targets');
    expect(data.items).toEqual([
      {
        ...{ ...target, metric: 'stageMinutes', audience: 'guide' },
        ...{ progress: 0, periodEndsAt: expect.any(String), notCounted: [] },
      },
    ]);
  });
});
