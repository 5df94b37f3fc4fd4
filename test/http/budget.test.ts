/**
 * What the hot endpoints cost in D1 on a platform of 10,000 users: the number of statements does not grow with the
 * data, and the rows read stay within a small multiple of the page. A budget that must rise wants a reason.
 */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomAddress } from '#test/support/api';
import { asCreator, asViewer } from '#test/support/users';
import { app } from '@/app';
import type { Env } from '@/config';
import { hashPassword } from '@/domains/auth/passwords';
import { deliverOutbox } from '@/queues/outbox';
import { openRooms } from '@/room/rooms';
import { type Counts, makeCountingD1, readCounts, resetCounts } from '../../scripts/bench/counting-d1';
import { LIVE_STREAM_ID, LIVE_STREAMS, POPULATION, STREAMS } from '../../scripts/bench/population';

const PAGE_SIZE = 20;
const counted = { ...env, DB: makeCountingD1(env.DB) } as Env;

async function ask(method: string, path: string, headers: Record<string, string> = {}, body?: unknown) {
  const execution = createExecutionContext();
  const request = new Request(`http://localhost:8787/api/v1${path}`, {
    method,
    headers: { 'cf-connecting-ip': randomAddress(), 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  resetCounts();
  const surroundings = {
    waitUntil: (work: Promise<unknown>) => execution.waitUntil(work),
    rooms: openRooms(env.ROOMS),
    deliver: deliverOutbox,
  };
  const response = await app.fetch(request, { env: counted, surroundings }, execution);
  const { data } = await response.json<{ data: never }>();
  await waitOnExecutionContext(execution);
  return { status: response.status, data, counts: readCounts() };
}

function expectWithin(counts: Counts, budget: Pick<Counts, 'statements' | 'rowsRead' | 'rowsWritten'>) {
  expect(counts.statements).toBeLessThanOrEqual(budget.statements);
  expect(counts.rowsRead).toBeLessThanOrEqual(budget.rowsRead);
  expect(counts.rowsWritten).toBeLessThanOrEqual(budget.rowsWritten);
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
    expectWithin(answer.counts, { statements: 4, rowsRead: 6, rowsWritten: 6 });
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
  ])('a search for %s reads no more where a word is in each of them: %s', async (type, q) => {
    const { headers } = await asViewer();
    for (const path of [1, 20, 100].map((perPage) => `/search?type=${type}&q=${q}&perPage=${perPage}`)) {
      const answer = await ask('GET', path, headers);
      expect(answer.status).toBe(200);
      const pages: { items: unknown[]; pagination: { perPage: number } }[] = Object.values(answer.data);
      const perPage = pages[0]?.pagination.perPage ?? 0;
      expectWithin(answer.counts, { statements: pages.length, rowsRead: 20 * perPage * pages.length, rowsWritten: 0 });
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

  it('a join is a few rows, for a guest and for an account', async () => {
    const viewer = await asViewer();
    for (const headers of [undefined, viewer.headers]) {
      const answer = await ask('POST', `/stream/${LIVE_STREAM_ID}/join`, headers);
      expect(answer.status).toBe(200);
      expectWithin(answer.counts, { statements: 3, rowsRead: 12, rowsWritten: 0 });
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
