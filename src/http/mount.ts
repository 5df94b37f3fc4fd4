/**
 * Turns declared endpoints into routes: limit → guard → body → handler → envelope, the same way for all,
 * and into their pages of the OpenAPI document.
 */
import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Context } from '@/context';
import type { Viewer } from '@/shared/actor';
import type { Endpoint, Who } from './endpoint';
import { Envelope, ErrorEnvelope } from './envelope';
import { httpError } from './errors';
import { IDEMPOTENCY_HEADER, readOnce } from './idempotency';
import { enforceLimit } from './rate-limit';

export interface HttpEnv {
  Variables: { ctx: Context; actor?: Viewer };
}

/**
 * Finds out who calls and whether they may; throws the refusal. Given by the app, so that http knows no domain.
 * @param count takes the request from its caller's budget, as soon as it is known whose that is
 */
export type Guard = (ctx: Context, request: Request, endpoint: Endpoint, count: Count) => Promise<Viewer>;
export type Count = (viewer: Viewer) => Promise<void>;

const JSON_BODY_BYTES_MAX = 256 * 1_024;

export function newRouter(): OpenAPIHono<HttpEnv> {
  return new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success)
        throw httpError('VALIDATION_FAILED', {
          details: result.error.issues.flatMap((issue) =>
            issue.code === 'unrecognized_keys'
              ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not known here' }))
              : [{ path: issue.path.join('.'), message: issue.message }],
          ),
        });
    },
  });
}

export function mount(router: OpenAPIHono<HttpEnv>, endpoints: readonly Endpoint[], guard: Guard): void {
  for (const endpoint of endpoints.toSorted(bySpecificity)) {
    const { upload } = endpoint;
    const page = describe(endpoint);
    const route = createRoute({ ...page, hide: upload !== undefined, middleware: before(endpoint, guard) });
    // An upload's body is in the reference alone: a route that declared it would read it whole before the handler can.
    if (upload)
      router.openAPIRegistry.registerPath({
        ...page,
        request: {
          ...page.request,
          body: { required: true, content: { [upload.contentType]: { schema: upload.schema } } },
        },
      });
    router.openapi(route, async (c) => {
      const { ctx, actor } = c.var;
      const valid = (target: 'param' | 'query' | 'json', schema: unknown) =>
        schema ? (c.req.valid as (target: string) => unknown)(target) : undefined; // the route declares it
      const body = valid('json', endpoint.body);
      const input = {
        actor,
        params: valid('param', endpoint.params),
        query: valid('query', endpoint.query),
        body,
        once: endpoint.movesMoney ? readOnce(c.req.raw, `${endpoint.method} ${endpoint.path}`, body) : undefined,
        request: c.req.raw,
      };
      const answer = await endpoint.handler(ctx, input as never); // `endpoint()` tied the handler to these schemas
      if (answer instanceof Response) return answer;
      const { data, extras } = answer instanceof Envelope ? answer : new Envelope(answer);
      // In development and in the tests every answer is held against its page in the reference.
      if (ctx.config.environment === 'development') checkAnswer(endpoint, data);
      return c.json(
        { success: true as const, data, ...(extras.message ? { message: extras.message } : {}) },
        extras.status ?? endpoint.status ?? 200,
        extras.headers,
      );
    });
  }
}

function checkAnswer(endpoint: Endpoint, data: unknown): void {
  const result = endpoint.response.safeParse(data);
  if (!result.success)
    throw new Error(`${endpoint.method} ${endpoint.path} answers another shape: ${result.error.message}`);
}

/** A path's own words are tried before its parameters: `/stream/live` is not a stream's id. */
function bySpecificity(a: Endpoint, b: Endpoint): number {
  const key = ({ path }: Endpoint) => path.replaceAll('{', '\uffff');
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}

const limitJson = bodyLimit({
  maxSize: JSON_BODY_BYTES_MAX,
  onError: () => {
    throw httpError('BODY_TOO_LARGE', { message: `The body is larger than ${JSON_BODY_BYTES_MAX} bytes.` });
  },
});

/** Limit → guard → body, before anything is parsed. */
function before(endpoint: Endpoint, guard: Guard): MiddlewareHandler<HttpEnv>[] {
  const { limit = endpoint.method === 'get' ? 'read' : 'write' } = endpoint;
  const admit: MiddlewareHandler<HttpEnv> = async (c, next) => {
    const { ctx } = c.var;
    // Sign-in is counted before the guard; the rest by it, so that the signed-in are counted as themselves.
    if (limit === 'signIn') await enforceLimit(c, limit, undefined);
    const count = async (viewer: Viewer) => {
      // A provider sends from a few addresses what thousands of viewers cause; its signature is the guard.
      if (limit !== 'signIn' && endpoint.who !== 'signed') await enforceLimit(c, limit, viewer);
    };
    const actor = await guard(ctx, c.req.raw, endpoint, count);
    c.set('actor', actor);
    ctx.log.actor(actor);
    await next();
  };
  const requireJson: MiddlewareHandler<HttpEnv> = async (c, next) => {
    // Clients leave a body out in three ways: none, one of length 0, and that with a type.
    const isLeftOut = c.req.raw.body === null || c.req.header('content-length') === '0';
    if (isLeftOut && mayBeLeftOut(endpoint)) {
      const headers = new Headers(c.req.raw.headers);
      headers.set('content-type', 'application/json');
      headers.delete('content-length');
      c.req.raw = new Request(c.req.raw, { body: '{}', headers });
    }
    if (!/^application\/([\w.-]+\+)?json\b/i.test(c.req.header('content-type') ?? ''))
      throw httpError('WRONG_CONTENT_TYPE', { message: 'The body must be application/json.' });
    await next();
  };
  return endpoint.body ? [admit, requireJson, limitJson] : [admit];
}

