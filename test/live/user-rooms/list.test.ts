/** The lists of rooms: what is found, in which order, and what it costs on a platform with 10,000 open rooms. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { client, randomAddress } from '#test/support/api';
import { entry } from '#test/support/app';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { aRoom } from '#test/support/user-rooms';
import { asViewer, type Person } from '#test/support/users';
import { app } from '@/app';
import type { Env } from '@/config';
import { recordUserRoomCount } from '@/domains/live/rooms/figures';
import { userRooms } from '@/domains/live/user-rooms/tables';
import { newId } from '@/shared/ids';
import { makeCountingD1, readCounts, resetCounts } from '../../../scripts/bench/counting-d1';

const titles = (answer: { data: { items: { title: string }[] } }) => answer.data.items.map(({ title }) => title);

describe('the open rooms', () => {
  it('are found by words, topic and language, the fullest first', async () => {
    const host = await asViewer();
    const word = `w${newId().replaceAll('-', '')}`;
    const small = await aRoom(host, { title: `Quiet ${word}`, topic: 'Jazz', language: 'de' });
    const large = await aRoom(host, { title: `Loud ${word}`, topic: 'Rock', language: 'en' });
    await aRoom(host, { title: `Hidden ${word}`, isPrivate: true });
    await recordUserRoomCount(testContext(), large.id, 5);
    await recordUserRoomCount(testContext(), small.id, 3);
    const list = async (query: string) => titles(await client().get(`rooms?${query}`));
    expect(await list(`q=${word}`)).toEqual([`Loud ${word}`, `Quiet ${word}`]);
    expect(await list(`q=${word.slice(0, 20)}`)).toHaveLength(2); // its beginning
    expect(await list(`q=jazz ${word}`)).toEqual([`Quiet ${word}`]);
    expect(await list(`q=${word}&topic=rock`)).toEqual([`Loud ${word}`]);
    expect(await list(`q=rock&topic=${word}`)).toEqual([]);
    expect(await list(`q=${word}&language=DE`)).toEqual([`Quiet ${word}`]);
    expect(await list(`q=${encodeURIComponent('" OR *')}`)).toEqual([]);
    const page = (await client().get(`rooms?q=${word}&perPage=1&page=2`)).data;
    expect(page).toMatchObject({ items: [{ id: small.id }], pagination: { total: 2, totalPages: 2 } });
  });

  it('leave out those that closed, and those of hosts behind a block', async () => {
    standInForLiveKit();
    const [host, reader] = [await asViewer(), await asViewer()];
    const word = `w${newId().replaceAll('-', '')}`;
    const { id } = await aRoom(host, { title: word });
    expect(titles(await reader.get(`rooms?q=${word}`))).toEqual([word]);
    await reader.post(`social/block/${host.userId}`);
    expect(titles(await reader.get(`rooms?q=${word}`))).toEqual([]);
    await reader.delete(`social/block/${host.userId}`);
    await host.post(`rooms/${id}/close`);
    expect(titles(await reader.get(`rooms?q=${word}`))).toEqual([]);
  });
});

it('my rooms are those I opened, and those that take me in, by cursor', async () => {
  standInForLiveKit();
  const [me, host] = [await asViewer(), await asViewer()];
  const own = await aRoom(me, { title: 'Own' });
  await me.post(`rooms/${own.id}/close`);
  const first = await aRoom(host, { title: 'Member', isPrivate: true });
  const second = await aRoom(host, { title: 'Co-host' });
  await host.put(`rooms/${first.id}/members/${me.userId}`);
  await host.put(`rooms/${second.id}`, { coHosts: [me.userId] });
  const all = [];
  for (let cursor = ''; ; ) {
    const { items, pagination } = (await me.get(`rooms/mine?perPage=1${cursor}`)).data;
    all.push(...items.map(({ title }: { title: string }) => title));
    if (pagination.nextCursor === null) break;
    cursor = `&cursor=${pagination.nextCursor}`;
  }
  expect(all).toEqual(['Co-host', 'Member', 'Own']);
});

describe('with 10,000 open rooms', () => {
  let reader: Person;
  beforeAll(async () => {
    const host = await asViewer();
    reader = await asViewer();
    const { id } = await aRoom(host, { title: 'One of many' });
    const columns = `creator_id, host_id, titled_by, title, max_members, created_at, updated_at`;
    await env.DB.batch([
      env.DB.prepare('DROP TRIGGER user_rooms_three_open'),
      env.DB.prepare(`
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO user_rooms (id, ${columns})
        SELECT printf('01900000-0000-7000-8005-%012d', i), creator_id, host_id, titled_by, 'Crowd ' || i, 10, 0, 0
        FROM n, user_rooms WHERE id = ?1`).bind(id),
      env.DB.prepare(`
        INSERT INTO user_room_live (room_id, viewer_count, crowd, updated_at)
        SELECT id, 1, 1, 0 FROM user_rooms WHERE id GLOB '01900000-0000-7000-8005-*'`),
    ]);
    expect(await testContext().db.$count(userRooms, eq(userRooms.hostId, host.userId))).toBe(10_001);
  }, 60_000);

  it.each([
    ['the first page', 'rooms?perPage=20', 45_000],
    ['a word that is in few titles', 'rooms?q=many', 2_000],
  ])('%s takes three statements and few rows', async (_name, path, rowsRead) => {
    const counted = { ...env, DB: makeCountingD1(env.DB) } as Env;
    const execution = createExecutionContext();
    const headers = { ...reader.headers, 'cf-connecting-ip': randomAddress() };
    const request = new Request(`http://localhost:8787/api/v1/${path}`, { headers });
    resetCounts();
    const response = await app.fetch(request, entry(counted, execution), execution);
    await waitOnExecutionContext(execution);
    expect(response.status).toBe(200);
    const counts = readCounts();
    expect(counts.statements).toBeLessThanOrEqual(5);
    expect(counts.rowsRead).toBeLessThanOrEqual(rowsRead);
  });
});
