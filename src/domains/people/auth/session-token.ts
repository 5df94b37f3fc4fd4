/**
 * The opaque session token: `kid.random.mac`. The random part is a 256-bit secret whose hash finds the session. The mac
 * reveals a forged token without a look-up. Tokens older than this format are the bare secret.
 */
import { equalInConstantTime, hmacBy, randomToken, sha256 } from '@/shared/crypto';
import type { Keyring, RootKey } from '@/shared/keys';

const TOKEN = /^([0-9a-f]{8})\.([\w-]{43})\.([\w-]{43})$/;
const BARE_SECRET = /^[\w-]{43}$/;

export interface SessionToken {
  readonly secret: string;
  /** The current key, its predecessor, or a key we no longer have: then only a look-up can verify the token. */
  readonly signedBy: 'current' | 'previous' | 'unknown';
}

/** The value of `auth_sessions.token_hash`. */
export const hashOf = (secret: string) => sha256(secret);

export const newSecret = () => randomToken();

/** A session has one secret, so signing it again with another key gives a token of the same session. */
export function signSessionToken({ signing: [key] }: Keyring, secret: string): string {
  return `${key.kid}.${secret}.${macOf(key, secret)}`;
}

/** No I/O. Returns undefined if the format is wrong, or if a key that we have did not sign it. */
export function readSessionToken({ signing }: Keyring, token: string): SessionToken | undefined {
  if (BARE_SECRET.test(token)) return { secret: token, signedBy: 'unknown' };
  const [, kid, secret, mac] = TOKEN.exec(token) ?? [];
  if (secret === undefined || mac === undefined) return undefined;
  const key = signing.find((candidate) => candidate.kid === kid);
  if (!key) return { secret, signedBy: 'unknown' };
  if (!equalInConstantTime(mac, macOf(key, secret))) return undefined;
  return { secret, signedBy: key === signing[0] ? 'current' : 'previous' };
}

function macOf(key: RootKey, secret: string): string {
  return hmacBy(key, 'session-token', `${key.kid}.${secret}`);
}