/** A body of which every field may be left out may be left out itself. */
function mayBeLeftOut({ body }: Endpoint): boolean {
  return body?.safeParse({}).success ?? false;
}

/** Who may call, in the document: OpenAPI's security, and the words for the reader. */
export function describeWho(who: Who): { security: Record<string, string[]>[]; sentence: string } {
  const bearer = { bearer: [] };
  if (typeof who === 'object') return { security: [bearer], sentence: `Staff with \`${who.permission}\`.` };
  switch (who) {
    case 'public':
      return { security: [], sentence: 'Anyone.' };
    case 'optional':
      return { security: [{}, bearer, { guest: [] }], sentence: 'Anyone; more for the signed-in.' };
    case 'user':
      return { security: [bearer], sentence: 'Any account.' };
    case 'creator':
      return { security: [bearer], sentence: 'Approved creators.' };
    case 'dj':
      return { security: [bearer], sentence: 'Approved creators who are DJs.' };
    case 'staff':
      return { security: [bearer], sentence: 'Staff of any rank.' };
    case 'signed':
      return { security: [], sentence: 'A provider, by its signature.' };
  }
}

/** For the document alone: `readOnce` is what refuses. */
const IdempotencyHeader = z.object({
  [IDEMPOTENCY_HEADER]: z
    .string()
    .optional()
    .openapi({ param: { required: true }, description: 'Unique for each user; a repeat is answered as before.' }),
});

const UPLOAD_REFUSALS = {
  400: 'UPLOAD_MALFORMED',
  413: 'BODY_TOO_LARGE or FILE_TOO_LARGE',
  415: 'WRONG_CONTENT_TYPE or FILE_TYPE_NOT_ALLOWED',
  422: 'VALIDATION_FAILED or FILE_UNREADABLE',
  503: 'MEDIA_STORE_UNAVAILABLE',
} as const;

function describe(endpoint: Endpoint): RouteConfig {
  const { who, params, query, body, upload, response, contentType, status = 200 } = endpoint;
  const { security, sentence } = describeWho(who);
  const refused = (description: string) => ({
    description,
    content: { 'application/json': { schema: ErrorEnvelope } },
  });
  const refusals: Record<string, string> = {
    ...(body
      ? {
          400: endpoint.movesMoney ? 'MALFORMED_JSON or IDEMPOTENCY_KEY_REQUIRED' : 'MALFORMED_JSON',
          413: 'BODY_TOO_LARGE',
          415: 'WRONG_CONTENT_TYPE',
        }
      : {}),
    ...(upload?.contentType === 'multipart/form-data' ? UPLOAD_REFUSALS : {}),
    ...(security.length > 0 ? { 401: 'UNAUTHENTICATED, TOKEN_EXPIRED or SESSION_ENDED' } : {}),
    ...(security.length > 0 && who !== 'user' && who !== 'optional' ? { 403: 'Not allowed.' } : {}),
    ...(params ? { 404: 'Not there, or not visible to you.' } : {}),
    ...(body || query || params
      ? { 422: endpoint.movesMoney ? 'VALIDATION_FAILED or IDEMPOTENCY_KEY_REUSED' : 'VALIDATION_FAILED' }
      : {}),
    429: 'TOO_MANY_REQUESTS',
    ...endpoint.refusals,
  };
  return {
    method: endpoint.method,
    path: endpoint.path,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: [`**Who:** ${sentence}`, endpoint.description].filter(Boolean).join('\n\n'),
    security,
    request: {
      ...(params ? { params: params as z.ZodObject } : {}), // routes declare objects
      ...(query ? { query: query as z.ZodObject } : {}),
      ...(endpoint.movesMoney ? { headers: IdempotencyHeader } : {}),
      ...(body
        ? { body: { required: !mayBeLeftOut(endpoint), content: { 'application/json': { schema: body } } } }
        : {}),
    },
    responses: {
      [status]: contentType
        ? { description: 'OK', content: { [contentType]: { schema: response } } }
        : {
            description: 'OK',
            content: {
              'application/json': {
                schema: z.object({ success: z.literal(true), data: response, message: z.string().optional() }),
              },
            },
          },
      ...Object.fromEntries(Object.entries(refusals).map(([code, text]) => [code, refused(text)])),
    },
  };
}
