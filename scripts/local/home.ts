/**
 * Locates the project, and the folder with its `.dev.vars` and its state. Tests set FOOTLIGHT_HOME to use their own
 * folder.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ParseArgsOptionsConfig, parseArgs, parseEnv, stripVTControlCharacters } from 'node:util';
import { Secret } from 'otpauth';

export const ROOT = resolve(import.meta.dirname, '../..');
const HOME = resolve(ROOT, process.env.FOOTLIGHT_HOME ?? '.');
const DEV_VARS = resolve(HOME, '.dev.vars');
/** The same folder that wrangler uses, so `wrangler d1 execute --local` sees the same database. */
export const STATE = resolve(HOME, '.wrangler/state/v3');

const LOCK = resolve(HOME, '.wrangler/server.lock');

const PORT_DEFAULT = 8_787;

export function readPort(): number {
  const port = Number(process.env.PORT || PORT_DEFAULT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    fail(`PORT must be a number from 1 to 65535, not "${process.env.PORT}".`);
  return port;
}

export interface DevVars {
  readonly [name: string]: string;
  /** The password of every demo account. The Worker itself does not read it. */
  readonly DEMO_PASSWORD: string;
  /** The secret of the demo staff's authenticator app, as Base32. The Worker itself does not read it. */
  readonly DEMO_TOTP_SECRET: string;
}

const secret = () => randomBytes(32).toString('base64url');

/** The first `.dev.vars` on a machine. Secrets are generated, so that none is in the repository. */
const FIRST_VARS: Readonly<Record<string, () => string>> = {
  ENVIRONMENT: () => 'development',
  JWT_SECRET: secret,
  ENCRYPTION_KEY: secret,
  FRONTEND_URL: () => '', // empty: links in mails open the Worker's own pages
  CORS_ORIGIN: () => 'http://localhost:5173,http://localhost:3000',
  OWNER_EMAIL: () => 'owner@footlight.test',
  STREAM_GRACE_SECONDS: () => '5',
  LIVEKIT_URL: () => process.env.LIVEKIT_URL ?? 'ws://localhost:7880',
  LIVEKIT_API_KEY: () => 'devkey',
  LIVEKIT_API_SECRET: () => 'secret', // the secret of `livekit-server --dev`
};

/** How everyone signs in to the demo world. */
const DEMO_VARS: Readonly<Record<string, () => string>> = {
  DEMO_PASSWORD: () => randomBytes(9).toString('base64url'),
  DEMO_TOTP_SECRET: () => new Secret().base32,
};

/**
 * Reads `.dev.vars`. Creates it with random secrets if it does not exist, and adds secrets that are missing or empty,
 * as in a copy of `.dev.vars.example`. `renewed` means that a demo credential is new.
 */
export function ensureDevVars(): { vars: DevVars; renewed: boolean } {
  if (!existsSync(DEV_VARS))
    append('# For this machine only. Written by npm start; delete it to get new secrets.', ...lines(FIRST_VARS));
  for (const name of ['JWT_SECRET', 'ENCRYPTION_KEY']) if (!readVars()[name]) append(...lines({ [name]: secret }));
  if (readVars().VAPID_PUBLIC_KEY === undefined) append(...lines(pushVars()));
  const missing = Object.entries(DEMO_VARS).filter(([name]) => !readVars()[name]);
  if (missing.length > 0) append(...lines(Object.fromEntries(missing)));
  return { vars: readVars() as DevVars, renewed: missing.length > 0 }; // the lines above added all of them
}

/** A key pair for Web Push: the public key as an uncompressed point, as browsers expect it, and the private scalar. */
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
 * Locks the state for this server until its process ends, because two servers would overwrite each other's files. It is
 * an SQLite lock, so the system releases it even after a crash.
 */
export function holdWorld(): void {
  mkdirSync(resolve(HOME, '.wrangler'), { recursive: true });
  const lock = new DatabaseSync(LOCK);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch {
    fail(`Another npm start is using the data in ${HOME}. Stop it first, or set FOOTLIGHT_HOME to another folder.`);
  }
  process.on('exit', () => lock.close());
}

/** The arguments after `npm run … --`. */
export function readArguments<const T extends ParseArgsOptionsConfig>(options: T) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return fail((error as Error).message); // parseArgs throws only Errors
  }
}

/** For a promise's `catch`: prints the error and ends the script. @param what describes what failed */
export function failAt(what: string): (error: Error & { stderr?: string }) => never {
  return ({ stderr, message }) => fail(`${what}: ${stripVTControlCharacters(stderr || message).trim()}`);
}

/** Prints the message and exits with 1. */
export function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
