/**
 * What an object is called and where it is read: the key says its kind, and the kind or its row who may (`access.ts`).
 * Keys hold 256 random bits, so a public file is found by nobody who was not given its URL. A picture's smaller
 * variants are named after its key, so whoever has the key has all of them.
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
const SIGNED_URL_SECONDS = 5 * 60;
const STEADY_URL_SECONDS = (2 * HOUR_MS) / SECOND_MS;

export function newKey(kind: FileKind): string {
  return `${kind}/${newId()}-${randomToken()}`;
}

/** Nothing, if it is no key of ours. */
export function findKind(key: string): FileKind | undefined {
  return KEY.exec(key)?.[1] as FileKind | undefined; // the pattern's words are the kinds
}

/** Names the object that holds a picture drawn at this width (pixels). */
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

/** Where whoever is given it reads a private file, for five minutes unless more are named. */
export function signedMediaUrl(ctx: Context, key: string, ttlSeconds = SIGNED_URL_SECONDS): Promise<string> {
  return signUrl(ctx, key, ttlSeconds, ctx.now());
}

/**
 * The same for what is looked at again and again: one URL for every reader and a whole hour, so that a browser fetches
 * a file once. It is signed as of the hour's beginning, and so opens for one to two hours.
 */
export function cacheableMediaUrl(ctx: Context, key: string): Promise<string> {
  return signUrl(ctx, key, STEADY_URL_SECONDS, ctx.now() - (ctx.now() % HOUR_MS));
}

/** Which member of staff was given a link to an identity document, and of which application. */
interface Look {
  /** One for each link: opening it again is the same look. */
  readonly lookId: string;
  readonly staffId: string;
  readonly applicationId: string;
}

/** Where this member of staff reads an identity document, for five minutes. Opening it is written to the staff log. */
export function documentUrl(ctx: Context, key: string, look: Omit<Look, 'lookId'>): Promise<string> {
  return signUrl(ctx, key, SIGNED_URL_SECONDS, ctx.now(), { ...look, lookId: newId() });
}

async function signUrl(ctx: Context, key: string, ttlSeconds: number, from: number, look?: Look): Promise<string> {
  const token = await signToken(ctx.config.keys, 'media', { key, ...look }, ttlSeconds, from);
  return `${mediaUrl(ctx.config, key)}?token=${token}`;
}

export interface Link {
  /** How long it still opens the file. */
  readonly secondsLeft: number;
  readonly look: Look | undefined;
}

/** What a signed URL of this file says; nothing, if it does not open it. */
export async function findLink(ctx: Context, key: string, token: string | undefined): Promise<Link | undefined> {
  const claims = token ? await verifyToken(ctx.config.keys, 'media', token, ctx.now()) : undefined;
  if (claims?.key !== key) return undefined;
  const { lookId, staffId, applicationId, exp } = claims as Partial<Look> & { exp: number }; // as `signUrl` wrote it
  const look = lookId && staffId && applicationId ? { lookId, staffId, applicationId } : undefined;
  return { secondsLeft: exp - Math.floor(ctx.now() / SECOND_MS), look };
}

/** The key of a file in a URL of ours that anyone may read. */
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
