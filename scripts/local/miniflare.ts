/**
 * The Worker on one's own machine: the bundle in workerd by Miniflare, on a direct socket, without the proxies of
 * `wrangler dev` that cost nine tenths of the speed. Bindings come from wrangler.toml, so it is stated once.
 */
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

/** Answers once it listens. */
export async function startWorker(options: Options): Promise<Miniflare> {
  const running = new miniflare.Miniflare(workerOptions(options));
  await running.ready;
  return running;
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
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ]);
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

/** Whether nothing listens there yet. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolvePromise) => {
    const probe = createServer();
    probe.once('error', () => resolvePromise(false));
    probe.listen(port, 'localhost', () => probe.close(() => resolvePromise(true)));
  });
}
