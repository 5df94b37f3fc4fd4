/** Staff list users, read one, and note something about one. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { asUserWithPassword, PASSWORD } from '#test/support/accounts';
import { client, randomAddress } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { staffLog } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import { channelBans } from '@/domains/live/channels/tables';
import { newId } from '@/shared/ids';

type Listed = { id: string; email: string; status: string };

async function all(staff: Person, query: string, perPage = 3): Promise<Listed[]> {
  const found: Listed[] = [];
  for (let cursor = ''; ; ) {
    const { status, data } = await staff.get(`admin/users?${query}&perPage=${perPage}${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    found.push(...data.items);
    if (data.pagination.nextCursor === null) return found;
    cursor = data.pagination.nextCursor;
  }
}

const rename = (person: Person, displayName: string) =>
  testContext().db.update(users).set({ displayName }).where(eq(users.id, person.userId));
const ids = (list: Listed[]) => list.map(({ id }) => id);

describe('the list of users', () => {
  it('has each user once, newest first, over pages and by every filter together', async () => {
    const staff = await asStaff('admin_l2');
    const people = [];
    for (const role of ['dj', 'dj', 'viewer', 'dj', 'dj', 'dj'] as const)
      people.push(await asUser({ country: 'IS', role }));
    const djs = people.filter((_, index) => index !== 2).map(({ userId }) => userId);
    expect(ids(await all(staff, 'country=IS', 2))).toEqual(people.map(({ userId }) => userId).toReversed());
    expect(ids(await all(staff, 'country=IS&role=dj', 2))).toEqual(djs.toReversed());
    const [first, second] = people;
    await staff.put(`admin/user/${first?.userId}/status`, { status: 'banned', reason: 'Spam.' });
    const until = new Date(Date.now() + 1e7).toISOString();
    await staff.put(`admin/user/${second?.userId}/status`, { status: 'suspended', until, reason: 'Spam.' });
    expect(ids(await all(staff, 'country=IS&role=dj&status=banned'))).toEqual([first?.userId]);
    expect(await all(staff, 'country=IS&status=suspended')).toMatchObject([
      { id: second?.userId, status: 'suspended', until },
    ]);
    expect(ids(await all(staff, 'country=IS&role=dj&status=active'))).toEqual(djs.slice(2).toReversed());
  });

  it('is searched by words of the names, and by a whole username, address or id; a banned user is found', async () => {
    const staff = await asStaff('admin_l2');
    const word = `zq${newId().slice(-8)}`;
    const people = [await asViewer(), await asUser({ role: 'dj' }), await asViewer()];
    for (const person of people) await rename(person, `Ann ${word}`);
    const [one] = people;
    if (!one) throw new Error('Nobody');
    await staff.put(`admin/user/${one.userId}/status`, { status: 'banned', reason: 'Spam.' });
    expect(ids(await all(staff, `q=${word}`, 1))).toEqual(people.map(({ userId }) => userId).toReversed());
    expect(ids(await all(staff, `q=${word.slice(0, 6)}&role=dj`))).toEqual([people[1]?.userId]);
    for (const q of [one.userId, one.email.toUpperCase(), one.username])
      expect(ids(await all(staff, `q=${encodeURIComponent(q)}`))).toContain(one.userId);
    expect(await all(staff, `q=${encodeURIComponent('"*) OR (')}`)).toEqual([]);
    expect(await all(staff, 'q=everybody&country=AQ')).toEqual([]);
  });

  it('shows a country admin their country only, and masks addresses of users out of reach', async () => {
    const admin = await asStaff('country_admin', { country: 'MT' });
    const [here] = [await asUser({ country: 'MT' }), await asUser({ country: 'CY' })];
    expect(ids(await all(admin, ''))).toEqual([here.userId, admin.userId]);
    expect(await all(admin, 'country=CY')).toEqual([]);
    const l2 = await asStaff('admin_l2');
    const above = await asStaff('admin_l3', { country: 'MT' });
    const [shown] = await all(l2, `q=${above.username}`);
    expect(shown?.email).toBe(`${above.email[0]}•••@footlight.test`);
    expect(ids(await all(l2, 'rank=admin_l3&country=MT'))).toEqual([above.userId]);
  });

  it.each(['admin_l1', 'support'] as const)('is not for %s', async (rank) => {
    expect((await (await asStaff(rank)).get('admin/users')).error.code).toBe('PERMISSION_REQUIRED');
  });
});

describe('the page of a user', () => {
  it('has decisions, sanctions, accounts of the same address, devices and notes, and is logged', async () => {
    const [staff, user, other, creator] = [
      await asStaff('admin_l2'),
      await asUserWithPassword(),
      await asUserWithPassword(),
      await asCreator(),
    ];
    const address = randomAddress();
    for (const { email } of [user, other]) await client({}, address).post('auth/login', { email, password: PASSWORD });
    await testContext().db.insert(channelBans).values({
      channelId: creator.channelId,
      userId: user.userId,
      bannedBy: creator.userId,
      reason: 'Rude',
      createdAt: 1,
    });
    const note = await staff.post(`admin/user/${user.userId}/notes`, { text: 'Asked twice already.' });
    expect([note.status, note.data.author.id]).toEqual([201, staff.userId]);
    await staff.put(`admin/user/${user.userId}/status`, { status: 'banned', reason: 'Spam.', rule: 'spam' });
    const { status, data } = await staff.get(`admin/user/${user.userId}`);
    expect(status).toBe(200);
    expect(data).toMatchObject({
      id: user.userId,
      email: user.email,
      status: 'banned',
      until: null,
      reason: 'Spam.',
      statusHistory: [{ action: 'ban', rule: 'spam', reason: 'Spam.', staffId: staff.userId }],
      reports: { against: 0, upheld: 0, made: 0 },
      warnings: 0,
      sanctions: [{ channelId: creator.channelId, reason: 'Rude', creator: { id: creator.userId } }],
      sameAddress: [{ id: other.userId }],
      notes: [{ id: note.data.id, text: 'Asked twice already.', author: { id: staff.userId } }],
    });
    expect(data.devices.length).toBe(2);
    expect(JSON.stringify(data)).not.toContain(address);
    const logged = await testContext().db.select().from(staffLog).where(eq(staffLog.targetId, user.userId));
    expect(logged.every(({ subjectId }) => subjectId === user.userId)).toBe(true);
    expect(logged.map(({ action }) => action).toSorted()).toEqual(['user.note', 'user.read', 'user.status']);
  });

  it('is refused out of reach, and so is a note', async () => {
    const [staff, above] = [await asStaff('admin_l2'), await asStaff('admin_l3')];
    expect((await staff.get(`admin/user/${above.userId}`)).error.code).toBe('STAFF_OUT_OF_REACH');
    const note = await staff.post(`admin/user/${above.userId}/notes`, { text: 'Hm.' });
    expect(note.error.code).toBe('STAFF_OUT_OF_REACH');
    expect((await staff.get('admin/user/nobody')).error.code).toBe('STAFF_USER_NOT_FOUND');
  });
});

describe('with a hundred thousand users', () => {
  it.each([
    ['', 'users.id DESC'],
    ['INDEXED BY users_banned', "users.status = 'banned'"],
    ['INDEXED BY users_by_country', "users.country = 'DE' AND users.status <> 'deleted'"],
    ['INDEXED BY users_by_role', "users.role = 'dj' AND users.status <> 'deleted'"],
    [
      'INDEXED BY users_by_country_and_role',
      "users.country = 'DE' AND users.role = 'dj' AND users.status <> 'deleted'",
    ],
  ])('a page by %s needs no sort', async (index, condition) => {
    const where = condition.includes('DESC') ? '' : `WHERE ${condition}`;
    const { results } = await env.DB.prepare(
      `EXPLAIN QUERY PLAN SELECT id FROM users ${index} ${where} ORDER BY users.id DESC LIMIT 20`,
    ).all<{ detail: string }>();
    expect(results.map(({ detail }) => detail).join()).not.toContain('TEMP B-TREE');
  });
});
