/** Staff decide on applications: once, with all that follows, and within their reach. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { client } from '#test/support/api';
import { asApplicant } from '#test/support/applications';
import { asCreator, asStaff, asViewer } from '#test/support/users';

const LIST = 'admin/creator-applications';
const all = async (query: string, ...values: string[]) =>
  (
    await env.DB.prepare(query)
      .bind(...values)
      .all()
  ).results;
const logOf = (id: string) =>
  all("SELECT staff_id, action, before, after, reason FROM staff_log WHERE target_id = ? AND outcome = 'done'", id);
const notificationsOf = (userId: string) => all('SELECT kind, body FROM notifications WHERE user_id = ?', userId);

describe('approving', () => {
  it('makes the applicant a creator of the requested type, notifies them, and is logged', async () => {
    const [applicant, reviewer] = [await asApplicant({ role: 'performer' }), await asStaff('admin_l3')];
    expect((await applicant.get('creator/profile')).error.code).toBe('CREATOR_APPROVAL_REQUIRED');
    const answer = await reviewer.put(`${LIST}/${applicant.applicationId}/approve`);
    expect(answer.status).toBe(200);
    expect(answer.data).toMatchObject({
      status: 'APPROVED',
      decidedBy: { id: reviewer.userId, username: reviewer.username },
      applicant: { id: applicant.userId },
      financial: { ibanLast4: '3000' },
    });
    expect(await all('SELECT role, creator_status FROM users WHERE id = ?', applicant.userId)).toEqual([
      { role: 'performer', creator_status: 'APPROVED' },
    ]);
    expect((await applicant.get('creator/profile')).data).toMatchObject({
      userId: applicant.userId,
      user: { role: 'performer' },
      bio: 'I play records.',
      categories: ['music', 'dj'],
    });
    expect(await logOf(applicant.applicationId)).toEqual([
      {
        staff_id: reviewer.userId,
        action: 'creator-application.approve',
        before: JSON.stringify({ userId: applicant.userId, status: 'PENDING' }),
        after: JSON.stringify({ userId: applicant.userId, status: 'APPROVED' }),
        reason: null,
      },
    ]);
    await vi.waitFor(async () =>
      expect(await notificationsOf(applicant.userId)).toMatchObject([{ kind: 'creator-approved' }]),
    );
  });

  it('needs the document', async () => {
    const [applicant, reviewer] = [await asApplicant({}, { document: false }), await asStaff('admin_l3')];
    const { status, error } = await reviewer.put(`${LIST}/${applicant.applicationId}/approve`);
    expect([status, error.code]).toEqual([409, 'DOCUMENT_MISSING']);
    expect((await applicant.get('creator/application')).data.status).toBe('PENDING');
  });

  it('is done by only one of many reviewers who decide at once', async () => {
    const applicant = await asApplicant();
    const staff = await Promise.all([1, 2, 3, 4].map(() => asStaff('admin_l3')));
    const url = `${LIST}/${applicant.applicationId}`;
    const answers = await Promise.all(
      staff.map((person, index) =>
        index % 2 ? person.put(`${url}/approve`) : person.put(`${url}/reject`, { reason: `No ${index}.` }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    for (const { status, error } of answers) if (status === 409) expect(error.code).toBe('APPLICATION_DECIDED');
    const won = answers.find(({ status }) => status === 200)?.data;
    expect((await applicant.get('creator/application')).data.status).toBe(won.status);
    expect(await all('SELECT creator_status FROM users WHERE id = ?', applicant.userId)).toEqual([
      { creator_status: won.status },
    ]);
    expect(await logOf(applicant.applicationId)).toHaveLength(1);
    const profiles = await all('SELECT user_id FROM creator_profiles WHERE user_id = ?', applicant.userId);
    expect(profiles).toHaveLength(won.status === 'APPROVED' ? 1 : 0);
    await vi.waitFor(async () => expect(await notificationsOf(applicant.userId)).toHaveLength(1));
  });

  it('is refused without the permission, on oneself, on equal or higher ranks, and in other countries', async () => {
    const applicant = await asApplicant({ country: 'FR' });
    const url = `${LIST}/${applicant.applicationId}`;
    const own = await asApplicant({ rank: 'admin_l3' });
    const calls = [
      ['get', url],
      ['put', `${url}/approve`],
      ['put', `${url}/reject`],
    ] as const;
    const body = { reason: 'No.' };
    const call = (person: ReturnType<typeof client>, [method, path]: (typeof calls)[number]) =>
      method === 'get' ? person.get(path) : person.put(path, path.endsWith('reject') ? body : undefined);

    const abroad = await asStaff('country_admin', { country: 'DE' });
    for (const each of calls) {
      expect((await call(client(), each)).status).toBe(401);
      for (const person of [await asViewer(), applicant, await asCreator(), await asStaff('admin_l2')])
        expect((await call(person, each)).error.code).toBe('PERMISSION_REQUIRED');
      expect((await call(abroad, each)).error.code).toBe('APPLICANT_OUT_OF_REACH');
    }
    const own_ = `${LIST}/${own.applicationId}`;
    expect((await own.put(`${own_}/approve`)).error.code).toBe('OWN_APPLICATION');
    expect((await own.put(`${own_}/reject`, body)).error.code).toBe('OWN_APPLICATION');
    expect((await (await asStaff('admin_l3')).put(`${own_}/approve`)).error.code).toBe('APPLICANT_OUT_OF_REACH');
    expect((await (await asStaff('country_admin', { country: 'FR' })).put(`${url}/approve`)).status).toBe(200);
  });

  it('is refused while the applicant is banned or suspended, which the list shows', async () => {
    const [applicant, reviewer] = [await asApplicant(), await asStaff('owner')];
    const url = `${LIST}/${applicant.applicationId}`;
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const suspension = { status: 'suspended', until, reason: 'Spam' };
    expect((await reviewer.put(`admin/user/${applicant.userId}/status`, suspension)).status).toBe(200);
    for (const answer of [await reviewer.put(`${url}/approve`), await reviewer.put(`${url}/reject`, { reason: 'No' })])
      expect([answer.status, answer.error.code]).toEqual([409, 'APPLICANT_BANNED']);
    const { items } = (await reviewer.get(`${LIST}?perPage=100`)).data;
    expect(items.find(({ id }: { id: string }) => id === applicant.applicationId)).toMatchObject({
      status: 'PENDING',
      applicantStatus: 'suspended',
    });
    await reviewer.put(`admin/user/${applicant.userId}/status`, { status: 'active', reason: 'Mistake' });
    expect((await reviewer.put(`${url}/approve`)).data).toMatchObject({ applicantStatus: 'active' });
  });

  it('is 404 for an application that does not exist', async () => {
    const reviewer = await asStaff('admin_l3');
    for (const id of [crypto.randomUUID(), 'nothing']) {
      for (const answer of [await reviewer.get(`${LIST}/${id}`), await reviewer.put(`${LIST}/${id}/approve`)])
        expect([answer.status, answer.error.code]).toEqual([404, 'APPLICATION_NOT_FOUND']);
    }
  });
});

describe('rejecting', () => {
  it('gives the applicant the reason, once', async () => {
    const [applicant, reviewer] = [await asApplicant(), await asStaff('owner')];
    const url = `${LIST}/${applicant.applicationId}/reject`;
    const { status, data } = await reviewer.put(url, { reason: 'The picture is blurred.' });
    expect([status, data.status, data.reason]).toEqual([200, 'REJECTED', 'The picture is blurred.']);
    expect((await reviewer.put(url, { reason: 'Again.' })).error.code).toBe('APPLICATION_DECIDED');
    expect((await applicant.get('creator/application')).data.reason).toBe('The picture is blurred.');
    expect(await logOf(applicant.applicationId)).toMatchObject([{ reason: 'The picture is blurred.' }]);
    await vi.waitFor(async () =>
      expect(await notificationsOf(applicant.userId)).toEqual([
        { kind: 'creator-rejected', body: 'The picture is blurred.' },
      ]),
    );
  });

  it('needs a reason', async () => {
    const [applicant, reviewer] = [await asApplicant(), await asStaff('admin_l3')];
    const url = `${LIST}/${applicant.applicationId}/reject`;
    for (const body of [{}, { reason: ' ' }, { reason: 'a'.repeat(501) }, { reason: 7 }]) {
      const { status, error } = await reviewer.put(url, body);
      expect([status, error?.details]).toMatchObject([422, [{ path: 'reason' }]]);
    }
    expect((await reviewer.put(url, { reason: 'No.', silent: true })).error.details).toMatchObject([
      { path: 'silent' },
    ]);
  });
});

describe('GET /admin/creator-applications', () => {
  it('pages through those of a status, the oldest first, without bank details', async () => {
    const reviewer = await asStaff('admin_l3');
    const people = [await asApplicant(), await asApplicant(), await asApplicant()];
    const seen: string[] = [];
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const { status, data } = await reviewer.get(`${LIST}?status=PENDING&perPage=2&page=${page}`);
      expect(status).toBe(200);
      for (const item of data.items) {
        expect(item.status).toBe('PENDING');
        expect(item).not.toHaveProperty('financial');
        seen.push(item.id);
      }
      pages = data.pagination.totalPages;
      expect(data.pagination).toMatchObject({ page, perPage: 2, total: expect.any(Number) });
    }
    const ids = people.map(({ applicationId }) => applicationId);
    expect(seen.filter((id) => ids.includes(id))).toEqual(ids);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('lists all statuses newest first', async () => {
    const [reviewer, applicant] = [await asStaff('admin_l3'), await asApplicant()];
    const { data } = await reviewer.get(`${LIST}?perPage=1`);
    expect(data.items).toMatchObject([{ id: applicant.applicationId, applicant: { id: applicant.userId } }]);
  });

  it("shows a country admin the country's own", async () => {
    const admin = await asStaff('country_admin', { country: 'NZ' });
    const [home] = [await asApplicant({ country: 'NZ' }), await asApplicant({ country: 'AU' })];
    const { data } = await admin.get(LIST);
    expect(data.items.map(({ id }: { id: string }) => id)).toEqual([home.applicationId]);
    expect(data.pagination.total).toBe(1);
  });

  it('requires a reviewer, and refuses unknown parameters', async () => {
    expect((await client().get(LIST)).status).toBe(401);
    expect((await (await asViewer()).get(LIST)).status).toBe(403);
    const reviewer = await asStaff('admin_l3');
    for (const query of ['status=MAYBE', 'page=0', 'perPage=101', 'colour=red'])
      expect((await reviewer.get(`${LIST}?${query}`)).status, query).toBe(422);
  });
});
