import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { plansOf } from '#test/support/plans';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { discoverUsers } from '@/domains/people/profiles/discover';

const anyone = client();
let word = 0;
/** A word that nobody else has in their name. */
const aWord = () => `zq${(++word).toString(36)}${Date.now().toString(36)}`;

async function named(displayName: string, traits: Parameters<typeof asUser>[0] = {}): Promise<Person> {
  const person = await asUser(traits);
  await env.DB.prepare('UPDATE users SET display_name = ? WHERE id = ?').bind(displayName, person.userId).run();
  return person;
}
const setStatus = (userId: string, status: string) =>
  env.DB.prepare('UPDATE users SET status = ? WHERE id = ?').bind(status, userId).run();

const find = async (q: string, by: Pick<Person, 'get'> = anyone, more = '') => {
  const answer = await by.get(`users?q=${encodeURIComponent(q)}${more}`);
  expect(answer.status).toBe(200);
  return (answer.data.items as { id: string }[]).map(({ id }) => id);
};

describe('users are found', () => {
  it('by words of the display name or the username, in any case, the last one unfinished', async () => {
    const mark = aWord();
    const person = await named(`Grace ${mark}hopper Murray`);
    for (const q of [`${mark}hopper`, `${mark.toUpperCase()}HOP`, `murray ${mark}`, `grace ${mark}h`])
      expect(await find(q)).toEqual([person.userId]);
    expect(await find(`${mark}hopper nobody`)).toEqual([]);
    expect(await find(person.username)).toEqual([person.userId]);
    expect(await find(person.username.toUpperCase().slice(0, -2))).toContain(person.userId);
  });

  it('without accents, in right-to-left text and in other scripts', async () => {
    const mark = aWord();
    const zoe = await named(`Zoë ${mark} Ångström`);
    expect(await find(`zoe ${mark}`)).toEqual([zoe.userId]);
    expect(await find(`${mark} angstrom`)).toEqual([zoe.userId]);
    const layla = await named(`ليلى ${mark}`);
    expect(await find(`${mark} ليلى`)).toEqual([layla.userId]);
    const sakura = await named(`さくら🌸 ${mark}`);
    expect(await find(`${mark} さくら`)).toEqual([sakura.userId]);
  });

  it('under the new name at once, and not under the old one', async () => {
    const [before, after] = [aWord(), aWord()];
    const viewer = await asViewer();
    await viewer.put('user/profile', { displayName: before });
    expect(await find(before)).toEqual([viewer.userId]);
    await viewer.put('user/profile', { displayName: after });
    expect(await find(before)).toEqual([]);
    expect(await find(after)).toEqual([viewer.userId]);
    await env.DB.prepare(`INSERT INTO users_fts (users_fts, rank) VALUES ('integrity-check', 1)`).run();
  });

  it('as cards, with nothing private', async () => {
    const mark = aWord();
    const person = await named(mark);
    const { data } = await anyone.get(`users?q=${mark}`);
    const card = { id: person.userId, username: person.username, displayName: mark, avatarUrl: null, role: 'viewer' };
    expect(data.items).toEqual([{ ...card, isLive: false, followerCount: 0 }]);
    expect(data.pagination).toEqual({ page: 1, perPage: 20, total: 1, totalPages: 1 });
  });

  it('most followed first, after the user with exactly that username', async () => {
    const mark = aWord();
    const [quiet, known, famous] = await Promise.all([named(mark), asCreator(), asCreator()]);
    const exact = await asUser();
    const put = (displayName: string, person: Person) => person.put('user/profile', { displayName });
    await Promise.all([known, famous, exact].map((person) => put(`${mark} ${exact.username}`, person)));
    await put(`${mark} ${exact.username}`, quiet);
    await env.DB.prepare('UPDATE users SET follower_count = 5 WHERE id = ?').bind(famous.userId).run();
    await env.DB.prepare('UPDATE users SET follower_count = 2 WHERE id = ?').bind(known.userId).run();
    expect((await find(mark)).slice(0, 2)).toEqual([famous.userId, known.userId]);
    expect((await find(exact.username))[0]).toBe(exact.userId);
  });

  it('page by page, each once, even if all have the same number of followers', async () => {
    const mark = aWord();
    const people = await Promise.all(Array.from({ length: 7 }, () => named(mark)));
    const pages = [1, 2, 3, 4].map((page) => find(mark, anyone, `&perPage=3&page=${page}`));
    const ids = (await Promise.all(pages)).flat();
    expect(ids).toHaveLength(7);
    expect(ids.toSorted()).toEqual(people.map(({ userId }) => userId).toSorted());
    const { data } = await anyone.get(`users?q=${mark}&perPage=3&page=2`);
    expect(data.pagination).toEqual({ page: 2, perPage: 3, total: 7, totalPages: 3 });
  });

  it('of one role, with words and without', async () => {
    const mark = aWord();
    const dj = await named(mark, { role: 'dj', creatorStatus: 'APPROVED' });
    await named(mark);
    const applicant = await named(mark, { role: 'dj', creatorStatus: 'PENDING' });
    expect(await find(mark, anyone, '&role=dj')).toEqual([dj.userId]);
    expect(await find(mark, anyone, '&role=viewer')).toContain(applicant.userId);
    const { data } = await anyone.get('users?role=dj&perPage=100');
    expect(data.items.map(({ id }: { id: string }) => id)).toContain(dj.userId);
    expect(new Set(data.items.map(({ role }: { role: string }) => role))).toEqual(new Set(['dj']));
  });
});

