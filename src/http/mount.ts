/**
 * Turns declared endpoints into routes: limit → guard → body → handler → envelope, the same way for all,
 * and into their pages of the OpenAPI document.
 */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Context } from '@/context';
import type { Viewer } from '@/shared/actor';
import { describe, mayBeLeftOut } from './describe';
import type { Endpoint } from './endpoint';
import { Envelope } from './envelope';
import { httpError } from './errors';
import { readOnce } from './idempotency';
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
