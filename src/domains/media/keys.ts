/**
 * What an object is called, who may read it and where: the key says its kind, the kind says whether it is public.
 * Keys hold 256 random bits, so a public file is found by nobody who was not given its URL. A picture's smaller
 * variants are named after its key, so whoever has the key has all of them.
 */
import type { Config } from '@/config';
import type { Context } from '@/context';
import { randomToken } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { signToken, verifyToken } from '@/shared/tokens';
import { FILE_KINDS, type FileKind, isPrivate, variantWidths } from './kinds';

const KEY = new RegExp(String.raw`^(${FILE_KINDS.join('|')})\/[0-9a-f-]{36}-[\w-]{43}$`);
const VARIANT = /-\d{2,4}$/;
const SIGNED_URL_SECONDS = 5 * 60;

export function newKey(kind: FileKind): string {
  return `${kind}/${newId()}-${randomToken()}`;
}

/** Nothing, if it is no key of ours. */
export function findKind(key: string): FileKind | undefined {
  return KEY.exec(key)?.[1] as FileKind | undefined; // the pattern's words are the kinds
}

export function variantName(key: string, width: number): string {
  return `${key}-${width}`;
}

/** All objects that there may be by this key. */
export function objectNames(key: string): string[] {
  const kind = findKind(key);
  return [key, ...(kind ? variantWidths(kind) : []).map((width) => variantName(key, width))];
}

/** The key by which an object is known; nothing, if its name is not of our making. */
export function findKeyOf(name: string): string | undefined {
  return [name, name.replace(VARIANT, '')].find(findKind);
}

/** Where anyone reads a public file. */
export function mediaUrl(config: Config, key: string): string {
  return `${config.mediaOrigin}/media/${key}`;
}

/** Where whoever is given it reads a private file, for five minutes. */
export async function signedMediaUrl(ctx: Context, key: string): Promise<string> {
  const token = await signToken(ctx.config.keys, 'media', { key }, SIGNED_URL_SECONDS, ctx.now());
  return `${mediaUrl(ctx.config, key)}?token=${token}`;
}

export async function mayReadPrivate(ctx: Context, key: string, token: string | undefined): Promise<boolean> {
  const claims = token ? await verifyToken(ctx.config.keys, 'media', token, ctx.now()) : undefined;
  return claims?.key === key;
}

/** The key of a public file in a URL of ours. */
export function findKeyIn(config: Config, url: string): string | undefined {
  const prefix = `${config.mediaOrigin}/media/`;
  const key = url.startsWith(prefix) ? url.slice(prefix.length) : '';
  const kind = findKind(key);
  return kind !== undefined && !isPrivate(kind) ? key : undefined;
}

/**
 * Whether a URL that a user sent is that of a thumbnail of ours: inputs take no other. What else is public goes with
 * the post or the profile that has it, so nothing else may lean on it.
 */
export function isOwnMediaUrl(config: Config, url: string): boolean {
  const key = findKeyIn(config, url);
  return key !== undefined && findKind(key) === 'thumbnail';
}