describe('some users are not found', () => {
  it('if they are banned or deleted, by anyone', async () => {
    const mark = aWord();
    const [banned, deleted] = await Promise.all([named(mark), named(mark)]);
    await setStatus(banned.userId, 'banned');
    await setStatus(deleted.userId, 'deleted');
    for (const reader of [anyone, await asViewer(), await asStaff('owner')])
      expect(await find(mark, reader)).toEqual([]);
  });

  it('across a block, except by others and staff', async () => {
    const mark = aWord();
    const [one, other, stranger, staff] = await Promise.all([named(mark), named(mark), asViewer(), asStaff('support')]);
    const block = 'INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES (?, ?, 0)';
    await env.DB.prepare(block).bind(one.userId, other.userId).run();
    expect(await find(mark, one)).toEqual([one.userId]);
    expect(await find(mark, other)).toEqual([other.userId]);
    const both = [one.userId, other.userId].toSorted();
    for (const reader of [anyone, stranger, staff]) expect((await find(mark, reader)).toSorted()).toEqual(both);
    const { data } = await one.get(`users?q=${mark}`);
    expect(data.pagination.total).toBe(1);
  });

  it('by operators and quotes, which are not search syntax', async () => {
    const mark = aWord();
    const person = await named(`${mark} OR NOT`);
    for (const q of [
      `"${mark}`,
      `${mark}*`,
      `(${mark})`,
      `${mark} AND`,
      `-${mark}`,
      `^${mark}`,
      `{${mark}}`,
      `${mark};--`,
    ])
      expect(await anyone.get(`users?q=${encodeURIComponent(q)}`)).toMatchObject({ status: 200 });
    expect(await find(`${mark} or not`)).toEqual([person.userId]);
    expect(await find(`nobody${mark} OR ${mark}`)).toEqual([]);
    expect(await find(`username:${mark}`)).toEqual([]);
  });

  it('by an invalid query', async () => {
    for (const query of [
      'role=admin',
      'role=',
      'page=0',
      'perPage=101',
      'page=x',
      'sort=name',
      `q=${'a'.repeat(101)}`,
      'status=banned',
    ])
      expect((await anyone.get(`users?${query}`)).status).toBe(422);
    const forged = client({ authorization: 'Bearer a.b.c' });
    expect((await forged.get('users')).status).toBe(401);
  });
});

describe('the plans', () => {
  const query = { page: 1, perPage: 20 };
  const signedIn = {
    kind: 'user',
    userId: 'x',
    sessionId: 'x',
    email: '',
    verified: true,
    role: 'viewer',
    creatorStatus: 'NONE',
  } as const;
  let plans: Record<'all' | 'ofRole' | 'byWords', string[]>;

  beforeAll(async () => {
    const viewer = { ...signedIn, staff: null };
    plans = {
      all: await plansOf((ctx) => discoverUsers(ctx, viewer, query)),
      ofRole: await plansOf((ctx) => discoverUsers(ctx, viewer, { ...query, role: 'dj' })),
      byWords: await plansOf((ctx) => discoverUsers(ctx, viewer, { ...query, q: 'x' })),
    };
  });

  it('are two statements that use an index in the right order', () => {
    for (const [list, count] of [plans.all, plans.ofRole]) {
      expect(list).not.toContain('TEMP B-TREE');
      expect(`${list}${count}`).not.toMatch(/SCAN users$/m);
    }
    expect(Object.values(plans).map(({ length }) => length)).toEqual([2, 2, 2]);
    expect(plans.all[0]).toContain('users_by_followers');
    expect(plans.ofRole[0]).toContain('users_of_role_by_followers (role=?)');
    expect(plans.ofRole[1]).toContain('users_of_role_by_followers (role=?)');
  });

  it('of a search start at the words', () => {
    for (const plan of plans.byWords) expect(plan).toMatch(/SEARCH users USING INTEGER PRIMARY KEY \(rowid=\?\)/);
  });
});
