/**
 * Reads a second through HTTP on the built bundle, beside a bare Worker that asks D1 the very same: what Footlight asks
 * is recorded, not written a second time. Second by second in turn, medians, with one reader and with twenty at once.
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
/** Of each server: tokens are signed for one address. */
/** Of the population: live, and followed by fifty. */
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
  cpSync(state, `${state}-bare`, { recursive: true }); // SQLite has one writer, and each server is one
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

/** What there is to read, and what the real Worker asks D1 for each of it. */
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
  if (!response.ok) throw new Error(`${name} was answered with ${response.status}: ${text}`);
  const stages = (await (await fetch(`${origin}/bench/record`)).json()) as Stage[]; // worker.ts answers them
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
  // Limits guard against abuse, which this is.
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

/** Each reader asks again as soon as it is answered; answers how many a second were. */
async function load(ask: Ask, readers: number, seconds: number): Promise<number> {
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  let answered = 0;
  const read = async () => {
    while (performance.now() < until) {
      const response = await ask();
      const text = await response.text();
      if (!response.ok) throw new Error(`A read was answered with ${response.status}: ${text}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: readers }, read));
  return (answered * 1_000) / (performance.now() - startedAt);
}
