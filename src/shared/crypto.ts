/** Hashing, comparing and encrypting small secrets: opaque tokens, one-time codes, stream keys, bank details. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Keyring, RootKey } from './keys';

const NONCE_BYTES = 12; // AES-GCM's own size

/** 256 random bits, as base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** For tokens of 256 random bits: what has little entropy wants `hmac`. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** For codes that could be guessed from a plain hash; the key stays out of the database. */
export function hmac(keys: Keyring, purpose: string, text: string): string {
  return hmacBy(keys.signing[0], purpose, text);
}

/** Whether this is the text's HMAC under a key that is still valid: a rotated secret voids nothing that is under way. */
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
 * Which key seals what. Every page of a list seals a cursor, so cursors have a key of their own: a key wears out with
 * the number of random nonces, and the key of stored secrets must last.
 */
type SealedKind = 'aes-gcm' | 'cursor';

/** AES-GCM; answers `kid.nonce.ciphertext`. What it is bound to (a row's id) must be given again to read it. */
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

/** Throws if the text was tampered with, bound to something else, or its key is gone. */
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
