/**
 * The opaque session token: `kid.random.mac`. The random part is a secret of 256 bits whose hash finds the session; the
 * mac shows a forged token without a look-up. Tokens from before this format are the bare secret.
 */
import { equalInConstantTime, hmacBy, randomToken, sha256 } from '@/shared/crypto';
import type { Keyring, RootKey } from '@/shared/keys';

const TOKEN = /^([0-9a-f]{8})\.([\w-]{43})\.([\w-]{43})$/;
const BARE_SECRET = /^[\w-]{43}$/;

export interface SessionToken {
  readonly secret: string;
  /** The key in use, its predecessor, or one we no longer have: then only a look-up tells whether the token is good. */
  readonly signedBy: 'current' | 'previous' | 'unknown';
}

/** What `auth_sessions.token_hash` holds. */
export const hashOf = (secret: string) => sha256(secret);

export const newSecret = () => randomToken();

/** A session has one secret; signed again under another key it is the same session's token. */
export function signSessionToken({ signing: [key] }: Keyring, secret: string): string {
  return `${key.kid}.${secret}.${macOf(key, secret)}`;
}

/** Without I/O. Nothing if it has another form, or names a key that we have and that did not sign it. */
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
