/**
 * Derives one key per purpose from two root secrets by HKDF, so that a token of one kind never passes for another. Each
 * root may have predecessors, so that what they signed or encrypted stays readable while secrets rotate.
 */
import { createHash, hkdfSync } from 'node:crypto';

export interface RootKey {
  readonly kid: string;
  /** A 32-byte key for this purpose; the same purpose always gives the same key. */
  derive(purpose: string): Uint8Array<ArrayBuffer>;
  /** The same key for HMAC-SHA-256, imported once. */
  hmacKey(purpose: string): Promise<CryptoKey>;
}

/** The first key of each list signs or encrypts; all of them verify or decrypt. */
export interface Keyring {
  readonly signing: readonly [RootKey, ...RootKey[]];
  readonly encryption: readonly [RootKey, ...RootKey[]];
}

type Secrets = readonly [string, ...(string | undefined)[]];

export function makeKeyring(secrets: { signing: Secrets; encryption: Secrets }): Keyring {
  return { signing: rootKeys(secrets.signing), encryption: rootKeys(secrets.encryption) };
}

function rootKeys([current, ...previous]: Secrets): [RootKey, ...RootKey[]] {
  return [rootKey(current), ...previous.filter((secret) => secret !== undefined).map(rootKey)];
}

function rootKey(secret: string): RootKey {
  const derived = new Map<string, Uint8Array<ArrayBuffer>>();
  const imported = new Map<string, CryptoKey>();
  return {
    kid: createHash('sha256').update(`kid:${secret}`).digest('hex').slice(0, 8),
    derive(purpose) {
      const known = derived.get(purpose);
      if (known) return known;
      const key = new Uint8Array(hkdfSync('sha256', secret, 'footlight', purpose, 32));
      derived.set(purpose, key);
      return key;
    },
    async hmacKey(purpose) {
      // Caches the key, not its promise: a promise belongs to the request that created it.
      const known = imported.get(purpose);
      if (known) return known;
      const algorithm = { name: 'HMAC', hash: 'SHA-256' };
      const key = await crypto.subtle.importKey('raw', this.derive(purpose), algorithm, false, ['sign', 'verify']);
      imported.set(purpose, key);
      return key;
    },
  };
}
