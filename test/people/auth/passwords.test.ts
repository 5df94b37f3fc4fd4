/** Stored passwords. In the Worker project, since each hash costs what it does in production. */
import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashOrDummy, hashPassword, needsRehash, verifyPassword } from '@/domains/people/auth/passwords';

describe('a stored password', () => {
  it('verifies, and nothing else does', async () => {
    const hash = await hashPassword('tall ships at dawn');
    expect(hash).toMatch(/^scrypt\$ln=14,r=8,p=5\$/);
    expect(hash).not.toContain('ships');
    expect(await verifyPassword('tall ships at dawn', hash)).toBe(true);
    expect(await verifyPassword('tall ships at dusk', hash)).toBe(false);
  });

  it('is salted, so the same password gives a different hash', async () => {
    expect(await hashPassword('tall ships at dawn')).not.toBe(await hashPassword('tall ships at dawn'));
  });

  it('verifies however its letters are composed in Unicode', async () => {
    expect(await verifyPassword('cafe\u0301 au lait', await hashPassword('caf\u00e9 au lait'))).toBe(true);
  });

  it('verifies with the parameters it was hashed with, and asks for a new hash if they have risen', async () => {
    const salt = Buffer.alloc(16, 7);
    const key = scryptSync('tall ships at dawn', salt, 32, { N: 2 ** 10, r: 8, p: 1 });
    const old = `scrypt$ln=10,r=8,p=1$${salt.toString('base64url')}$${key.toString('base64url')}`;
    expect(await verifyPassword('tall ships at dawn', old)).toBe(true);
    expect(needsRehash(old)).toBe(true);
    expect(needsRehash(await hashPassword('tall ships at dawn'))).toBe(false);
  });

  it('costs the same work if there is none, and never verifies', async () => {
    expect(needsRehash(hashOrDummy(undefined))).toBe(false);
    expect(await verifyPassword('', undefined)).toBe(false);
    expect(await verifyPassword('tall ships at dawn', null)).toBe(false);
  });
});
