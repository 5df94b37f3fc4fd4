import { describe, expect, it } from 'vitest';
import { findTotpStep, newTotpSecret, totpUri } from '@/domains/people/auth/totp';

/** RFC 6238, appendix B, SHA-1: eight digits there, of which six are the last six. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const VECTORS: [number, string][] = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
];

describe('a TOTP code', () => {
  it.each(VECTORS)('at %i seconds matches RFC 6238', (seconds, code) => {
    expect(findTotpStep(SECRET, code.slice(-6), seconds * 1_000)).toBe(Math.floor(seconds / 30));
  });

  it('is accepted one step early and one step late, and returns its own step', () => {
    const step = Math.floor(1_234_567_890 / 30);
    for (const away of [-1, 0, 1]) expect(findTotpStep(SECRET, '005924', (step + away) * 30_000)).toBe(step);
  });

  it('is refused two steps away, or if it is wrong', () => {
    const step = Math.floor(1_234_567_890 / 30);
    for (const away of [-2, 2]) expect(findTotpStep(SECRET, '005924', (step + away) * 30_000)).toBeUndefined();
    expect(findTotpStep(SECRET, '005925', step * 30_000)).toBeUndefined();
  });

  it('comes from a secret of 160 bits that apps can read', () => {
    const secret = newTotpSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    const uri = new URL(totpUri(secret, 'ada'));
    expect(uri.protocol).toBe('otpauth:');
    expect(uri.searchParams.get('secret')).toBe(secret);
    expect(uri.searchParams.get('issuer')).toBe('Footlight');
  });
});
