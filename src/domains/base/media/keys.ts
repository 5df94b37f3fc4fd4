/**
 * Names of objects and the URLs to read them. A key contains its kind, and the kind or the file's row decides who may
 * read it (`access.ts`). Keys have 256 random bits, so nobody finds a public file without its URL. An image's smaller
 * variants are named after its key, so whoever has the key can read all of them.
 */
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import type { FileKind } from '@/contracts/file-kinds';
import { randomToken } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { HOUR_MS, SECOND_MS } from '@/shared/time';
import { signToken, verifyToken } from '@/shared/tokens';
import { FILE_KINDS, isPrivate, variantWidths } from './kinds';

const KEY = new RegExp(String.raw`^(${FILE_KINDS.join('|')})\/[0-9a-f-]{36}-[\w-]{43}$`);
const VARIANT = /-\d{2,4}$/;
export const SIGNED_URL_SECONDS = 5 * 60;
const STEADY_URL_SECONDS = (2 * HOUR_MS) / SECOND_MS;

export function newKey(kind: FileKind): string {
  return `${kind}/${newId()}-${randomToken()}`;
}

/** Undefined if it is not one of our keys. */
export function findKind(key: string): FileKind | undefined {
  return KEY.exec(key)?.[1] as FileKind | undefined; // the pattern only matches kinds
}

/** Names the object with the image at this width (pixels). */
export function variantName(key: string, width: number): string {
  return `${key}-${width}`;
}

/** Names all objects that may exist for this key. */
export function objectNames(key: string): string[] {
  const kind = findKind(key);
  return [key, ...(kind ? variantWidths(kind) : []).map((width) => variantName(key, width))];
}

/** The key to which an object belongs. Undefined if its name is not one of ours. */
export function findKeyOf(name: string): string | undefined {
  return [name, name.replace(VARIANT, '')].find(findKind);
}

/** The URL at which anyone may read a public file. */
export function mediaUrl(config: Config, key: string): string {
  return `${config.mediaOrigin}/media/${key}`;
}

/** A URL that opens a private file for whoever has it, for five minutes by default. */
export function signedMediaUrl(ctx: Context, key: string, ttlSeconds = SIGNED_URL_SECONDS): Promise<string> {
  return signUrl(ctx, key, ttlSeconds, ctx.now());
}

/**
 * A signed URL for files that are read often. It is the same for every reader within an hour, so that a browser fetches
 * the file once. It is signed as of the hour's beginning, and so works for one to two hours.
 */
export function cacheableMediaUrl(ctx: Context, key: string): Promise<string> {
  return signUrl(ctx, key, STEADY_URL_SECONDS, ctx.now() - (ctx.now() % HOUR_MS));
}

/** The staff member who got a link to an identity document, and the application it belongs to. */
interface Look {
  /** Unique for each link. Opening the link again counts as the same look. */
  readonly lookId: string;
  readonly staffId: string;
  readonly applicationId: string;
}

/**
 * A URL for this staff member to read an identity document, for five minutes. Opening it is written to the staff log.
 */
export function documentUrl(ctx: Context, key: string, look: Omit<Look, 'lookId'>): Promise<string> {
  return signUrl(ctx, key, SIGNED_URL_SECONDS, ctx.now(), { ...look, lookId: newId() });
}

/** Like `signedMediaUrl`, for a file that readers download under this name. */
export function namedMediaUrl(ctx: Context, key: string, name: string): Promise<string> {
  return signUrl(ctx, key, SIGNED_URL_SECONDS, ctx.now(), { name });
}

async function signUrl(
  ctx: Context,
  key: string,
  ttlSeconds: number,
  from: number,
  more?: Look | { name: string },
): Promise<string> {
  const token = await signToken(ctx.config.keys, 'media', { key, ...more }, ttlSeconds, from);
  return `${mediaUrl(ctx.config, key)}?token=${token}`;
}

export interface Link {
  /** How long the link still works. */
  readonly secondsLeft: number;
  readonly look: Look | undefined;
  /** What the file is called when it is downloaded. */
  readonly name: string | undefined;
}

/** The claims of a signed URL for this file. Undefined if it does not open the file. */
export async function findLink(ctx: Context, key: string, token: string | undefined): Promise<Link | undefined> {
  const claims = token ? await verifyToken(ctx.config.keys, 'media', token, ctx.now()) : undefined;
  if (claims?.key !== key) return undefined;
  // Written by `signUrl`.
  const { lookId, staffId, applicationId, name, exp } = claims as Partial<Look> & { name?: string; exp: number };
  const look = lookId && staffId && applicationId ? { lookId, staffId, applicationId } : undefined;
  return { secondsLeft: exp - Math.floor(ctx.now() / SECOND_MS), look, name };
}

/** The key of a public file from its URL. */
export function findKeyIn(config: Config, url: string): string | undefined {
  const prefix = `${config.mediaOrigin}/media/`;
  const key = url.startsWith(prefix) ? url.slice(prefix.length) : '';
  const kind = findKind(key);
  return kind !== undefined && !isPrivate(kind) ? key : undefined;
}

/**
 * Whether a URL from a user is that of one of our thumbnails, the only kind that inputs accept. Other public files may
 * be deleted with their post or profile, so nothing else may refer to them.
 */
export function isOwnMediaUrl(config: Config, url: string): boolean {
  const key = findKeyIn(config, url);
  return key !== undefined && findKind(key) === 'thumbnail';
}
