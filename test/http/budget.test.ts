/**
 * What the hot endpoints cost in D1 on a platform of 10,000 users: the number of statements does not grow with the
 * data, and the rows read stay within a small multiple of the page. A budget that must rise wants a reason.
 */

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomAddress } from '#test/support/api';
import { entry } from '#test/support/app';
import { asPaidCreator } from '#test/support/payouts';
import { aPackage, RETURN_URLS } from '#test/support/purchases';
import { aStream } from '#test/support/streams';
import { aLibrary } from '#test/support/tracks';
import { asCreator, asDj, asStaff, asUser, asViewer } from '#test/support/users';
import { app } from '@/app';
import { type Env, readConfig } from '@/config';
import { keepMaintenance } from '@/domains/base/maintenance/read';
import { hashPassword } from '@/domains/people/auth/passwords';
import { newId } from '@/shared/ids';
import { type Counts, makeCountingD1, readCounts, resetCounts } from '../../scripts/bench/counting-d1';
import {
  LIVE_STREAM_ID,
  LIVE_STREAMS,
  likesPopulation,
  POPULATION,
  POSTS_POPULATION,
  STREAMS,
} from '../../scripts/bench/population';
import { makeRecordingD1, readRecord, resetRecord } from '../../scripts/bench/recording-d1';

const PAGE_SIZE = 20;
/** Of the population: live, and followed by fifty. */
const CREATOR_ID = '01900000-0000-7000-8001-000000000007';
const counted = { ...env, DB: makeCountingD1(env.DB) } as Env;

