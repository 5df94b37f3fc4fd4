/**
 * A keyed hash of the address that a session comes from (IPv6 by its /64). It shows which accounts share an address, and
 * lets a room keep out guests from it, without anyone storing the address itself.
 */
import { hmac } from '@/shared/crypto';
import type { Keyring } from '@/shared/keys';

/** What `addressKey` makes of a missing address and of ::1. Neither identifies anyone, nor does 127.0.0.0/8. */
const NO_ADDRESS = new Set(['unknown', '0:0:0:0::/64']);

/** @param key as `addressKey` returns it. Null if the address identifies nobody. */
export function addressHash(keys: Keyring, key: string): string | null {
  if (NO_ADDRESS.has(key) || key.startsWith('127.')) return null;
  return hmac(keys, 'session-address', key);
}
