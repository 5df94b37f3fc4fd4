/**
 * What an `Authorization` header claims, without I/O: the limiter counts by it before anything is looked up.
 */
import type { Context } from '@/contracts/context';
import type { Actor } from '@/shared/actor';
import { TOKEN_CHARACTERS_MAX } from '@/shared/tokens';
import { readAccessToken } from './access-token';
import { readSessionToken, type SessionToken } from './session-token';

export type Claim =
  | { readonly kind: 'none' }
  /** Another scheme than Bearer. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'access'; readonly actor: Actor }
  /** A JWT that is not ours or no longer good. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'session'; readonly token: SessionToken | undefined };

/** What a client without a token sends when it writes out an empty variable. */
const NO_TOKEN = /^["'(]?(null|undefined|none|nil|nan|false|\[object \w+\])?["')]?$/i;
/** Its header is base64url of `{"…`; what is before the dot of a session token is hexadecimal. */
const JWT = /^eyJ[^.]*\./;

/** Reads an Authorization header. Only an access token is verified here: a session token is looked up later. */
export async function readBearer(ctx: Context, authorization: string | null): Promise<Claim> {
  if (authorization === null || NO_TOKEN.test(authorization)) return { kind: 'none' };
  const [, scheme = '', token = ''] = /^(\S+)\s*(.*)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'bearer') return { kind: 'foreign' };
  if (NO_TOKEN.test(token)) return { kind: 'none' };
  if (token.length > TOKEN_CHARACTERS_MAX) return { kind: 'invalid' };
  if (JWT.test(token)) {
    const actor = await readAccessToken(ctx, token);
    return actor ? { kind: 'access', actor } : { kind: 'invalid' };
  }
  return { kind: 'session', token: readSessionToken(ctx.config.keys, token) };
}
