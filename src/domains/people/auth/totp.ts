/** Time-based one-time passwords (RFC 6238) as authenticator apps make them: SHA-1, six digits, 30 seconds. */
import { Secret, TOTP } from 'otpauth';
import { SECOND_MS } from '@/shared/time';

const ISSUER = 'Footlight';
const PERIOD_SECONDS = 30;
/** A clock may be one step ahead or behind. */
const WINDOW_STEPS = 1;

/** A new secret in Base32, with 160 random bits as RFC 4226 recommends. */
export function newTotpSecret(): string {
  return new Secret().base32;
}

/** What an authenticator app reads from a QR code. */
export function totpUri(secret: string, username: string): string {
  return totp(secret, username).toString();
}

/** The 30-second step whose code this is, within a step of now; nothing if it is none. */
export function findTotpStep(secret: string, code: string, now: number): number | undefined {
  const delta = totp(secret).validate({ token: code, timestamp: now, window: WINDOW_STEPS });
  return delta === null ? undefined : Math.floor(now / (PERIOD_SECONDS * SECOND_MS)) + delta;
}

function totp(secret: string, label = 'account'): TOTP {
  return new TOTP({ issuer: ISSUER, label, algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS, secret });
}
