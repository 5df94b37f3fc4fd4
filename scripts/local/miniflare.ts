/**
 * Runs the bundled Worker locally, in workerd by Miniflare. It listens on a direct socket, because the proxies of
 * `wrangler dev` cost nine tenths of the speed. Bindings come from wrangler.toml, so they are defined only once.
 */
import { lookup } from 'node:dns/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { Miniflare, V4MiniflareOptions } from 'miniflare';
import { BUNDLE, quiet } from './bundle.ts';
import { ROOT } from './home.ts';

Object.assign(process.env, quiet); // before wrangler is loaded, because it reads them once
const { unstable_getMiniflareWorkerOptions: readWrangler, unstable_splitSqlQuery: splitSql } = await import('wrangler');
// Uses wrangler's own Miniflare, because another version might behave differently.
const require = createRequire(createRequire(import.meta.url).resolve('wrangler'));
const miniflare = require('miniflare') as typeof import('miniflare');

export type { Miniflare };

const MIGRATIONS = resolve(ROOT, 'migrations');

export interface Options {
  readonly bindings: Readonly<Record<string, string>>;
  /** Folder for D1, R2 and the rooms. Without it, they are lost when the process ends. */
  readonly state?: string;
  /** Without it, nothing listens. */
  readonly port?: number;
  readonly bundle?: string;
  /** Turns rate limits off, for load tests. */
  readonly unlimited?: boolean;
  /** Called for each line that the Worker logs. */
  readonly onLog?: (level: string, message: string) => void;
}

/** Resolves once the Worker runs and listens, if it has a port. */
export async function startWorker(options: Options): Promise<Miniflare> {
  const running = new miniflare.Miniflare(workerOptions(options));
  await running.ready;
  return running;
}

/**
 * Runs the cron job. NOTE: do not use `getWorker` or other proxies of Miniflare. They block Node until workerd
 * responds, and workerd blocks until Node reads its logs once a pipe is full, so enough requests make a deadlock.
 */
export async function runScheduled(running: Miniflare): Promise<void> {
  const response = await running.dispatchFetch('http://localhost/cdn-cgi/local/scheduled?cron=*+*+*+*+*');
  const outcome = await response.text();
  if (!response.ok) throw new Error(`The minute's sweeps failed: ${outcome}`);
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
    cf: false, // otherwise Miniflare fetches it from the network
    unsafeTriggerHandlers: true, // only at Miniflare's own address
    log: new miniflare.NoOpLog(),
    ...(state ? { resourcePersistencePath: state } : {}),
  };
}

function readBindings(): Record<string, unknown> & { bindings?: Record<string, unknown> } {
  const { workerOptions } = readWrangler(resolve(ROOT, 'wrangler.toml'));
  return workerOptions as ReturnType<typeof readBindings>; // its own types name packages that are not installed
}

/** Wrangler returns options in Miniflare 4's format. */
function convert(options: object) {
  return miniflare.convertV4MiniflareOptions(options as V4MiniflareOptions); // a union too wide to build in pieces
}

/** Migration files, in the order in which they are applied. */
export function listMigrations(): string[] {
  return readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}

/**
 * Applies pending migrations, each as one transaction, and returns their names. It records them as wrangler does, so
 * `wrangler d1 migrations` continues from there.
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
      throw new Error(`${name} could not be applied: ${error.message}`, { cause: error });
    });
  }
  return pending;
}

/** Opens the local database, for scripts that need no server. */
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

/** Whether the port is free at all of localhost's addresses. */
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
