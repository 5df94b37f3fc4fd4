/**
 * Password hashes by scrypt. A hash contains its parameters, so they can be raised and old hashes still verify.
 * Verification takes the same time whether or not there is a hash.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Parameters {
  /** log2 of the cost. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's recommended setting for 16 MB: a Worker has 128 MB in total. */
const CURRENT: Parameters = { ln: 14, r: 8, p: 5 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** More than twice what CURRENT needs, as Node counts it. */
const MEMORY_BYTES_MAX = 64 * 1_024 * 1_024;

/** Matches no password: its key is all zeros, which no known password produces. */
const DUMMY = format(CURRENT, Buffer.alloc(SALT_BYTES), Buffer.alloc(KEY_BYTES));

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return format(CURRENT, salt, await derive(password, salt, CURRENT));
}

/** Returns false without a hash, after the same amount of work. */
export async function verifyPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const { parameters, salt, key } = parse(hashOrDummy(hash));
  const right = timingSafeEqual(await derive(password, salt, parameters), key);
  return right && Boolean(hash);
}

/** Replaces a missing hash by a dummy with the same parameters, so that verification takes the same time. */
export function hashOrDummy(hash: string | null | undefined): string {
  return hash ?? DUMMY;
}

/** Whether the hash was made with parameters other than the current ones. */
export function needsRehash(hash: string): boolean {
  const { ln, r, p } = parse(hash).parameters;
  return ln !== CURRENT.ln || r !== CURRENT.r || p !== CURRENT.p;
}

function derive(password: string, salt: Buffer, { ln, r, p }: Parameters): Promise<Buffer> {
  const options = { N: 2 ** ln, r, p, maxmem: MEMORY_BYTES_MAX };
  return new Promise((resolve, reject) => {
    // Two keyboards may encode the same letter differently.
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
  if (!match) throw new Error('A stored password hash has an unknown format');
  const [, ln, r, p, salt = '', key = ''] = match;
  return {
    parameters: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  };
}
