/**
 * Answers a request for a stored file: its headers, conditions (304) and ranges (206, 416). The caller decides who may
 * read it.
 */
import type { Context } from '@/contracts/context';
import { matchesEtag } from '@/http/conditional';
import type { Access } from './access';
import { fileError } from './errors';
import { type ByteRange, parseRange } from './range';
import { openShown } from './shown';

const SHOWN_INLINE = /^(image\/(?!svg)|audio\/|video\/)/;

/** Serves the file at this key. Throws FILE_NOT_FOUND, RANGE_NOT_SATISFIABLE, MEDIA_STORE_UNAVAILABLE. */
export async function serveFile(ctx: Context, request: Request, key: string, access: Access): Promise<Response> {
  const found = await finder(ctx, request, access)(key);
  if (!found) throw fileError('FILE_NOT_FOUND');
  return respond(ctx, request, found, { headers: headersOf(found, access), blanks: access.blanks });
}

/** Looks an object up. A response that depends on its tag or size, or hides parts of it, needs its metadata first. */
export function finder(ctx: Context, request: Request, { blanks }: Pick<Access, 'blanks'>) {
  const asksFirst =
    request.method === 'HEAD' ||
    blanks.length > 0 ||
    ['range', 'if-none-match'].some((condition) => request.headers.has(condition));
  return (name: string) => askStore<R2Object | null>(asksFirst ? ctx.files.head(name) : ctx.files.get(name));
}

/** Throws RANGE_NOT_SATISFIABLE, and as `openShown` does. */
export async function respond(
  ctx: Context,
  request: Request,
  found: R2Object,
  { headers, blanks }: { headers: Headers; blanks: Access['blanks'] },
): Promise<Response> {
  if (matchesEtag(request.headers.get('if-none-match'), found.httpEtag))
    return new Response(null, { status: 304, headers });

  const range = request.method === 'GET' ? rangeOf(request, found) : undefined;
  headers.set('Content-Length', String(range?.length ?? found.size));
  if (range) headers.set('Content-Range', `bytes ${range.offset}-${range.offset + range.length - 1}/${found.size}`);
  if (request.method === 'HEAD') return new Response(null, { headers });
  const wanted = range ?? { offset: 0, length: found.size };
  const body = hasBody(found) ? found.body : await openShown(ctx, found.key, wanted, blanks);
  return new Response(body, { status: range ? 206 : 200, headers });
}

export function hasBody(found: R2Object): found is R2ObjectBody {
  return 'body' in found;
}

export function headersOf(found: R2Object, { cacheControl, contentType, name }: Access): Headers {
  const type = contentType ?? found.httpMetadata?.contentType ?? 'application/octet-stream';
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
