/**
 * Reads what an `Authorization` header claims. No I/O: the rate limiter needs the claim before any look-up.
 */
import type { Context } from '@/contracts/context';
import type { Actor } from '@/shared/actor';
import { TOKEN_CHARACTERS_MAX } from '@/shared/tokens';
import { readAccessToken } from './access-token';
import { readRestrictedToken } from './restricted-token';
import { readSessionToken, type SessionToken } from './session-token';

export type Claim =
  | { readonly kind: 'none' }
  /** A scheme other than Bearer. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'access'; readonly actor: Actor }
  /** A banned user's. */
  | { readonly kind: 'restricted'; readonly userId: string }
  /** A JWT that is not ours or has expired. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'session'; readonly token: SessionToken | undefined };

/** Matches what a client sends when it prints an empty variable instead of a token. */
const NO_TOKEN = /^["'(]?(null|undefined|none|nil|nan|false|\[object \w+\])?["')]?$/i;
/** A JWT starts with base64url of `{"`; a session token starts with hexadecimal digits. */
const JWT = /^eyJ[^.]*\./;

/** Verifies JWTs only: a session token needs a look-up, which comes later. */
export async function readBearer(ctx: Context, authorization: string | null): Promise<Claim> {
  if (authorization === null || NO_TOKEN.test(authorization)) return { kind: 'none' };
  const [, scheme = '', token = ''] = /^(\S+)\s*(.*)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'bearer') return { kind: 'foreign' };
  if (NO_TOKEN.test(token)) return { kind: 'none' };
  if (token.length > TOKEN_CHARACTERS_MAX) return { kind: 'invalid' };
  if (JWT.test(token)) {
    const actor = await readAccessToken(ctx, token);
    if (actor) return { kind: 'access', actor };
    const userId = await readRestrictedToken(ctx, token);
    return userId === undefined ? { kind: 'invalid' } : { kind: 'restricted', userId };
  }
  return { kind: 'session', token: readSessionToken(ctx.config.keys, token) };
}
