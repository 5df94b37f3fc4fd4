/** Turns declared endpoints into routes. All follow the same steps: limit → guard → input → handler → envelope. */

import { Hono, type Context as HonoContext, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { routePath } from 'hono/route';
import type { Context } from '@/contracts/context';
import { SESSION_TOKEN_HEADER, type Viewer } from '@/shared/actor';
import { checkAnswer } from './check-answer';
import { type Endpoint, isBodyOptional } from './endpoint';
import { Envelope, readPerPage } from './envelope';
import { AppError, httpError, type Refusal } from './errors';
import { foldId, readTexts } from './fold-ids';
import type { HttpEnv } from './http-env';
import { readOnce } from './idempotency';
import { allowedBy, methodNotAllowed } from './paths';
import { enforceLimit } from './rate-limit';
import { checkJson, JSON_BODY_BYTES_MAX } from './raw-body';
import { headersOfRefusal, headersOfSuccess, undeclaredHeaders } from './reference/headers';
import { refusalsOf } from './refusals';
import { invalid, parse } from './validation';

/** Decides who may call. The app supplies it, so that http depends on no domain. */
export interface Guard {
  /**
   * Identifies the caller and checks whether they may call. Throws if it cannot tell who calls.
   * @param count counts the request against its caller's budget; await it before any look-up
   */
  readonly admit: (ctx: Context, request: Request, endpoint: Endpoint, count: Count) => Promise<Admission>;
  /** Lists the refusals that `admit` may throw or answer for this endpoint. */
  readonly refusals: (endpoint: Endpoint) => readonly Refusal[];
  /** Hears of each refusal, by `admit` or the handler, before it is answered. */
  readonly refused: (
    ctx: Context,
    endpoint: Endpoint,
    viewer: Viewer,
    params: Readonly<Record<string, string>>,
    refusal: AppError,
  ) => Promise<void>;
}
/** @param caller the user or session of a genuine token. Without one, the request counts against its address. */
export type Count = (caller?: string) => Promise<void>;

export interface Admission {
  readonly viewer: Viewer;
  /** Why the viewer may not call this endpoint. */
  readonly refusal?: AppError | undefined;
  /** The caller's session token, signed with the current key. Set if theirs was signed with an older one. */
  readonly renewedToken?: string | undefined;
}

const PARAMETERS_MAX = 100;

export function mount(endpoints: readonly Endpoint[], guard: Guard): Hono<HttpEnv> {
  const router = new Hono<HttpEnv>();
  const fixed = methodsOfFixedPaths(endpoints);
  for (const endpoint of endpoints.toSorted(bySpecificity)) {
    const path = endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const before = [
      ...(path.includes(':') ? [keepFixedPaths(path, fixed)] : []),
      checkRefusals(endpoint, guard),
      reportRefusals(endpoint, guard),
      admit(endpoint, guard),
      ...(endpoint.body ? [limitJson] : []),
    ];
    router.on(endpoint.method, [path], ...before, (c) => answer(c, endpoint));
  }
  return router;
}

/** The methods of each path without parameters. */
function methodsOfFixedPaths(endpoints: readonly Endpoint[]): ReadonlyMap<string, readonly string[]> {
  const fixed = Map.groupBy(
    endpoints.filter(({ path }) => !path.includes('{')),
    ({ path }) => path,
  );
  return new Map([...fixed].map(([path, own]) => [path, own.map(({ method }) => method.toUpperCase())]));
}

/** `/stream/create` is no stream's id: what it does not take is 405, and not a stream that does not exist. */
function keepFixedPaths(pattern: string, fixed: ReadonlyMap<string, readonly string[]>): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const base = routePath(c).length - pattern.length;
    const methods = fixed.get(c.req.path.slice(base).replace(/\/$/, ''));
    if (methods) throw methodNotAllowed(allowedBy(methods));
    await next();
  };
}

async function answer(c: HonoContext<HttpEnv>, endpoint: Endpoint): Promise<Response> {
  const { ctx, actor } = c.var;
  const body = endpoint.body && parse(endpoint.body, await readJson(c, endpoint));
  const input = {
    actor,
    params: endpoint.params && parse(endpoint.params, readParams(c)),
    query: endpoint.query && parse(endpoint.query, readPerPage(endpoint.query, readQuery(c))),
    body,
    once: endpoint.movesMoney ? readOnce(c.req.raw, `${endpoint.method} ${endpoint.path}`, body) : undefined,
    request: c.req.raw,
  };
  const result = await endpoint.handler(ctx, input as never); // `endpoint()` tied the handler to these schemas
  if (result instanceof Response) return checkHeaders(c, endpoint, result);
  const { data, extras } = result instanceof Envelope ? result : new Envelope(result);
  const status = extras.status ?? endpoint.status ?? 200;
  // In development and in the tests, every response is checked against its page in the reference.
  if (ctx.config.environment === 'development') checkAnswer(endpoint, status, data);
  const response = c.json(
    { success: true as const, data, ...(extras.message ? { message: extras.message } : {}) },
    status,
    headersOf(endpoint, extras),
  );
  return checkHeaders(c, endpoint, response);
}

