/** Time-based one-time passwords (RFC 6238) as authenticator apps generate them: SHA-1, six digits, 30 seconds. */
import { Secret, TOTP } from 'otpauth';
import { SECOND_MS } from '@/shared/time';

const ISSUER = 'Footlight';
const PERIOD_SECONDS = 30;
/** The app's clock may be one step ahead or behind. */
const WINDOW_STEPS = 1;

/** Makes a Base32 secret of 160 random bits, as RFC 4226 recommends. */
export function newTotpSecret(): string {
  return new Secret().base32;
}

/** The `otpauth:` URI that an authenticator app reads from a QR code. */
export function totpUri(secret: string, username: string): string {
  return totp(secret, username).toString();
}

/** Returns the 30-second step that the code belongs to, at most one step from now; undefined if there is none. */
export function findTotpStep(secret: string, code: string, now: number): number | undefined {
  const delta = totp(secret).validate({ token: code, timestamp: now, window: WINDOW_STEPS });
  return delta === null ? undefined : Math.floor(now / (PERIOD_SECONDS * SECOND_MS)) + delta;
}

function totp(secret: string, label = 'account'): TOTP {
  return new TOTP({ issuer: ISSUER, label, algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS, secret });
}
