/** Measures what the hot endpoints cost in D1, on a database of realistic size, by D1's own figures. */
import { resolve } from 'node:path';
import { Client } from '../local/client.ts';
import { ROOT } from '../local/home.ts';
import { startWorker } from '../local/miniflare.ts';
import type { Counts } from './counting-d1.ts';
import { type Asked, moneySteps } from './money.ts';
import { VARS } from './plan.ts';
import { LIVE_STREAM_ID } from './population.ts';
import { grouped, median, printTable } from './table.ts';

const PORT = 18_784;
const TIMES = 5;

/** @param state folder with a database of realistic size, which this changes */
export async function benchDatabase(state: string): Promise<void> {
  const origin = `http://localhost:${PORT}`;
  const bundle = resolve(ROOT, 'dist/bench/worker.js');
  const server = await startWorker({ bindings: { ...VARS, PUBLIC_URL: origin }, port: PORT, bundle, state });
  try {
    const database = await server.getD1Database('DB');
    const anyone = new Client(origin);
    const account = { email: 'viewer1@footlight.test', password: VARS.DEMO_PASSWORD };
    const viewer = await anyone.signIn(account.email, account.password);
    const creator = await anyone.signIn('creator1@footlight.test', VARS.DEMO_PASSWORD);
    const { id } = await creator.call('POST', '/sessions', { title: 'Measured' });
    await creator.call('POST', `/sessions/${id}/start`);

    const asked: readonly Asked[] = [
      { name: 'sign-in', ask: () => anyone.call('POST', '/auth/login', account) },
      { name: 'GET /viewer/live', ask: () => anyone.call('GET', '/viewer/live') },
      { name: 'GET /stream/:id', ask: () => anyone.call('GET', `/stream/${LIVE_STREAM_ID}`) },
      { name: 'join, as a guest', ask: () => anyone.call('POST', `/stream/${LIVE_STREAM_ID}/join`) },
      { name: 'join, signed in', ask: () => viewer.call('POST', `/stream/${LIVE_STREAM_ID}/join`) },
      { name: 'public feed', ask: () => anyone.call('GET', '/content/feed/public') },
      { name: 'public feed, trending', ask: () => anyone.call('GET', '/content/feed/public?sort=trending') },
      ...(await feedSteps(database, viewer)),
      {
        name: 'chat message over HTTP',
        ask: (time) => viewer.call('POST', `/sessions/${id}/chat`, { text: `Message ${time}` }),
      },
      ...(await moneySteps(origin, database, { viewer, creator, streamId: id })),
    ];
    const rows: string[][] = [];
    for (const one of asked) rows.push([one.name, ...(await measure(origin, one))]);
    printTable(['', 'statements', 'round trips', 'rows read', 'rows written', 'ms'], rows);
  } finally {
    await server.dispose();
  }
}

/** The personal feed of a user who follows nobody, one creator or many. */
async function feedSteps(database: D1Database, reader: Client): Promise<Asked[]> {
  const { id } = await reader.call('GET', '/user/profile');
  const follow = (count: number) => async () => {
    await database.prepare('DELETE FROM follows WHERE follower_id = ?').bind(id).run();
    await database
      .prepare(
        `INSERT INTO follows (follower_id, creator_id, created_at)
         SELECT ?, id, 0 FROM users WHERE username GLOB 'crowd*' ORDER BY id LIMIT ?`,
      )
      .bind(id, count)
      .run();
  };
  return [0, 1, 2_000].map((count) => ({
    name: `personal feed, ${count} followed`,
    prepare: follow(count),
    ask: () => reader.call('GET', '/content/feed'),
  }));
}

async function measure(origin: string, { prepare, ask }: Asked): Promise<string[]> {
  const all: (Counts & { ms: number })[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    await prepare?.();
    await fetch(`${origin}/bench/reset`);
    const startedAt = performance.now();
    await ask(time);
    const ms = performance.now() - startedAt;
    all.push({ ...((await (await fetch(`${origin}/bench/counts`)).json()) as Counts), ms }); // worker.ts returns them
  }
  const names = ['statements', 'calls', 'rowsRead', 'rowsWritten', 'ms'] as const;
  return names.map((name) => grouped(median(all.map((one) => one[name]))));
}
