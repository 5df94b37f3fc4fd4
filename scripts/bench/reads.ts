/**
 * Measures reads per second over HTTP on the built bundle, and on a bare Worker that repeats Footlight's recorded D1
 * calls. The two take turns, one second each, with one reader and with twenty at once; results are medians.
 */
import { cpSync } from 'node:fs';
import { resolve } from 'node:path';
import { BUNDLE, importSource } from '../local/bundle.ts';
import { ROOT } from '../local/home.ts';
import { type Miniflare, startWorker } from '../local/miniflare.ts';
import { DEPLOYED_VARS } from './plan.ts';
import type { Stage } from './recording-d1.ts';
import { grouped, median, printTable } from './table.ts';

const READERS = [1, 20];
const WARM_SECONDS = 0.5;
const FOLLOWED = [0, 1, 2_000];
const PORTS = { recorder: 18_788, footlight: 18_789, bare: 18_790 } as const;
/** A creator of the population who is live and has fifty followers. */
const CREATOR = { id: '01900000-0000-7000-8001-000000000007', username: 'crowd7' };

interface Read {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A read of one of the two servers. */
type Ask = () => Promise<Response>;

export async function benchReads(state: string, { runs, seconds }: { runs: number; seconds: number }): Promise<void> {
  const { reads, records } = await record(state);
  cpSync(state, `${state}-bare`, { recursive: true }); // SQLite allows one writer, so each server needs its own copy
  const servers: Miniflare[] = [];
  try {
    servers.push(await serve('footlight', state, BUNDLE));
    servers.push(await serve('bare', `${state}-bare`, resolve(ROOT, 'dist/bench/bare-reads.js')));
    const rows: string[][] = [];
    for (const [index, read] of reads.entries()) {
      const bareUrl = `${originOf('bare')}/${index}`;
      await fetch(bareUrl, { method: 'PUT', body: JSON.stringify(records[index]) });
      const own: Ask = () => fetch(`${originOf('footlight')}/api/v1${read.path}`, { headers: read.headers });
      const bare: Ask = () => fetch(bareUrl);
      for (const readers of READERS) rows.push([read.name, ...(await compare(own, bare, readers, runs * seconds))]);
    }
    printTable(['', 'readers', 'reads/s', 'bare Worker', 'ratio'], rows);
  } finally {
    for (const server of servers) await server.dispose();
  }
}

/** The reads to measure, and the D1 calls that the real Worker makes for each. */
async function record(state: string): Promise<{ reads: Read[]; records: (readonly Stage[])[] }> {
  const server = await serve('recorder', state, resolve(ROOT, 'dist/bench/worker.js'));
  try {
    const reads = await listReads(await server.getD1Database('DB'));
    const records: (readonly Stage[])[] = [];
    for (const read of reads) records.push(await recordOne(read));
    return { reads, records };
  } finally {
    await server.dispose();
  }
}

async function recordOne({ name, path, headers }: Read): Promise<readonly Stage[]> {
  const origin = originOf('recorder');
  await fetch(`${origin}/bench/reset`);
  const response = await fetch(`${origin}/api/v1${path}`, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${name} failed with ${response.status}: ${text}`);
  const stages = (await (await fetch(`${origin}/bench/record`)).json()) as Stage[]; // worker.ts returns them
  const questions = stages.flat().flatMap((call) => call.questions);
  const isRead = questions.length > 0 && questions.every(({ sql }) => /^\s*(select|with)\b/i.test(sql));
  if (!isRead) throw new Error(`${name} does not only read: ${JSON.stringify(questions)}`);
  return stages;
}

async function listReads(database: D1Database): Promise<Read[]> {
  const { makeCast } = await importSource<typeof import('./senders.ts')>('scripts/bench/senders.ts');
  const { senders } = await makeCast(database, DEPLOYED_VARS, FOLLOWED.length);
  const feeds: Read[] = [];
  for (const [index, { userId, accessToken }] of senders.entries()) {
    const followed = FOLLOWED[index] ?? 0;
    await database
      .prepare(
        `INSERT INTO follows (follower_id, creator_id, created_at)
         SELECT ?, id, 0 FROM users WHERE username GLOB 'crowd*' ORDER BY id LIMIT ?`,
      )
      .bind(userId, followed)
      .run();
    const headers = { authorization: `Bearer ${accessToken}` };
    feeds.push({ name: `personal feed, ${grouped(followed)} followed`, path: '/content/feed', headers });
  }
  return [
    { name: 'public feed', path: '/content/feed/public', headers: {} },
    ...feeds,
    { name: 'search of all kinds', path: '/search?type=users,streams,posts&q=about', headers: {} },
    { name: 'profile', path: `/users/${CREATOR.id}`, headers: {} },
  ];
}

function originOf(kind: keyof typeof PORTS): string {
  return `http://localhost:${PORTS[kind]}`;
}

function serve(kind: keyof typeof PORTS, state: string, bundle: string): Promise<Miniflare> {
  // Rate limits would stop this load.
  return startWorker({ bindings: DEPLOYED_VARS, state, port: PORTS[kind], bundle, unlimited: true });
}

async function compare(own: Ask, bare: Ask, readers: number, rounds: number): Promise<string[]> {
  const rates: { own: number; bare: number }[] = [];
  for (const ask of [own, bare]) await load(ask, readers, WARM_SECONDS);
  for (let round = 0; round < rounds; round += 1)
    rates.push({ own: await load(own, readers, 1), bare: await load(bare, readers, 1) });
  const [ownRate, bareRate] = [median(rates.map((rate) => rate.own)), median(rates.map((rate) => rate.bare))];
  return [String(readers), grouped(ownRate), grouped(bareRate), (ownRate / bareRate).toFixed(2)];
}

/** Each reader sends one request after another. Returns the responses per second. */
async function load(ask: Ask, readers: number, seconds: number): Promise<number> {
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  let answered = 0;
  const read = async () => {
    while (performance.now() < until) {
      const response = await ask();
      const text = await response.text();
      if (!response.ok) throw new Error(`A read failed with ${response.status}: ${text}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: readers }, read));
  return (answered * 1_000) / (performance.now() - startedAt);
}
