/** Serves uploaded files to readers with access (`access.ts`), and in a way that browsers never execute them. */
import { Hono } from 'hono';
import type { Context } from '@/contracts/context';
import type { FileKind } from '@/contracts/file-kinds';
import { findClosure } from '@/domains/base/maintenance/read';
import { matchesEtag } from '@/http/conditional';
import type { HttpEnv } from '@/http/http-env';
import { enforceLimit } from '@/http/rate-limit';
import { type Access, findAccess, KEPT_FOR_EVER, KEPT_FOR_MINUTES } from './access';
import { fileError } from './errors';
import { findKind, variantName } from './keys';
import { variantWidths } from './kinds';
import { type ByteRange, parseRange } from './range';
import { receivePart, receiveUpload } from './receive-upload';
import { openShown } from './shown';
import { redraw, type Variant, wasDrawnAt } from './variants';

const PREFIX = '/media/';
const SHOWN_INLINE = /^(image\/(?!svg)|audio\/|video\/)/;

export const mediaRoutes = new Hono<HttpEnv>();

// Counts by address, before any look-up: a link names the file and not the reader.
mediaRoutes.use(`${PREFIX}*`, async (c, next) => {
  const isRead = ['GET', 'HEAD'].includes(c.req.method);
  await enforceLimit(c, isRead ? 'media' : 'write');
  // A link names the file and not the person, so staff wait too.
  const closure = isRead ? undefined : await findClosure(c.var.ctx);
  if (closure) throw closure;
  await next();
});

mediaRoutes.put(`${PREFIX}uploads/:id`, (c) =>
  receiveUpload(c.var.ctx, c.req.param('id'), c.req.raw, c.req.query('token')),
);
mediaRoutes.put(`${PREFIX}uploads/:id/parts/:number`, (c) =>
  receivePart(c.var.ctx, c.req.param('id'), c.req.param('number'), c.req.raw, c.req.query('token')),
);

// Hono answers HEAD with this route too, and drops the body.
mediaRoutes.get(`${PREFIX}*`, (c) => serveMedia(c.var.ctx, c.req.raw, c.req.query()));

async function serveMedia(ctx: Context, request: Request, { token, w }: Record<string, string>): Promise<Response> {
  const key = new URL(request.url).pathname.slice(PREFIX.length);
  const kind = findKind(key);
  const access = kind && (await findAccess(ctx, kind, key, token));
  if (!access) throw fileError('FILE_NOT_FOUND');

  // Only a response that depends on the tag or the size, or hides parts of the file, needs its metadata first.
  const asksFirst =
    request.method === 'HEAD' ||
    access.blanks.length > 0 ||
    ['range', 'if-none-match'].some((condition) => request.headers.has(condition));
  const find = (name: string) => askStore<R2Object | null>(asksFirst ? ctx.files.head(name) : ctx.files.get(name));
  const variant = variantFor(kind, key, w);
  // An image no wider than a variant has no such variant.
  const found = (variant ? await find(variant.name) : null) ?? (await findImage(ctx, key, variant, find));
  if (!found) throw fileError('FILE_NOT_FOUND');
  // The whole image may stand in for a size that is being drawn: a cache must not keep it as that size.
  const standsIn = variant !== undefined && found.key === key && wasDrawnAt(found, variant.width);
  const headers = headersOf(found, access);
  if (standsIn && access.cacheControl === KEPT_FOR_EVER) headers.set('Cache-Control', KEPT_FOR_MINUTES);
  if (matchesEtag(request.headers.get('if-none-match'), found.httpEtag))
    return new Response(null, { status: 304, headers });

  const range = request.method === 'GET' ? rangeOf(request, found) : undefined;
  headers.set('Content-Length', String(range?.length ?? found.size));
  if (range) headers.set('Content-Range', `bytes ${range.offset}-${range.offset + range.length - 1}/${found.size}`);
  if (request.method === 'HEAD') return new Response(null, { headers });
  const wanted = range ?? { offset: 0, length: found.size };
  const body = hasBody(found) ? found.body : await openShown(ctx, found.key, wanted, access.blanks);
  return new Response(body, { status: range ? 206 : 200, headers });
}

/**
 * The narrowest variant that is at least as wide as requested. Undefined for the largest image, which is at the key.
 */
function variantFor(kind: FileKind, key: string, width: string | undefined): Variant | undefined {
  if (width === undefined || !/^\d{1,5}$/.test(width)) return undefined;
  const enough = variantWidths(kind).find((stored) => stored >= Number(width));
  return enough === undefined ? undefined : { width: enough, name: variantName(key, enough) };
}

/** The file at the key, or the requested size of it if that was cleared: it is drawn again for the first who asks. */
async function findImage(
  ctx: Context,
  key: string,
  variant: Variant | undefined,
  find: (name: string) => Promise<R2Object | null>,
): Promise<R2Object | null> {
  const image = await find(key);
  if (!image || !variant || !wasDrawnAt(image, variant.width)) return image;
  if (!(await redraw(ctx, key, variant))) return image;
  if (hasBody(image)) await image.body.cancel();
  return (await find(variant.name)) ?? find(key);
}

function hasBody(found: R2Object): found is R2ObjectBody {
  return 'body' in found;
}

function headersOf(found: R2Object, { cacheControl, name }: Access): Headers {
  const type = found.httpMetadata?.contentType ?? 'application/octet-stream';
  return new Headers({
    'Content-Type': type,
    'Content-Disposition': SHOWN_INLINE.test(type)
      ? 'inline'
      : name === undefined
        ? (found.httpMetadata?.contentDisposition ?? 'attachment')
        : `attachment; filename*=UTF-8''${encodeExtended(name)}`,
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': cacheControl,
    'Accept-Ranges': 'bytes',
    ETag: found.httpEtag,
  });
}

/** For a header's extended parameter (RFC 5987), which allows fewer characters than a URL. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

/** Throws RANGE_NOT_SATISFIABLE. Ignores a range of another version (`If-Range`). */
function rangeOf(request: Request, { httpEtag, size }: R2Object): ByteRange | undefined {
  const ifRange = request.headers.get('if-range');
  if (ifRange !== null && ifRange !== httpEtag) return undefined;
  const range = parseRange(request.headers.get('range') ?? undefined, size);
  if (range !== 'unsatisfiable') return range;
  throw fileError('RANGE_NOT_SATISFIABLE', { headers: { 'Content-Range': `bytes */${size}` } });
}

async function askStore<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch {
    throw fileError('MEDIA_STORE_UNAVAILABLE');
  }
}
