/** What waits for staff, by their permissions and country. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { asApplicant } from '#test/support/applications';
import { decided } from '#test/support/decisions';
import { asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { newId } from '@/shared/ids';

const inboxOf = async (person: Person) => (await person.get('admin/inbox')).data.items;
const kindsOf = async (person: Person) => (await inboxOf(person)).map(({ kind }: { kind: string }) => kind);
const itemOf = async (person: Person, kind: string) =>
  (await inboxOf(person)).find((item: { kind: string }) => item.kind === kind);

it('each rank sees the kinds that its permissions allow', async () => {
  expect(await kindsOf(await asStaff('support'))).toEqual(['ticket', 'chat']);
  expect(await kindsOf(await asStaff('admin_l1'))).toEqual(['report', 'ticket', 'chat']);
  expect(await kindsOf(await asStaff('admin_l3'))).toEqual([
    ...['report', 'appeal', 'ticket', 'chat', 'application', 'product'],
  ]);
  expect(await kindsOf(await asStaff('owner'))).toEqual([
    ...['report', 'appeal', 'ticket', 'chat', 'application', 'payout', 'product', 'held-event', 'health'],
  ]);
  expect(await kindsOf(await asStaff('support', { denied: ['canManageTickets'] }))).toEqual([]);
  expect((await (await asViewer()).get('admin/inbox')).status).toBe(403);
});

it('what waits is counted with since when, and for a country admin in their country', async () => {
  const [admin, local] = [await asStaff('admin_l3'), await asStaff('country_admin', { country: 'IS' })];
  const before = await itemOf(admin, 'application');
  expect(await itemOf(local, 'application')).toEqual({
    kind: 'application',
    count: 0,
    capped: false,
    oldestAt: null,
    mine: null,
    unassigned: null,
  });
  await asApplicant({ country: 'IS' });
  await asApplicant({ country: 'NZ' });
  expect((await itemOf(admin, 'application')).count).toBe(before.count + 2);
  expect(await itemOf(local, 'application')).toMatchObject({ count: 1, oldestAt: expect.any(String) });
  const person = await asUser({ country: 'IS' });
  const decisionId = await decided(admin.userId, person.userId, 'warn');
  await person.post('appeals', { decisionId, text: 'Why?' });
  expect(await itemOf(local, 'appeal')).toMatchObject({ count: 1 });
});

it('reports assigned to me and those of nobody are counted apart', async () => {
  const [me, other, subject] = [await asStaff('admin_l1'), await asStaff('admin_l1'), await asViewer()];
  const insert = (assignee: string | null, at: number) =>
    env.DB.prepare(
      `INSERT INTO reports (id, target_type, target_id, subject_id, category, base, fingerprint, status, assignee_id, created_at)
       VALUES (?, 'user', ?, ?, 'spam', 3, '', ?, ?, ?)`,
    ).bind(newId(), newId(), subject.userId, assignee ? 'assigned' : 'open', assignee, at);
  await env.DB.batch([insert(me.userId, 5_000), insert(other.userId, 4_000), insert(null, 6_000)]);
  expect(await itemOf(me, 'report')).toEqual({
    kind: 'report',
    count: 3,
    capped: false,
    oldestAt: '1970-01-01T00:00:04.000Z',
    mine: 1,
    unassigned: 1,
  });
});

it('only counts and lists what its reader may decide on', async () => {
  const [equal, reader, owner] = [await asStaff('admin_l2'), await asStaff('admin_l2'), await asStaff('owner')];
  const countsOf = async (person: Person) =>
    Promise.all([itemOf(person, 'report'), itemOf(person, 'appeal')].map(async (item) => (await item).count));
  const before = await Promise.all([countsOf(reader), countsOf(equal), countsOf(owner)]);
  await (await asViewer()).post('reports', { targetType: 'user', targetId: equal.userId, category: 'fraud' });
  const decisionId = await decided(owner.userId, equal.userId, 'warn');
  await equal.post('appeals', { decisionId, text: 'Why?' });
  expect(await Promise.all([countsOf(reader), countsOf(equal)])).toEqual(before.slice(0, 2));
  expect(await countsOf(owner)).toEqual(before[2]?.map((count) => count + 1));
  const subjectsIn = async (person: Person, path: string) =>
    (await person.get(path)).data.items.map((item: { subject: { id: string } }) => item.subject.id);
  for (const path of ['admin/reports?perPage=100', 'admin/appeals?status=open&perPage=100']) {
    for (const person of [reader, equal]) expect(await subjectsIn(person, path)).not.toContain(equal.userId);
    expect(await subjectsIn(owner, path)).toContain(equal.userId);
  }
});

it('counting stops at a thousand', async () => {
  const subject = await asViewer();
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
     INSERT INTO reports (id, target_type, target_id, subject_id, category, base, fingerprint, created_at)
     SELECT 'many-' || i, 'user', 'many-' || i, ?, 'spam', 3, '', 1 FROM n`,
  )
    .bind(subject.userId)
    .run();
  expect(await itemOf(await asStaff('admin_l1'), 'report')).toMatchObject({ count: 1_000, capped: true });
});
