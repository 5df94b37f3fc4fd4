/** Hashes, compares and encrypts small secrets: opaque tokens, one-time codes, stream keys, bank details. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Keyring, RootKey } from './keys';

const NONCE_BYTES = 12; // the standard size for AES-GCM

/** 256 random bits, as base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** For tokens of 256 random bits. Secrets with little entropy need `hmac`. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** For codes that could be guessed from a plain hash. The key is not in the database. */
export function hmac(keys: Keyring, purpose: string, text: string): string {
  return hmacBy(keys.signing[0], purpose, text);
}

/** Whether this is the text's HMAC under any valid key, so that rotating a secret voids nothing in progress. */
export function isHmacOf(keys: Keyring, purpose: string, text: string, mac: string): boolean {
  return keys.signing.some((key) => equalInConstantTime(mac, hmacBy(key, purpose, text)));
}

export function hmacBy(key: RootKey, purpose: string, text: string): string {
  return createHmac('sha256', key.derive(purpose)).update(text).digest('base64url');
}

export function equalInConstantTime(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Which key encrypts. Cursors have their own, since every page of a list encrypts one: a key wears out with the number
 * of random nonces, and the key of stored secrets must last.
 */
type SealedKind = 'aes-gcm' | 'cursor';

/** AES-GCM; returns `kid.nonce.ciphertext`. Decrypting requires the same `boundTo`, such as a row's id. */
export async function encrypt(
  keys: Keyring,
  boundTo: string,
  text: string,
  kind: SealedKind = 'aes-gcm',
): Promise<string> {
  const [root] = keys.encryption;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const key = await aesKey(root.derive(kind), 'encrypt');
  const bytes = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: Buffer.from(boundTo) },
    key,
    new TextEncoder().encode(text),
  );
  return [root.kid, Buffer.from(nonce).toString('base64url'), Buffer.from(bytes).toString('base64url')].join('.');
}

/** Throws if the text was tampered with or bound to something else, or if its key was removed. */
export async function decrypt(
  keys: Keyring,
  boundTo: string,
  sealed: string,
  kind: SealedKind = 'aes-gcm',
): Promise<string> {
  const [kid, nonce = '', bytes = ''] = sealed.split('.');
  const root = keys.encryption.find((candidate) => candidate.kid === kid);
  if (!root) throw new Error(`No encryption key ${kid}: was ENCRYPTION_KEY_PREVIOUS removed too early?`);
  const key = await aesKey(root.derive(kind), 'decrypt');
  const text = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: Buffer.from(nonce, 'base64url'), additionalData: Buffer.from(boundTo) },
    key,
    Buffer.from(bytes, 'base64url'),
  );
  return new TextDecoder().decode(text);
}

function aesKey(bytes: Uint8Array<ArrayBuffer>, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [use]);
}
