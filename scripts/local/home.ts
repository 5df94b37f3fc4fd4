/**
 * Where the local world stands: the project, and the folder that holds its `.dev.vars` and its state. A test gives
 * itself a world of its own with FOOTLIGHT_HOME.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ParseArgsOptionsConfig, parseArgs, parseEnv, stripVTControlCharacters } from 'node:util';

export const ROOT = resolve(import.meta.dirname, '../..');
const HOME = resolve(ROOT, process.env.FOOTLIGHT_HOME ?? '.');
const DEV_VARS = resolve(HOME, '.dev.vars');
/** wrangler's own, so that `wrangler d1 execute --local` sees the same database. */
export const STATE = resolve(HOME, '.wrangler/state/v3');

const LOCK = resolve(HOME, '.wrangler/server.lock');

const PORT_DEFAULT = 8_787;

export function readPort(): number {
  const port = Number(process.env.PORT || PORT_DEFAULT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    fail(`PORT must be a port number, not "${process.env.PORT}".`);
  return port;
}

export interface DevVars {
  readonly [name: string]: string;
  /** Of every account of the demo world; the Worker itself does not know it. */
  readonly DEMO_PASSWORD: string;
}

const secret = () => randomBytes(32).toString('base64url');

/** What stands for one's own machine. Secrets are made here, so that none is in the repository. */
const FIRST_VARS: Readonly<Record<string, () => string>> = {
  ENVIRONMENT: () => 'development',
  JWT_SECRET: secret,
  ENCRYPTION_KEY: secret,
  FRONTEND_URL: () => '', // none: the links in mails lead to the Worker's own pages
  CORS_ORIGIN: () => 'http://localhost:5173,http://localhost:3000',
  OWNER_EMAIL: () => 'owner@footlight.test',
  STREAM_GRACE_SECONDS: () => '5',
  LIVEKIT_URL: () => process.env.LIVEKIT_URL ?? 'ws://localhost:7880',
  LIVEKIT_API_KEY: () => 'devkey',
  LIVEKIT_API_SECRET: () => 'secret', // what `livekit-server --dev` has
};

/**
 * Reads `.dev.vars`; writes it with random secrets if there is none, and adds secrets that are missing or empty, as in a
 * copy of `.dev.vars.example`. `renewed`: the demo's password is a new one.
 */
export function ensureDevVars(): { vars: DevVars; renewed: boolean } {
  if (!existsSync(DEV_VARS))
    append('# Your own machine only. Written by npm start; delete it for new secrets.', ...lines(FIRST_VARS));
  for (const name of ['JWT_SECRET', 'ENCRYPTION_KEY']) if (!readVars()[name]) append(...lines({ [name]: secret }));
  if (readVars().VAPID_PUBLIC_KEY === undefined) append(...lines(pushVars()));
  const renewed = !readVars().DEMO_PASSWORD;
  if (renewed) append(...lines({ DEMO_PASSWORD: () => randomBytes(9).toString('base64url') }));
  return { vars: readVars() as DevVars, renewed }; // the lines above are there now
}

/** A key pair for Web Push: the point as browsers want it, and its scalar. */
function pushVars(): typeof FIRST_VARS {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return {
    VAPID_PUBLIC_KEY: () => point.toString('base64url'),
    VAPID_PRIVATE_KEY: () => d,
    VAPID_SUBJECT: () => 'mailto:owner@footlight.test',
  };
}

function readVars(): Record<string, string | undefined> {
  return parseEnv(readFileSync(DEV_VARS, 'utf8'));
}

function lines(vars: typeof FIRST_VARS): string[] {
  return Object.entries(vars).map(([name, value]) => `${name}=${value()}`);
}

function append(...text: string[]): void {
  const unfinished = existsSync(DEV_VARS) && !/(^|\n)$/.test(readFileSync(DEV_VARS, 'utf8'));
  mkdirSync(HOME, { recursive: true });
  appendFileSync(DEV_VARS, `${unfinished ? '\n' : ''}${text.join('\n')}\n`, { mode: 0o600 });
}

/**
 * For the server, until its process ends, however it does: two of them on the same files would write over each other.
 * The lock is SQLite's, so the system lets go of it.
 */
export function holdWorld(): void {
  mkdirSync(resolve(HOME, '.wrangler'), { recursive: true });
  const lock = new DatabaseSync(LOCK);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch {
    fail(`Another npm start uses the data in ${HOME}. End it first, or give this one a folder by FOOTLIGHT_HOME.`);
  }
  process.on('exit', () => lock.close());
}

/** The arguments after `npm run … --`. */
export function readArguments<const T extends ParseArgsOptionsConfig>(options: T) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return fail((error as Error).message); // parseArgs throws nothing else
  }
}

/** For a promise: whatever goes wrong ends the script. @param what did not work */
export function failAt(what: string): (error: Error & { stderr?: string }) => never {
  return ({ stderr, message }) => fail(`${what}: ${stripVTControlCharacters(stderr || message).trim()}`);
}

/** One clear line, and the end. */
export function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
