/**
 * What an object is called, who may read it and where: the key says its kind, the kind says whether it is public.
 * Keys hold 256 random bits, so a public file is found by nobody who was not given its URL.
 */
import type { Config } from '@/config';
import type { Context } from '@/context';
import { randomToken } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { signToken, verifyToken } from '@/shared/tokens';
import type { mediaFiles } from './tables';

export type FileKind = (typeof mediaFiles.$inferSelect)['kind'];

const IS_PRIVATE: Readonly<Record<FileKind, boolean>> = { thumbnail: false, 'identity-document': true };
const KEY = /^(thumbnail|identity-document)\/[0-9a-f-]{36}-[\w-]{43}$/;
const SIGNED_URL_SECONDS = 5 * 60;

export function newKey(kind: FileKind): string {
  return `${kind}/${newId()}-${randomToken()}`;
}

/** Nothing, if it is no key of ours. */
export function findKind(key: string): FileKind | undefined {
  return KEY.exec(key)?.[1] as FileKind | undefined; // the pattern's words are the kinds
}

export function isPrivate(kind: FileKind): boolean {
  return IS_PRIVATE[kind];
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

/** Whether a URL that a user sent is that of a public file of ours: inputs take no other. */
export function isOwnMediaUrl(config: Config, url: string): boolean {
  const prefix = `${config.mediaOrigin}/media/`;
  const kind = url.startsWith(prefix) ? findKind(url.slice(prefix.length)) : undefined;
  return kind !== undefined && !isPrivate(kind);
}
