/** Runs before and after every endpoint: context, CORS, security headers, one log line. */
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { routePath } from 'hono/route';
import type { Context } from '@/contracts/context';
import { GUEST_HEADER, SESSION_TOKEN_HEADER } from '@/shared/actor';
import type { HttpEnv } from './http-env';

/** The binding that the Worker's entry passes to the app with each request. */
export interface AppEnv extends HttpEnv {
  Bindings: { readonly makeContext: () => Context };
}

export const withContext: MiddlewareHandler<AppEnv> = async (c, next) => {
  const ctx = c.env.makeContext();
  c.set('ctx', ctx);
  await next();
  if (c.res.status !== 101) c.res.headers.set('x-request-id', ctx.requestId);
};

export const logRequests: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { ctx } = c.var;
  const startedAt = ctx.now();
  await next();
  ctx.log.request({
    method: c.req.method,
    route: routePath(c),
    status: c.res.status,
    ms: ctx.now() - startedAt,
  });
};

/** Allows listed origins. No cookie authenticates, so credentials are never allowed. */
export const allowOrigins: MiddlewareHandler<AppEnv> = cors({
  origin: (origin, c) => {
    const { ctx } = c.var as HttpEnv['Variables']; // hono/cors knows no variables; withContext ran before
    return ctx.config.corsOrigins.includes(origin) ? origin : null;
  },
  allowHeaders: [
    'Authorization',
    'Content-Type',
    'Idempotency-Key',
    GUEST_HEADER,
    'Range',
    'If-Range',
    'If-None-Match',
  ],
  exposeHeaders: [
    ...[SESSION_TOKEN_HEADER, 'x-request-id', 'Retry-After', 'RateLimit', 'RateLimit-Policy'],
    // For files: their name, and the headers that a download needs to resume.
    ...['ETag', 'Content-Disposition', 'Content-Range', 'Accept-Ranges'],
  ],
  maxAge: 86_400,
});

/** A response is data and never a page: it may load nothing, and nobody may frame it. */
const SECURITY_HEADERS = Object.entries({
  // Responses contain tokens and private data. Those that may be cached set their own header.
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
});
const HSTS = 'max-age=63072000; includeSubDomains';

/**
 * Keeps headers that an endpoint set itself, and skips a 101, since sockets have no headers to read. NOTE: sets them on
 * the response directly, because Hono's `c.header` would copy the whole response for each header.
 */
export const secure: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { status, headers } = c.res;
  if (status === 101) return;
  for (const [name, value] of SECURITY_HEADERS) if (!headers.has(name)) headers.set(name, value);
  if (c.var.ctx.config.environment === 'production') headers.set('Strict-Transport-Security', HSTS);
};
