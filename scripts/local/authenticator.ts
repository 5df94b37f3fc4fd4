/**
 * Plays the authenticator app of the demo world's staff. The server takes each code once, so every call gives a later
 * one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TOTP } from 'otpauth';
import type { Answer } from './client.ts';

const PERIOD_MS = 30_000;
/** Fewer than a sign-in allows. Another run may have used the codes of the last, this and the next half minute. */
const TRIES_MAX = 4;
const REFUSALS: ReadonlySet<string> = new Set(['TWO_FACTOR_CODE_INVALID', 'TOTP_REQUIRED']);

/** Calls with a code until one is accepted, and waits for the next one if need be. */
export type Authenticator = (call: (code: string) => Promise<Answer>) => Promise<Answer>;

export function authenticatorOf(secret: string): Authenticator {
  let last = 0;
  const now = () => Math.floor(Date.now() / PERIOD_MS);
  const nextCode = async () => {
    last = Math.max(last + 1, now() - 1); // the server also takes the code before and the code after
    await sleep(Math.max(0, (last - 1) * PERIOD_MS - Date.now()));
    return codeOf(secret, last * PERIOD_MS);
  };
  return async (call) => {
    for (let tries = 1; ; tries += 1) {
      const answer = await call(await nextCode());
      if (!answer.error || !REFUSALS.has(answer.error.code) || tries === TRIES_MAX) return answer;
    }
  };
}

/** @param at milliseconds */
export function codeOf(secret: string, at = Date.now()): string {
  return new TOTP({ secret }).generate({ timestamp: at });
}