async function ask(method: string, path: string, headers: Record<string, string> = {}, body?: unknown) {
  const execution = createExecutionContext();
  const request = new Request(`http://localhost:8787/api/v1${path}`, {
    method,
    headers: { 'cf-connecting-ip': randomAddress(), 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  // An isolate reads the maintenance window once in ten seconds; a budget is what all other requests cost.
  keepMaintenance({ config: readConfig(counted), now: Date.now }, { revision: 0, window: null });
  resetCounts();
  const response = await app.fetch(request, entry(counted, execution), execution);
  const { data } = await response.json<{ data: never }>();
  await waitOnExecutionContext(execution);
  return { status: response.status, data, counts: readCounts() };
}

/** For an answer that is not JSON. */
async function askRaw(path: string, headers: Record<string, string>) {
  const execution = createExecutionContext();
  keepMaintenance({ config: readConfig(counted), now: Date.now }, { revision: 0, window: null });
  resetCounts();
  const request = new Request(`http://localhost:8787/api/v1${path}`, {
    headers: { 'cf-connecting-ip': randomAddress(), ...headers },
  });
  const response = await app.fetch(request, entry(counted, execution), execution);
  const body = await response.text();
  await waitOnExecutionContext(execution);
  return { body, counts: readCounts() };
}

function expectWithin(counts: Counts, budget: Pick<Counts, 'statements' | 'rowsRead' | 'rowsWritten'>) {
  expect(counts.statements).toBeLessThanOrEqual(budget.statements);
  expect(counts.rowsRead).toBeLessThanOrEqual(budget.rowsRead);
  expect(counts.rowsWritten).toBeLessThanOrEqual(budget.rowsWritten);
}

const SUBSCRIPTIONS = 20;

/** Follows so many of the population, and subscribes to some whom they do not follow. */
async function tie(userId: string, follows: number): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO follows (follower_id, creator_id, created_at)
       SELECT ?1, id, 0 FROM users WHERE id GLOB '01900000-*' ORDER BY id LIMIT ?2`,
    ).bind(userId, follows),
    env.DB.prepare(
      `INSERT INTO subscription_tiers (id, creator_id, name, coins_per_month, created_at, updated_at)
       VALUES (?1, ?1, 'Given', 100, 0, 0)`,
    ).bind(userId),
    env.DB.prepare(
      `INSERT INTO subscriptions (id, subscriber_id, creator_id, tier_id, coins_per_month, status, months, started_at,
         period_ends_at, idempotency_key, body_hash, created_at)
       SELECT ?1 || id, ?1, id, ?1, 100, 'active', 1, 0, 0, id, '', 0
       FROM users WHERE id GLOB '01900000-*' ORDER BY id DESC LIMIT ?2`,
    ).bind(userId, SUBSCRIPTIONS),
  ]);
}

/** A statement a type, and twenty rows an item at most. */
async function expectSearch(type: string, q: string) {
  const { headers } = await asViewer();
  for (const perPage of [1, 20, 100]) {
    const answer = await ask('GET', `/search?type=${type}&q=${q}&perPage=${perPage}`, headers);
    expect(answer.status).toBe(200);
    const types = type.split(',').length;
    expectWithin(answer.counts, { statements: types, rowsRead: 20 * perPage * types, rowsWritten: 0 });
  }
}

beforeAll(async () => {
  for (const statement of POPULATION) await env.DB.prepare(statement).run();
}, 60_000);

describe('the meter', () => {
  it('sees what D1 reads and writes', async () => {
    resetCounts();
    await counted.DB.prepare('SELECT count(*) FROM users').first();
    await counted.DB.batch([counted.DB.prepare('UPDATE users SET bio = bio WHERE username = ?').bind('crowd5')]);
    expect(readCounts()).toMatchObject({ statements: 2, calls: 2, rowsWritten: 1 });
    expect(readCounts().rowsRead).toBeGreaterThan(10_000);
  });

  it('remembers what D1 was asked, and what of it at once, for the bench', async () => {
    const database = makeRecordingD1(counted.DB);
    const ask = (value: string) => database.prepare('SELECT ?').bind(value);
    resetRecord();
    await Promise.all([ask('a').all(), ask('b').raw()]);
    const results = await database.batch([ask('c'), ask('d')]);
    expect(results).toHaveLength(2);
    const record = readRecord().map((stage) =>
      stage.map(({ method, questions }) => [method, ...questions.flatMap(({ values }) => values)]),
    );
    expect(record).toEqual([
      [
        ['all', 'a'],
        ['raw', 'b'],
      ],
      [['batch', 'c', 'd']],
    ]);
  });
});

describe('among 10,000 tracks', () => {
  it('a library costs three statements, that of the guard included, however it is searched, filtered and sorted', async () => {
    const dj = await asDj();
    await aLibrary(dj.userId, 10_000);
    // Two libraries beside it, so that reading those of others would show.
    for (const other of [await asDj(), await asDj()]) await aLibrary(other.userId, 5_000);
    for (const sort of ['newest', 'title', 'artist', 'duration', 'plays']) {
      for (const filter of [
        '',
        '&genre=Genre%201',
        '&bpmMin=100&bpmMax=110',
        '&q=title',
        '&q=title%2099&key=4A',
        '&page=200',
      ]) {
        const answer = await ask('GET', `/dj/tracks?sort=${sort}${filter}`, dj.headers);
        expect(answer.status).toBe(200);
        // Counting reads each track of the library that may match once, and a word's matches twice more.
        const rowsRead = filter.includes('q=') ? 31_000 : 15_000;
        expectWithin(answer.counts, { statements: 3, rowsRead, rowsWritten: 0 });
      }
    }
  }, 60_000);
});

describe('among 100,000 users and 10,000 reports', () => {
  beforeAll(async () => {
    // Rows without a name index: only what the lists of staff go by.
    for (const from of [0, 25_000, 50_000, 75_000])
      await env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + 24999)
         INSERT INTO users (id, email, email_key, username, display_name, role, country, status, email_verified_at,
           created_at, updated_at)
         SELECT printf('01910000-0000-7000-8001-%012d', i), 'm' || i || '@footlight.test', 'm' || i || '@footlight.test',
           'mass' || i, 'Mass ' || i, CASE WHEN i % 100 = 0 THEN 'dj' ELSE 'viewer' END,
           CASE WHEN i % 50 = 0 THEN 'IS' ELSE 'DE' END, CASE WHEN i % 1000 = 0 THEN 'banned' ELSE 'active' END, 0, i, i
         FROM n`,
      )
        .bind(from)
        .run();
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
       INSERT INTO reports (id, target_type, target_id, subject_id, category, base, fingerprint, status, action, resolved_at,
         created_at)
       SELECT printf('01910000-0000-7000-9000-%012d', i), 'post', printf('01910000-0000-7000-a000-%012d', i),
         printf('01910000-0000-7000-8001-%012d', 1 + i), CASE WHEN i % 2 = 0 THEN 'spam' ELSE 'hate' END, 3 + i % 2, 'x',
         CASE WHEN i < 5000 THEN 'resolved' ELSE 'open' END, CASE WHEN i < 5000 THEN 'dismiss' END,
         CASE WHEN i < 5000 THEN i END, i FROM n`,
    ).run();
  }, 120_000);

  it.each([
    '/admin/users?',
    '/admin/users?role=dj&',
    '/admin/users?country=IS&',
    '/admin/users?country=IS&role=dj&',
    '/admin/users?status=banned&',
    '/admin/users?status=active&',
    '/admin/users?q=mass&',
    '/admin/users?q=mass99999&',
    '/admin/reports?',
    '/admin/reports?status=resolved&',
    '/admin/reports?category=hate&',
    '/admin/reports?targetType=post&',
    '/admin/reports?priority=3&',
  ])('the list of staff %s costs fixed statements, and rows for a page', async (path) => {
    const staff = await asUser({ rank: 'admin_l3' });
    for (const perPage of [1, 100]) {
      const answer = await ask('GET', `${path}perPage=${perPage}`, staff.headers);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 4, rowsRead: 40 * perPage + 1_200, rowsWritten: 0 });
    }
  });

  it('one user costs the same however many there are', async () => {
    const staff = await asUser({ rank: 'admin_l3' });
    const answer = await ask('GET', '/admin/user/01910000-0000-7000-8001-000000000077', staff.headers);
    expect(answer.status).toBe(200);
    expectWithin(answer.counts, { statements: 20, rowsRead: 100, rowsWritten: 10 });
  });
});

describe('among 10,000 tickets', () => {
  beforeAll(async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
       INSERT INTO tickets (id, number, user_id, category, priority, subject, description, status, status_at, respond_by,
         resolve_by, due_at, resolved_at, created_at, updated_at)
       SELECT printf('01900000-0000-7000-9000-%012d', i), printf('X%07d', i), printf('01900000-0000-7000-8001-%012d', 1 + i % 100),
         CASE i % 3 WHEN 0 THEN 'technical' WHEN 1 THEN 'billing' ELSE 'other' END,
         CASE WHEN i % 100 = 0 THEN 'urgent' ELSE 'normal' END, 'A ticket', 'Help', CASE WHEN i < 9500 THEN 'closed' ELSE 'open' END,
         0, 1, 1, CASE WHEN i < 9500 THEN NULL ELSE i END, CASE WHEN i < 9500 THEN 1 END, i, i FROM n`,
    ).run();
  }, 60_000);

  it.each([
    '',
    '?status=open',
    '?status=closed',
    '?status=open&category=billing',
    '?priority=urgent&status=closed',
    '?assignee=none',
    '?assignee=me',
    '?breached=true',
    '?q=X000-0001',
    '?q=crowd5',
  ])('the list of staff %s costs three statements, and rows for a page', async (query) => {
    const agent = await asUser({ rank: 'support' });
    for (const perPage of [1, 100]) {
      const path = `/support/tickets${query}${query === '' ? '?' : '&'}perPage=${perPage}`;
      const answer = await ask('GET', path, agent.headers);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 3, rowsRead: 20 * perPage + 30, rowsWritten: 0 });
    }
  });

  it('a ticket costs fixed statements, for its user and for staff', async () => {
    // Each member of staff is notified by an event of their own, after the response.
    await env.DB.prepare('DELETE FROM staff').run();
    const viewer = await asViewer();
    const body = { category: 'billing', subject: 'Coins', description: 'They did not arrive.' };
    const made = await ask('POST', '/support/tickets', viewer.headers, body);
    expect(made.status).toBe(201);
    expectWithin(made.counts, { statements: 20, rowsRead: 60, rowsWritten: 40 });
    const path = `/support/tickets/${(made.data as { id: string }).id}`;
    const reply = await ask('POST', `${path}/reply`, viewer.headers, { text: 'Any news?' });
    expect(reply.status).toBe(201);
    expectWithin(reply.counts, { statements: 26, rowsRead: 90, rowsWritten: 50 });
    expectWithin((await ask('GET', path, viewer.headers)).counts, { statements: 6, rowsRead: 30, rowsWritten: 0 });
    const agent = await asUser({ rank: 'support' });
    // With what stands beside it, and the mark that they look at it.
    expectWithin((await ask('GET', path, agent.headers)).counts, { statements: 13, rowsRead: 50, rowsWritten: 4 });
  });
});