/** A cache must not answer a signed-in reader with what it kept for a guest, nor one user with another's. */
function headersOf({ who }: Endpoint, { headers }: Envelope<unknown>['extras']): Record<string, string> | undefined {
  return who === 'optional' && headers?.['Cache-Control'] !== undefined
    ? { ...headers, Vary: 'Authorization' }
    : headers;
}

function readParams(c: HonoContext): Record<string, string> {
  return Object.fromEntries(Object.entries(c.req.param()).map(([name, value]) => [name, foldId(value)]));
}

/** Links in campaigns carry them, and they are for the website that shows them: no read knows them. */
const CAMPAIGN = /^utm_/i;

/** A parameter sent once is a string; one sent repeatedly is a list. Throws VALIDATION_FAILED. */
function readQuery(c: HonoContext): Record<string, unknown> {
  if (c.req.url.split('&', PARAMETERS_MAX + 1).length > PARAMETERS_MAX)
    throw invalid('', `there are at most ${PARAMETERS_MAX} parameters`);
  const isRead = ['GET', 'HEAD'].includes(c.req.method);
  const sent = Object.entries(c.req.queries()).filter(([name]) => !(isRead && CAMPAIGN.test(name)));
  const query = Object.fromEntries(sent.map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
  return readTexts(query) as typeof query; // it keeps the names
}

/** Throws WRONG_CONTENT_TYPE, MALFORMED_JSON, BODY_TOO_LARGE. */
async function readJson(c: HonoContext, endpoint: Endpoint): Promise<unknown> {
  // Clients omit a body in three ways: no body, an empty one, and an empty one with a content type.
  const isLeftOut = c.req.raw.body === null || c.req.header('content-length') === '0';
  if (isLeftOut && isBodyOptional(endpoint)) return {};
  if (!/^application\/([\w.-]+\+)?json\b/i.test(c.req.header('content-type') ?? ''))
    throw httpError('WRONG_CONTENT_TYPE', { message: 'The body must be application/json.' });
  return checkJson(() => c.req.json());
}

/** In development and in the tests, a response may only have the headers that its page in the reference names. */
function checkHeaders(c: HonoContext<HttpEnv>, endpoint: Endpoint, response: Response): Response {
  if (c.var.ctx.config.environment !== 'development') return response;
  const undeclared = undeclaredHeaders(response.headers.keys(), headersOfSuccess(endpoint));
  if (response.status < 400 && response.status !== 101 && undeclared.length > 0)
    throw new Error(`${endpoint.method} ${endpoint.path} does not declare what it sends: ${undeclared.join(', ')}`);
  return response;
}

/** In development and in the tests, an endpoint may only refuse with codes that its page in the reference names. */
function checkRefusals(endpoint: Endpoint, guard: Guard): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    await next();
    if (!(c.error instanceof AppError) || c.var.ctx.config.environment !== 'development') return;
    const { code, status } = c.error;
    const named = refusalsOf(endpoint, guard.refusals(endpoint));
    if (!named.some((refusal) => refusal.code === code && refusal.status === status))
      throw new Error(`${endpoint.method} ${endpoint.path} does not declare its refusal ${code} (${status})`);
    const alike = named.filter((refusal) => refusal.status === status);
    const headers = Object.keys(c.error.headers ?? {});
    const undeclared = undeclaredHeaders(headers, headersOfRefusal(endpoint, status, alike));
    if (undeclared.length > 0)
      throw new Error(`${endpoint.method} ${endpoint.path} sends headers with ${code} that its page does not name`);
  };
}

/** A failure to report it is logged, and the caller still gets the refusal. */
function reportRefusals(endpoint: Endpoint, guard: Guard): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    await next();
    if (!(c.error instanceof AppError)) return;
    const { ctx, actor } = c.var;
    await guard
      .refused(ctx, endpoint, actor, readParams(c), c.error)
      .catch((error: unknown) => ctx.log.fault(`report of a refusal by ${endpoint.operationId}`, error));
  };
}

/** Fixed segments come before parameters: `/stream/live` is not a stream's id. */
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

/** Limit → guard, before the input is read. Returns a renewed token with the response. */
function admit(endpoint: Endpoint, guard: Guard): MiddlewareHandler<HttpEnv> {
  const { limit = endpoint.method === 'get' ? 'read' : 'write' } = endpoint;
  return async (c, next) => {
    const { ctx } = c.var;
    // Sign-in counts before the guard. Other requests count inside it, so that signed-in users count as themselves.
    if (limit === 'signIn') await enforceLimit(c, limit);
    const count = async (caller?: string) => {
      // A provider sends the events of thousands of viewers from a few addresses; its signature is the guard.
      if (limit !== 'signIn' && endpoint.who !== 'signed') await enforceLimit(c, limit, caller);
    };
    const { viewer, refusal, renewedToken } = await guard.admit(ctx, c.req.raw, endpoint, count);
    c.set('actor', viewer);
    ctx.log.actor(viewer);
    if (refusal) throw refusal;
    await next();
    if (renewedToken !== undefined && isForCallerAlone(c.res)) c.header(SESSION_TOKEN_HEADER, renewedToken);
  };
}

/** A response in a shared cache may reach others, and sockets have no headers to read. */
function isForCallerAlone({ status, headers }: Response): boolean {
  return status !== 101 && !/\bpublic\b/i.test(headers.get('cache-control') ?? '');
}
