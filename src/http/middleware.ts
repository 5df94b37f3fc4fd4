/** What happens to every request before and after its endpoint: context, CORS, security headers, one log line. */
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { routePath } from 'hono/route';
import type { Context } from '@/contracts/context';
import { GUEST_HEADER, SESSION_TOKEN_HEADER } from '@/shared/actor';
import type { HttpEnv } from './http-env';

/** What the Worker's entry hands the app with each request. */
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

/** By an allow-list. No cookie authenticates, so there are no credentials to allow. */
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
    // For files: their name, and what a download needs to continue where it broke off.
    ...['ETag', 'Content-Disposition', 'Content-Range', 'Accept-Ranges'],
  ],
  maxAge: 86_400,
});

/** An answer is data and never a page: nothing may be loaded by it, and nobody may frame it. */
const SECURITY_HEADERS = Object.entries({
  // Answers hold tokens and what only their reader may see; what may be kept says so itself.
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
});
const HSTS = 'max-age=63072000; includeSubDomains';

/**
 * What an endpoint has set itself stays. A 101 has a socket and no reader of headers. Set on the response itself: Hono
 * would make the whole of it anew for each header.
 */
export const secure: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { status, headers } = c.res;
  if (status === 101) return;
  for (const [name, value] of SECURITY_HEADERS) if (!headers.has(name)) headers.set(name, value);
  if (c.var.ctx.config.environment === 'production') headers.set('Strict-Transport-Security', HSTS);
};