describe('among 10,000 users and 1,000 streams', () => {
  it('a sign-in costs a fixed handful of rows', async () => {
    const viewer = await asViewer();
    await env.DB.prepare(
      `INSERT INTO accounts (user_id, provider, subject, secret_hash, created_at, updated_at) VALUES (?1, 'password', ?1, ?2, 0, 0)`,
    )
      .bind(viewer.userId, await hashPassword('a long enough secret'))
      .run();
    const answer = await ask('POST', '/auth/login', {}, { email: viewer.email, password: 'a long enough secret' });
    expect(answer.status).toBe(200);
    // Besides account and session: the tries of the address and of all addresses, spent and given back; and the mail about
    // a device that is not known, in the user's language, counted and, in development, kept. And the day on which the user is
    // active.
    expectWithin(answer.counts, { statements: 10, rowsRead: 12, rowsWritten: 18 });
  });

  it.each(['/viewer/live', '/stream/live', '/sessions?status=live'])(
    '%s reads a page, and counts what there is of it',
    async (path) => {
      const answer = await ask('GET', path);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 2, rowsRead: 2 * LIVE_STREAMS + 6 * PAGE_SIZE, rowsWritten: 0 });
    },
  );

  it.each([
    ['users', 'crowd'],
    ['users', 'crowd5'],
    ['streams', 'stream'],
    ['streams', 'words about'],
    ['users,streams', 'nothing like it'],
  ])('a search for %s reads no more where a word is in each of them: %s', expectSearch);

  it.each([
    ['/viewer/recommended', { statements: 2, rowsRead: 12 * LIVE_STREAMS }],
    ['/viewer/following', { statements: 2, rowsRead: 13 * LIVE_STREAMS }],
    ['/social/creators', { statements: 2, rowsRead: STREAMS + 6 * PAGE_SIZE }],
    ['/social/creators?sort=newest', { statements: 2, rowsRead: STREAMS + 6 * PAGE_SIZE }],
    ['/social/creators?sort=live', { statements: 2, rowsRead: 12 * LIVE_STREAMS }],
    ['/social/creator/crowd7', { statements: 3, rowsRead: 20 }],
    [`/social/follow/${CREATOR_ID}`, { statements: 1, rowsRead: 4 }],
    [`/social/followers/${CREATOR_ID}`, { statements: 2, rowsRead: 6 * PAGE_SIZE }],
    [`/social/following/${CREATOR_ID}`, { statements: 2, rowsRead: 6 * PAGE_SIZE }],
  ])('%s costs a reader who follows 800 no more than it must', async (path, budget) => {
    const { userId, headers } = await asViewer();
    await env.DB.prepare(
      `INSERT INTO follows (follower_id, creator_id, created_at)
       SELECT ?, id, created_at FROM users WHERE username LIKE 'crowd%' AND creator_status = 'APPROVED' LIMIT 800`,
    )
      .bind(userId)
      .run();
    const answer = await ask('GET', path, headers);
    expect(answer.status).toBe(200);
    expectWithin(answer.counts, { ...budget, rowsWritten: 0 });
  });

  it.each(['/viewer/recommended', '/viewer/following'])(
    '%s costs a reader who subscribes as well little more',
    async (path) => {
      const { userId, headers } = await asViewer();
      await tie(userId, 800);
      const answer = await ask('GET', path, headers);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 2, rowsRead: 14 * LIVE_STREAMS, rowsWritten: 0 });
    },
  );

  it('a page of history reads what blocks hide for each author on it, and nothing more', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    const session = await ask('POST', '/sessions', creator.headers, { title: 'Budgeted' });
    const { id } = session.data as { id: string };
    expect((await ask('POST', `/sessions/${id}/start`, creator.headers)).status).toBe(200);
    expect((await ask('POST', `/sessions/${id}/chat`, creator.headers, { text: 'Hello' })).status).toBe(201);
    await env.DB.prepare(`INSERT INTO blocks (blocker_id, blocked_id, created_at)
      SELECT ?, id, 0 FROM users WHERE username LIKE 'crowd%'`)
      .bind(viewer.userId)
      .run();
    const guests = await ask('GET', `/stream/chat/${id}`);
    expectWithin(guests.counts, { statements: 1, rowsRead: 6, rowsWritten: 0 });
    const answer = await ask('GET', `/stream/chat/${id}`, viewer.headers);
    expect(answer.data).toMatchObject({ items: [{ text: 'Hello' }] });
    expectWithin(answer.counts, { statements: 3, rowsRead: 14, rowsWritten: 0 });
  });

  it('followers of whom half do not show whom they follow are no more than twice the rows', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    const crowd = `FROM users WHERE username LIKE 'crowd8%' ORDER BY id LIMIT 200`;
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO follows (follower_id, creator_id, created_at) SELECT id, ?, created_at ${crowd}`,
      ).bind(creator.userId),
      env.DB.prepare(
        `INSERT INTO user_settings (user_id, show_activity, updated_at)
         SELECT id, 0, 0 FROM (SELECT id, row_number() OVER () AS n ${crowd}) WHERE n % 2 = 0`,
      ),
    ]);
    const answer = await ask('GET', `/social/followers/${creator.userId}`, viewer.headers);
    expect((answer.data as { items: unknown[] }).items).toHaveLength(PAGE_SIZE);
    expectWithin(answer.counts, { statements: 2, rowsRead: 12 * PAGE_SIZE, rowsWritten: 0 });
  });

  it('followers behind thousands that are out of sight are met in pages that read their window alone', async () => {
    const [creator, follower] = [await asCreator(), await asViewer()];
    const banned = `INSERT INTO users (id, email, email_key, username, display_name, status, created_at, updated_at)
      SELECT 'bot' || id, 'bot' || email, 'bot' || email_key, 'bot_' || username, 'Bot', 'banned', 0, 0
      FROM users WHERE username LIKE 'crowd%' ORDER BY id LIMIT 1500`;
    await env.DB.batch([
      env.DB.prepare(banned),
      env.DB.prepare(
        `INSERT INTO follows (follower_id, creator_id, created_at) SELECT id, ?, 2 FROM users WHERE id LIKE 'bot%'`,
      ).bind(creator.userId),
      env.DB.prepare('INSERT INTO follows (follower_id, creator_id, created_at) VALUES (?, ?, 1)').bind(
        follower.userId,
        creator.userId,
      ),
    ]);
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null; pages += 1) {
      expect(pages).toBeLessThan(20);
      const more = cursor === '' ? '' : `?cursor=${cursor}`;
      const answer = await ask('GET', `/social/followers/${creator.userId}${more}`, creator.headers);
      const page = answer.data as { items: { id: string }[]; pagination: { nextCursor: string | null } };
      expectWithin(answer.counts, { statements: 2, rowsRead: 25 * PAGE_SIZE, rowsWritten: 0 });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.pagination.nextCursor;
    }
    expect(seen).toEqual([follower.userId]);
  });

  it.each([
    ['at once', 1_048_576, 2],
    ['in parts', 100 * 1_048_576, 3],
  ])('an upload that is announced to be sent %s waits for D1 no oftener than it must', async (_, bytes, calls) => {
    const viewer = await asViewer();
    const body = { kind: 'post-video', contentType: 'video/mp4', bytes };
    for (let again = 0; again < 2; again += 1) {
      const answer = await ask('POST', '/media/uploads', viewer.headers, body);
      expect(answer.status).toBe(201);
      expect(answer.counts.calls).toBe(calls);
      expectWithin(answer.counts, { statements: calls + 2, rowsRead: 12, rowsWritten: 12 });
    }
  });

  it('a purchase reads all that it must know at once, and is counted in the batch that begins it', async () => {
    const [viewer, { id: packageId }] = [await asViewer(), await aPackage()];
    const body = { packageId, ...RETURN_URLS };
    for (let again = 0; again < 2; again += 1) {
      const key = { 'idempotency-key': newId() };
      const answer = await ask('POST', '/payment/purchase', { ...viewer.headers, ...key }, body);
      expect(answer.status).toBe(201);
      expect(answer.counts.calls).toBe(4); // its guard, what it reads, what it begins, where it is to be paid
      expectWithin(answer.counts, { statements: 8, rowsRead: 24, rowsWritten: 16 });
    }
  });

  it('a cash-out reads what it is judged by, then the diamonds, and is held in one batch', async () => {
    const creator = await asPaidCreator(5_000);
    const body = { source: 'diamonds', diamonds: 1_000, method: 'bank' };
    for (let again = 0; again < 2; again += 1) {
      const key = { 'idempotency-key': newId() };
      const answer = await ask('POST', '/payment/payout', { ...creator.headers, ...key }, body);
      expect(answer.status).toBe(201);
      // Its guard, what it reads, the diamonds, what it holds. After the answer: who of staff decides, and their notices.
      expect(answer.counts.calls).toBe(4 + 3);
      expectWithin(answer.counts, { statements: 20, rowsRead: 60, rowsWritten: 24 });
      const repeat = await ask('POST', '/payment/payout', { ...creator.headers, ...key }, body);
      expect([repeat.data, repeat.counts.calls]).toEqual([answer.data, 2]);
    }
  });

  it('one stream is a few rows', async () => {
    const answer = await ask('GET', `/stream/${LIVE_STREAM_ID}`);
    expect(answer.status).toBe(200);
    expectWithin(answer.counts, { statements: 1, rowsRead: 6, rowsWritten: 0 });
  });

  it('a profile is one statement of a few rows', async () => {
    const id = '01900000-0000-7000-8001-000000000007';
    const viewer = await asViewer();
    for (const headers of [undefined, viewer.headers]) {
      const answer = await ask('GET', `/users/${id}`, headers);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 1, rowsRead: 10, rowsWritten: 0 });
    }
  });

  it.each([
    ['/users', 10_001],
    ['/users?role=creator', STREAMS],
    // Seven rows a match, of which as many are looked at as are ever counted.
    ['/users?q=crowd12', 7 * 111],
    ['/users?q=crowd', 7 * 10_001],
  ])('%s reads a page, and counts what there is of it', async (path, matches) => {
    const viewer = await asViewer();
    for (const headers of [undefined, viewer.headers]) {
      const answer = await ask('GET', path, headers);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 2, rowsRead: matches + 80 * PAGE_SIZE, rowsWritten: 0 });
    }
  });

  it('a page behind those that are counted is empty, and skips nothing', async () => {
    const { counts: first } = await ask('GET', '/users?perPage=100');
    for (const page of [101, 10_000]) {
      const answer = await ask('GET', `/users?perPage=100&page=${page}`);
      expect(answer.data).toMatchObject({ items: [], pagination: { total: 10_000, totalCapped: true } });
      expectWithin(answer.counts, { statements: 2, rowsRead: first.rowsRead, rowsWritten: 0 });
    }
  });

  it('a join is a few rows, for a guest and for an account', async () => {
    const guest = await ask('POST', `/stream/${LIVE_STREAM_ID}/join`, undefined);
    expect(guest.status).toBe(200);
    expectWithin(guest.counts, { statements: 3, rowsRead: 12, rowsWritten: 0 });
    const viewer = await asViewer();
    // The room is remembered after the answer, in one batch of three.
    for (const rowsWritten of [1, 0]) {
      const answer = await ask('POST', `/stream/${LIVE_STREAM_ID}/join`, viewer.headers);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 3 + 3, rowsRead: 12 + 6, rowsWritten });
    }
  });

  it('a join writes what an account watches once a day for a category', async () => {
    const viewer = await asViewer();
    const id = await aStream(await asCreator(), { category: 'music' });
    for (const rowsWritten of [1 + 1, 0]) {
      const answer = await ask('POST', `/stream/${id}/join`, viewer.headers);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 4 + 3, rowsRead: 14 + 6, rowsWritten });
    }
  });

  it('a chat message writes nothing to D1', async () => {
    const creator = await asCreator();
    const session = await ask('POST', '/sessions', creator.headers, { title: 'Budgeted' });
    const { id } = session.data as { id: string };
    expect((await ask('POST', `/sessions/${id}/start`, creator.headers)).status).toBe(200);
    const viewer = await asViewer();
    const answer = await ask('POST', `/sessions/${id}/chat`, viewer.headers, { text: 'Hello' });
    expect(answer.status).toBeLessThan(300);
    expectWithin(answer.counts, { statements: 3, rowsRead: 12, rowsWritten: 0 });
  });
});

describe('among 100,000 posts', () => {
  const LIKES = 20_000; // all of the bench's million would take a minute to make
  beforeAll(async () => {
    for (const statement of [...POSTS_POPULATION, ...likesPopulation(LIKES)]) await env.DB.prepare(statement).run();
  }, 60_000);

  /** Reads three pages on; each must be within the budget. */
  async function expectPages(path: string, headers: Record<string, string> | undefined, statements: number) {
    let cursor = '';
    for (let page = 0; page < 3; page += 1) {
      const answer = await ask('GET', `${path}${cursor}`, headers);
      expect(answer.status).toBe(200);
      const { items, pagination } = answer.data as { items: unknown[]; pagination: { nextCursor: string } };
      expect(items).toHaveLength(PAGE_SIZE);
      expectWithin(answer.counts, { statements, rowsRead: 20 * PAGE_SIZE, rowsWritten: 0 });
      cursor = `${path.includes('?') ? '&' : '?'}cursor=${pagination.nextCursor}`;
    }
  }

  it.each(['/content/feed/public', '/content/feed/public?sort=trending'])('%s is four statements', async (path) => {
    const viewer = await asViewer();
    for (const headers of [undefined, viewer.headers]) await expectPages(path, headers, 4);
  });

  it.each([
    ['posts', 'nothing'],
    ['posts', 'about noth'],
    ['posts', 'post 99999'],
    ['users,streams,posts', 'nothing much'],
  ])('a search for %s reads no more where a word is in each of them: %s', expectSearch);

  it('a search past posts that are all out of sight reads its window, and can be gone on with', async () => {
    const [banned, reader] = [await asCreator(), await asViewer()];
    // The oldest by their ids, so that no feed begins with them.
    await env.DB.prepare(
      `INSERT INTO posts (id, author_id, text, visibility, created_at)
       SELECT '00' || id, ?, 'Xylophone', 'public', created_at FROM posts ORDER BY id LIMIT 2000`,
    )
      .bind(banned.userId)
      .run();
    await env.DB.prepare(`UPDATE users SET status = 'banned' WHERE id = ?`).bind(banned.userId).run();
    for (const perPage of [1, 20, 100]) {
      const answer = await ask('GET', `/search?type=posts&q=xylophone&perPage=${perPage}`, reader.headers);
      const { posts } = answer.data as { posts: { pagination: { nextCursor: string | null } } };
      expect(posts).toMatchObject({ items: [], pagination: { nextCursor: expect.any(String) } });
      expectWithin(answer.counts, { statements: 1, rowsRead: 60 * perPage, rowsWritten: 0 });
    }
  });

  it('a search of posts reads no more than a hundred of those whom its reader follows', async () => {
    const reader = await asViewer();
    await env.DB.prepare(
      `INSERT INTO follows (follower_id, creator_id, created_at)
       SELECT ?, id, 0 FROM users WHERE id GLOB '01900000-*' ORDER BY id LIMIT 2000`,
    )
      .bind(reader.userId)
      .run();
    const answer = await ask('GET', '/search?type=posts&q=nothing', reader.headers);
    expectWithin(answer.counts, { statements: 1, rowsRead: 20 * PAGE_SIZE, rowsWritten: 0 });
    const alone = await ask('GET', '/search?type=posts&q=nothing&perPage=1', reader.headers);
    expectWithin(alone.counts, { statements: 1, rowsRead: 20 + 2 * 100, rowsWritten: 0 });
  });

  it.each([0, 1, 90, 2_000])('a personal feed of %i follows is six statements', async (follows) => {
    const viewer = await asViewer();
    await env.DB.prepare(
      `INSERT INTO follows (follower_id, creator_id, created_at)
       SELECT ?, id, 0 FROM users WHERE id GLOB '01900000-*' ORDER BY id LIMIT ?`,
    )
      .bind(viewer.userId, follows)
      .run();
    await expectPages('/content/feed', viewer.headers, 6);
  });

  it.each([0, 70, 2_000])('a personal feed of subscriptions beside %i follows is six statements', async (follows) => {
    const viewer = await asViewer();
    await tie(viewer.userId, follows);
    await expectPages('/content/feed', viewer.headers, 6);
  });

  it('one post is one statement, and a like a few rows', async () => {
    const viewer = await asViewer();
    const feed = await ask('GET', '/content/feed/public?sort=trending');
    const [{ id }] = (feed.data as { items: [{ id: string }] }).items;
    const post = await ask('GET', `/content/posts/${id}`, viewer.headers);
    expectWithin(post.counts, { statements: 1, rowsRead: 6, rowsWritten: 0 });
    const like = await ask('POST', `/content/posts/${id}/like`, viewer.headers, { liked: true });
    expect(like.data).toMatchObject({ liked: true });
    expectWithin(like.counts, { statements: 14, rowsRead: 30, rowsWritten: 16 });
  });
});

describe('among 10,000 support chats', () => {
  beforeAll(async () => {
    for (const statement of [
      `INSERT INTO support_threads (id, user_id, last_message_at, created_at)
       SELECT replace(id, '-8001-', '-8005-'), id, created_at, created_at FROM users WHERE id GLOB '01900000-*'`,
      `INSERT INTO support_messages (id, thread_id, number, author_id, from_staff, text, client_id, at)
       SELECT replace(id, '-8005-', '-8006-'), id, 1, user_id, 0, 'Help', id, last_message_at FROM support_threads
       WHERE id GLOB '01900000-*'`,
    ])
      await env.DB.prepare(statement).run();
  }, 60_000);

  it.each(['', '?status=open'])('the list of chats%s is four statements a page', async (query) => {
    const staff = await asStaff('support');
    let cursor = '';
    for (let page = 0; page < 3; page += 1) {
      const answer = await ask('GET', `/support/chat/threads${query}${cursor}`, staff.headers);
      expect(answer.status).toBe(200);
      const { items, pagination } = answer.data as { items: unknown[]; pagination: { nextCursor: string } };
      expect(items).toHaveLength(PAGE_SIZE);
      expectWithin(answer.counts, { statements: 4, rowsRead: 20 * PAGE_SIZE, rowsWritten: 0 });
      cursor = `${query ? '&' : '?'}cursor=${pagination.nextCursor}`;
    }
  });
});

describe('a DJ whom 10,000 follow and rated', () => {
  const dj = { userId: '', headers: {} as Record<string, string> };

  beforeAll(async () => {
    Object.assign(dj, await asCreator({ role: 'dj' }));
    for (const statement of [
      `INSERT INTO dj_ratings (dj_id, user_id, rating, created_at, updated_at)
       SELECT ?1, id, 4, 0, 0 FROM users WHERE id GLOB '01900000-*'`,
      `INSERT INTO follows (follower_id, creator_id, created_at)
       SELECT id, ?1, unixepoch() * 1000 FROM users WHERE id GLOB '01900000-*'`,
      `INSERT INTO stream_listeners (user_id, creator_id, stream_id, seconds, ended_at)
       SELECT id, ?1, '${LIVE_STREAM_ID}', 60, 0 FROM users WHERE id GLOB '01900000-*'`,
    ])
      await env.DB.prepare(statement).bind(dj.userId).run();
  }, 60_000);

  it('has a page of one statement and a few rows', async () => {
    const viewer = await asViewer();
    for (const headers of [undefined, viewer.headers, dj.headers]) {
      const answer = await ask('GET', `/dj/profile/${dj.userId}`, headers);
      expect(answer.data).toMatchObject({ rating: 4, ratingCount: 10_000 });
      expectWithin(answer.counts, { statements: 1, rowsRead: 10, rowsWritten: 0 });
    }
  });

  it('is rated for a few rows', async () => {
    const viewer = await asViewer();
    await env.DB.prepare('INSERT INTO stream_listeners VALUES (?, ?, ?, 60, 0)')
      .bind(viewer.userId, dj.userId, LIVE_STREAM_ID)
      .run();
    for (const rowsWritten of [5, 4]) {
      const body = { rating: rowsWritten };
      const answer = await ask('PUT', `/dj/profile/${dj.userId}/rating`, viewer.headers, body);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 5, rowsRead: 30, rowsWritten });
    }
  });

  it('has figures of six statements beside the guard’s, and reads a row for each new follower', async () => {
    for (const query of ['', '?from=2026-01-01&to=2026-12-31&tz=Europe/Berlin']) {
      const answer = await ask('GET', `/dj/analytics${query}`, dj.headers);
      expect(answer.data).toMatchObject({ totals: { streams: 0 } });
      expectWithin(answer.counts, { statements: 7, rowsRead: 10_000 + 9 * 366, rowsWritten: 0 });
    }
  });
});

describe('among 10,000 sessions of one creator, with 10,000 orders in one of them', () => {
  const sessionId = (n: number) => `01920000-0000-7000-8003-${String(n).padStart(12, '0')}`;
  const SESSIONS = 10_000;
  const started = Date.parse('2026-01-01');
  let dj: Awaited<ReturnType<typeof asDj>>;

  beforeAll(async () => {
    dj = await asDj();
    const numbers = `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${SESSIONS})`;
    const id = `printf('01920000-0000-7000-8003-%012d', n)`;
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO streams (id, channel_id, creator_id, title, category, status, started_at, ended_at, created_at, updated_at)
         ${numbers} SELECT ${id}, ?1, ?2, 'Evening ' || n, iif(n % 10, 'dj', 'music'), 'ended', ?3 + n * 3000000,
           ?3 + n * 3000000 + 60000, n, n FROM n`,
      ).bind(dj.channelId, dj.userId, started),
      env.DB.prepare(
        `INSERT INTO stream_analytics (stream_id, unique_viewers, peak_viewers, watch_seconds, messages, reactions,
           viewer_curve, created_at)
         ${numbers} SELECT ${id}, 9, 5, 900, 3, '{}', '[]', n FROM n`,
      ),
      env.DB.prepare(
        `INSERT INTO session_analytics (stream_id, users, guests, followers, new_users, returning_users, from_following,
           from_search, from_recommended, from_link, chatters, gifts, coins, diamonds, new_followers, new_subscribers,
           step_minutes, retained, engagement, created_at)
         ${numbers} SELECT ${id}, 6, 3, 5, 2, 4, 1, 2, 3, 3, 1, 0, 0, 0, 0, 0, 1, '[9]', '[]', n FROM n`,
      ),
      env.DB.prepare(
        `INSERT INTO orders (id, number, user_id, seller_id, stream_id, product_id, variant_id, title, options, kind,
           unit_minor, quantity, items_minor, shipping_minor, shipping_full_minor, commission_minor, economy_version,
           amount_minor, currency, status, provider, success_url, cancel_url, idempotency_key, body_hash, created_at,
           expires_at, paid_at, hold_until, stock_state)
         ${numbers} SELECT 'o' || n, 'o' || n, 'b' || n, ?1, ?2, printf('01920000-0000-7000-8009-%012d', n % 100), 'v', 'A mug', '{}', 'digital', 100, 1, 100,
           0, 0, 0, 1, 100, 'USD', 'paid', 'sandbox', '', '', n, '', 0, 0, ?3 + n * 3000000, 0, 'sold' FROM n`,
      ).bind(dj.userId, sessionId(1), started),
    ]);
  }, 120_000);

  it.each([
    // A session that is counted is a row of it, one of its creator, and one in the sum of its category.
    ['', 3 * (SESSIONS + STREAMS)],
    ['&sort=newest', 3 * (SESSIONS + STREAMS)],
    // Its own matches are counted too.
    ['&category=music', 3 * (SESSIONS + STREAMS)],
    ['&status=ended&sort=viewers', 3 * (SESSIONS + STREAMS)],
    ['&status=live', 6 * LIVE_STREAMS],
    // Words: both the list and the facets find each match, and look it up.
    ['&q=evening', 12 * SESSIONS],
    ['&q=evening&sort=relevance', 8 * SESSIONS],
    ['&q=evening&sort=relevance&category=music', 13 * SESSIONS],
    ['&q=evening%20777&category=dj', 200],
  ])('a search for sessions costs three statements at most, and counts what there is: ?%s', async (query, matches) => {
    for (const perPage of [1, 100]) {
      const answer = await ask('GET', `/search/sessions?perPage=${perPage}${query}`);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 3, rowsRead: matches + 6 * perPage, rowsWritten: 0 });
    }
  });

  it('a year of figures costs six statements and the guard, and a few rows for each session', async () => {
    // The year before beside it has none. Nine rows a session: three times itself, its two figures, and the ranking.
    const answer = await ask('GET', '/dj/analytics?from=2026-01-01&to=2026-12-31', dj.headers);
    expect(answer.status).toBe(200);
    expect(answer.data).toMatchObject({ totals: { streams: SESSIONS, orders: SESSIONS, uniqueViewers: 9 * SESSIONS } });
    expectWithin(answer.counts, { statements: 7, rowsRead: 9 * SESSIONS, rowsWritten: 0 });
    const csv = await askRaw('/dj/analytics?from=2026-01-01&to=2026-12-31&format=csv', dj.headers);
    expectWithin(csv.counts, { statements: 5, rowsRead: 5 * SESSIONS, rowsWritten: 0 });
  });

  it('one session costs the same however many there are', async () => {
    for (const part of ['', '/viewers', '/engagement']) {
      const answer = await ask('GET', `/sessions/${sessionId(77)}/analytics${part}`, dj.headers);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 6, rowsRead: 20, rowsWritten: 0 });
    }
  });

  it('the sales of a session read its own orders, twice at most', async () => {
    const summary = await ask('GET', `/sessions/${sessionId(1)}/analytics`, dj.headers);
    expect(summary.data).toMatchObject({ orders: 10_000, sales: [{ currency: 'USD', amountMinor: 1_000_000 }] });
    expectWithin(summary.counts, { statements: 6, rowsRead: 4 * 10_000 + 20, rowsWritten: 0 });
    const products = await ask('GET', `/sessions/${sessionId(1)}/analytics/products`, dj.headers);
    expect(products.data).toMatchObject({ pagination: { total: 100 } });
    expectWithin(products.counts, { statements: 6, rowsRead: 3 * 10_000 + 20, rowsWritten: 0 });
  });
});
