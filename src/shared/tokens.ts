/** Signed tokens (HS256). Every kind has its own audience and so its own key: none passes for another. */
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import type { Keyring } from './keys';

/** A token's purpose, which is also the name of its key. */
type TokenKind =
  | 'access'
  | 'refresh'
  | 'restricted'
  | 'challenge'
  | 'device'
  | 'guest'
  | 'pass'
  | 'resume'
  | 'verify-email'
  | 'reset-password'
  | 'media'
  | 'audio'
  | 'upload'
  | 'return';

type Claims = Record<string, unknown>;

/** @param now milliseconds since the epoch */
export async function signToken(
  keys: Keyring,
  kind: TokenKind,
  claims: Claims,
  ttlSeconds: number,
  now: number,
): Promise<string> {
  const [key] = keys.signing;
  const issuedAt = Math.floor(now / 1_000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: key.kid })
    .setAudience(kind)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ttlSeconds)
    .sign(await key.hmacKey(kind));
}

/** Longer than any of our tokens. Longer input is not parsed. */
export const TOKEN_CHARACTERS_MAX = 4_096;

/** The claims of a genuine, unexpired token of this kind; otherwise undefined. */
export async function verifyToken(
  keys: Keyring,
  kind: TokenKind,
  token: string,
  now: number,
): Promise<Claims | undefined> {
  if (token.length > TOKEN_CHARACTERS_MAX) return undefined;
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        const key = keys.signing.find((candidate) => candidate.kid === kid);
        if (!key) throw new errors.JWSInvalid('unknown key');
        return key.hmacKey(kind);
      },
      { audience: kind, algorithms: ['HS256'], currentDate: new Date(now) },
    );
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/**
 * The claims of a token signed with a key we never had or no longer have. They are unproven, so only trust a claim that
 * is itself a secret. Undefined if we have the key, because then the signature decides.
 */
export function readUnprovenClaims(keys: Keyring, kind: TokenKind, token: string, now: number): Claims | undefined {
  if (token.length > TOKEN_CHARACTERS_MAX) return undefined;
  try {
    const { kid } = decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    const isOfUnknownKey = kid !== undefined && keys.signing.every((key) => key.kid !== kid);
    const isLive = claims.aud === kind && Number(claims.exp) * 1_000 > now;
    return isOfUnknownKey && isLive ? claims : undefined;
  } catch {
    return undefined; // not a JWT
  }
}
