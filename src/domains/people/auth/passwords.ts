/**
 * Passwords at rest: scrypt, its parameters in the hash, so that they can rise and old hashes still verify.
 * Verifying costs the same whether or not there is a hash to verify against.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Parameters {
  /** log2 of the cost. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's setting for 16 MB: a Worker has 128 MB for everything. */
const CURRENT: Parameters = { ln: 14, r: 8, p: 5 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** Over twice what CURRENT takes, as node counts it. */
const MEMORY_BYTES_MAX = 64 * 1_024 * 1_024;

/** Of no password: its key is all zeros, which no password is known to give. */
const DUMMY = format(CURRENT, Buffer.alloc(SALT_BYTES), Buffer.alloc(KEY_BYTES));

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return format(CURRENT, salt, await derive(password, salt, CURRENT));
}

/** False where there is no hash, after the same work. */
export async function verifyPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const { parameters, salt, key } = parse(hashOrDummy(hash));
  const right = timingSafeEqual(await derive(password, salt, parameters), key);
  return right && Boolean(hash);
}

/** What a password is held against where there is no hash: a dummy of the same parameters. */
export function hashOrDummy(hash: string | null | undefined): string {
  return hash ?? DUMMY;
}

/** Whether the hash was made with other parameters than today's. */
export function needsRehash(hash: string): boolean {
  const { ln, r, p } = parse(hash).parameters;
  return ln !== CURRENT.ln || r !== CURRENT.r || p !== CURRENT.p;
}

function derive(password: string, salt: Buffer, { ln, r, p }: Parameters): Promise<Buffer> {
  const options = { N: 2 ** ln, r, p, maxmem: MEMORY_BYTES_MAX };
  return new Promise((resolve, reject) => {
    // Two keyboards may write one letter in two ways; the person typed the same.
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function format({ ln, r, p }: Parameters, salt: Buffer, key: Buffer): string {
  return `scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

function parse(hash: string): { parameters: Parameters; salt: Buffer; key: Buffer } {
  const match = /^scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/.exec(hash);
  if (!match) throw new Error('A stored password hash is not of a known form');
  const [, ln, r, p, salt = '', key = ''] = match;
  return {
    parameters: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  };
}
