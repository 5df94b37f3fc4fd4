/** Serves uploaded files to readers with access (`access.ts`), and in a way that browsers never execute them. */
import { Hono } from 'hono';
import type { Context } from '@/contracts/context';
import type { FileKind } from '@/contracts/file-kinds';
import { findClosure } from '@/domains/base/maintenance/read';
import { foldId } from '@/http/fold-ids';
import type { HttpEnv } from '@/http/http-env';
import { enforceLimit } from '@/http/rate-limit';
import { findAccess, KEPT_FOR_EVER, KEPT_FOR_MINUTES } from './access';
import { fileError } from './errors';
import { findKind, variantName } from './keys';
import { variantWidths } from './kinds';
import { receivePart, receiveUpload } from './receive-upload';
import { finder, hasBody, headersOf, respond } from './respond';
import { redraw, type Variant, wasDrawnAt } from './variants';

const PREFIX = '/media/';

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
  receiveUpload(c.var.ctx, foldId(c.req.param('id')), c.req.raw, c.req.query('token')),
);
mediaRoutes.put(`${PREFIX}uploads/:id/parts/:number`, (c) =>
  receivePart(c.var.ctx, foldId(c.req.param('id')), c.req.param('number'), c.req.raw, c.req.query('token')),
);

// Hono answers HEAD with this route too, and drops the body.
mediaRoutes.get(`${PREFIX}*`, (c) => serveMedia(c.var.ctx, c.req.raw, c.req.query()));

async function serveMedia(ctx: Context, request: Request, { token, w }: Record<string, string>): Promise<Response> {
  const key = new URL(request.url).pathname.slice(PREFIX.length).replace(/\/$/, '');
  const kind = findKind(key);
  const access = kind && (await findAccess(ctx, kind, key, token));
  if (!access) throw fileError('FILE_NOT_FOUND');

  const find = finder(ctx, request, access);
  const variant = variantFor(kind, key, w);
  // An image no wider than a variant has no such variant.
  const found = (variant ? await find(variant.name) : null) ?? (await findImage(ctx, key, variant, find));
  if (!found) throw fileError('FILE_NOT_FOUND');
  // The whole image may stand in for a size that is being drawn: a cache must not keep it as that size.
  const standsIn = variant !== undefined && found.key === key && wasDrawnAt(found, variant.width);
  const headers = headersOf(found, access);
  if (standsIn && access.cacheControl === KEPT_FOR_EVER) headers.set('Cache-Control', KEPT_FOR_MINUTES);
  return respond(ctx, request, found, { headers, blanks: access.blanks });
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
