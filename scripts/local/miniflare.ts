/**
 * The Worker on one's own machine: the bundle in workerd by Miniflare, on a direct socket, without the proxies of
 * `wrangler dev` that cost nine tenths of the speed. Bindings come from wrangler.toml, so it is stated once.
 */
import { lookup } from 'node:dns/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { Miniflare, V4MiniflareOptions } from 'miniflare';
import { BUNDLE, quiet } from './bundle.ts';
import { ROOT } from './home.ts';

Object.assign(process.env, quiet); // before wrangler is loaded: it reads them once
const { unstable_getMiniflareWorkerOptions: readWrangler, unstable_splitSqlQuery: splitSql } = await import('wrangler');
// Miniflare is wrangler's: another version would be another platform.
const require = createRequire(createRequire(import.meta.url).resolve('wrangler'));
const miniflare = require('miniflare') as typeof import('miniflare');

export type { Miniflare };

const MIGRATIONS = resolve(ROOT, 'migrations');

export interface Options {
  readonly bindings: Readonly<Record<string, string>>;
  /** Where D1, R2 and the rooms are kept; without it they are gone with the process. */
  readonly state?: string;
  /** Nothing listens without it. */
  readonly port?: number;
  readonly bundle?: string;
  /** Without rate limits: for a load that is one on purpose. */
  readonly unlimited?: boolean;
  /** A line that the Worker logs. */
  readonly onLog?: (level: string, message: string) => void;
}

/** Answers once it runs, and listens where it has a port. */
export async function startWorker(options: Options): Promise<Miniflare> {
  const running = new miniflare.Miniflare(workerOptions(options));
  await running.ready;
  return running;
}

/**
 * Runs what a cron would. NOTE: not by `getWorker` or anything else of Miniflare's that is a proxy: those block Node until
 * workerd answers, and workerd, when it has logged more than a pipe holds, waits for Node to read it. Both wait for ever
 * once there are requests enough.
 */
export async function runScheduled(running: Miniflare): Promise<void> {
  const response = await running.dispatchFetch('http://localhost/cdn-cgi/local/scheduled?cron=*+*+*+*+*');
  const outcome = await response.text();
  if (!response.ok) throw new Error(`The minute's sweeps ended with ${outcome}`);
}

export function workerOptions({
  bindings,
  state,
  port,
  bundle = BUNDLE,
  unlimited = false,
  onLog = () => {},
}: Options) {
  const fromWrangler = readBindings();
  return convert({
    ...fromWrangler,
    ...(unlimited ? { ratelimits: withoutLimit(fromWrangler) } : {}),
    ...shared(state),
    handleStructuredLogs: ({ level, message }: { level: string; message: string }) => onLog(level, message),
    modulesRoot: dirname(bundle),
    modules: [{ type: 'ESModule', path: bundle }],
    bindings: { ...fromWrangler.bindings, ...bindings },
    ...(port ? { unsafeDirectSockets: [{ host: 'localhost', port }] } : {}),
  });
}

function withoutLimit({ ratelimits }: Record<string, unknown>): unknown {
  const limited = Object.entries(ratelimits as Record<string, object>); // as wrangler.toml names them
  return Object.fromEntries(
    limited.map(([name, limit]) => [name, { ...limit, simple: { limit: Number.MAX_SAFE_INTEGER, period: 60 } }]),
  );
}

function shared(state: string | undefined) {
  return {
    name: 'footlight',
    rootPath: ROOT,
    cf: false, // it would be fetched
    unsafeTriggerHandlers: true, // at Miniflare's own address alone
    log: new miniflare.NoOpLog(),
    ...(state ? { resourcePersistencePath: state } : {}),
  };
}

function readBindings(): Record<string, unknown> & { bindings?: Record<string, unknown> } {
  const { workerOptions } = readWrangler(resolve(ROOT, 'wrangler.toml'));
  return workerOptions as ReturnType<typeof readBindings>; // its own types name packages that are not installed
}

/** wrangler states its options in the fourth version's words. */
function convert(options: object) {
  return miniflare.convertV4MiniflareOptions(options as V4MiniflareOptions); // a union too wide to build in pieces
}

/** In the order in which they are applied. */
export function listMigrations(): string[] {
  return readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}

/**
 * Applies what the database has not seen, each migration as one transaction, and answers their names. The books are
 * kept as wrangler keeps them, so `wrangler d1 migrations` goes on from here.
 */
export async function migrate(database: D1Database, names = listMigrations()): Promise<string[]> {
  await database.exec(
    'CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)',
  );
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  const pending = names.filter((name) => !applied.has(name));
  for (const name of pending) {
    const statements = splitSql(readFileSync(resolve(MIGRATIONS, name), 'utf8'));
    const batch = [
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ];
    await database.batch(batch).catch((error: Error) => {
      throw new Error(`${name} was not applied: ${error.message}`, { cause: error });
    });
  }
  return pending;
}

/** The local database, for a script that needs no server. */
export async function withDatabase<T>(state: string, work: (database: D1Database) => Promise<T>): Promise<T> {
  const { compatibilityDate, d1Databases } = readBindings();
  const worker = { script: 'export default {}', modules: true, compatibilityDate, d1Databases };
  const local = new miniflare.Miniflare(convert({ ...shared(state), ...worker }));
  try {
    return await work(await local.getD1Database('DB'));
  } finally {
    await local.dispose();
  }
}

/** Whether nothing listens there yet, at any of localhost's addresses. */
export async function isPortFree(port: number): Promise<boolean> {
  const addresses = await lookup('localhost', { all: true });
  const free = await Promise.all(addresses.map(({ address }) => isFree(port, address)));
  return free.every(Boolean);
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolvePromise) => {
    const probe = createServer();
    probe.once('error', ({ code }: NodeJS.ErrnoException) => resolvePromise(code === 'EADDRNOTAVAIL'));
    probe.listen(port, host, () => probe.close(() => resolvePromise(true)));
  });
}
