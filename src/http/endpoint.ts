/**
 * Declares an endpoint: who may call it, its input and output, and its handler, in one place. `mount.ts` turns the
 * declaration into a route with its guard and limits, `describe.ts` into its page of the reference.
 */

import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { Limit } from '@/contracts/limits';
import type { Actor, Permission, Viewer } from '@/shared/actor';
import type { Envelope } from './envelope';
import type { Refusal } from './errors';
import type { Once } from './idempotency';
import type { HeaderName } from './reference/header-names';

/**
 * Who may call: anyone, anyone with more for signed-in users, an account, an approved creator, a creator who is a DJ or
 * a performer, an approved guide, staff of any rank, staff with a permission, or a provider by its signature. The
 * handler checks the signature on the raw body.
 */
export type Who =
  | 'public'
  | 'optional'
  | 'user'
  | 'creator'
  | 'dj'
  | 'performer'
  | 'guide'
  | 'staff'
  | { readonly permission: Permission }
  | 'signed';

export type ActorOf<W extends Who> = W extends 'public' | 'signed' ? undefined : W extends 'optional' ? Viewer : Actor;

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Schema = z.ZodType | undefined;
type Output<S extends Schema> = S extends z.ZodType ? z.output<S> : undefined;

export interface Input<
  W extends Who,
  P extends Schema,
  Q extends Schema,
  B extends Schema,
  M extends true | undefined,
> {
  actor: ActorOf<W>;
  params: Output<P>;
  query: Output<Q>;
  body: Output<B>;
  /** The Idempotency-Key and the hash of its request, if the endpoint moves money. */
  once: M extends true ? Once : undefined;
  /**
   * The raw request, for input that is not JSON: uploads, signatures, upgrades. Its body is unread if `body` is absent.
   */
  request: Request;
}

export interface EndpointDefinition<
  W extends Who = Who,
  P extends Schema = Schema,
  Q extends Schema = Schema,
  B extends Schema = Schema,
  R extends z.ZodType = z.ZodType,
  M extends true | undefined = true | undefined,
  A extends Schema = Schema,
> {
  /** Verb and noun, unique in the API: `joinStream`. Generated clients name their functions after it. */
  operationId: string;
  method: Method;
  /** Below /api/v1, with parameters in braces: `/stream/{id}`. */
  path: string;
  /** Other paths of this endpoint, with the same parameters: `/viewer/live`. Each has its own page in the reference. */
  aliases?: readonly (string | { readonly method: Method; readonly path: string })[];
  tag: string;
  /** One line for the reference's list of endpoints. */
  summary: string;
  /** Details that do not fit the summary; Markdown. */
  description?: string;
  who: W;
  params?: P;
  query?: Q;
  body?: B;
  /** A body that is not JSON, described only for the document. The handler reads it from `request`. */
  upload?: {
    contentType: 'multipart/form-data' | 'application/webhook+json' | 'application/json';
    schema: z.ZodType;
    /** The body may also be JSON of this shape. */
    json?: z.ZodType;
  };
  /** Shape of `data`, or of the body if the response is not JSON. */
  response: R;
  /** For a response that is not JSON. The handler then returns a Response. */
  contentType?: string;
  status?: 200 | 201 | 202;
  /** Another status, and when it is sent. It has the same response, or one of its own. */
  also?: { readonly status: 200 | 201 | 202 | 401; readonly when: string; readonly response?: A };
  /** Headers of the response that are not on every page. In development, sending another one is an error. */
  sends?: readonly HeaderName[];
  /** The response is also available as text/csv. The handler then returns a Response. */
  csv?: true;
  /** The response is also available as a page, text/html. The handler then returns a Response. */
  html?: true;
  /**
   * The handler's refusals: `[streamError.ALREADY_LIVE]`. `refusals.ts` adds those of http and the guard. In
   * development a request fails if its endpoint refuses with any other code.
   */
  refusals?: readonly Refusal[];
  limit?: Exclude<Limit, 'lookUp'>;
  /** Requires an Idempotency-Key and passes it on as `once`. */
  movesMoney?: M;
  /**
   * Allows accounts with an unverified address. Otherwise such an account may only read its own data, and is a guest if
   * `who` is `optional`.
   */
  unverified?: true;
  /** Stays open to everyone while the platform is down for maintenance. */
  duringMaintenance?: true;
  /** Also accepts the restricted token that a banned user gets instead of a session. */
  restricted?: true;
  /** For a check of the database itself: if it fails or is late, the access token alone says who calls. */
  withoutDatabase?: true;
  /** Staff with a permission may also call it for others: their 403 and 404 are then in the staff log. */
  staffToo?: true;
  /**
   * The name of this write in the staff log (`user.status`), for a refusal too. The operation id if absent: for writes
   * whose name depends on the input.
   */
  logs?: string;
  /** For reads that must check session and status on the primary database: credentials, exports, documents. */
  fresh?: true;
  handler: (ctx: Context, input: Input<W, P, Q, B, M>) => Promise<Answer<R, A>> | Answer<R, A>;
}

type Answer<R extends z.ZodType, A extends Schema> =
  | z.input<R>
  | Envelope<z.input<R>>
  | Response
  | (A extends z.ZodType ? Envelope<z.input<A>> : never);

/** An endpoint without its type parameters, as `mount` and the tests use it. */
export interface Endpoint extends Omit<EndpointDefinition, 'handler'> {
  handler: (ctx: Context, input: never) => unknown;
}

export function endpoint<
  W extends Who,
  R extends z.ZodType,
  P extends Schema = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
  M extends true | undefined = undefined,
  A extends Schema = undefined,
>(definition: EndpointDefinition<W, P, Q, B, R, M, A>): Endpoint {
  return definition;
}

/**
 * Turns each alias into an endpoint of its own, so that the router, the reference and the tests treat all paths alike.
 */
export function withAliases(endpoints: readonly Endpoint[]): Endpoint[] {
  return endpoints.flatMap((endpoint) => [
    endpoint,
    ...(endpoint.aliases ?? []).map((alias) => aliasOf(endpoint, alias)),
  ]);
}

function aliasOf(endpoint: Endpoint, alias: NonNullable<Endpoint['aliases']>[number]): Endpoint {
  const { aliases: _all, operationId, method, path, description, ...rest } = endpoint;
  const own = typeof alias === 'string' ? { method, path: alias } : alias;
  const words = own.path.split(/\W+/).filter(Boolean);
  return {
    ...rest,
    ...own,
    tag: words[0] ?? endpoint.tag,
    // `listLiveStreams` at `/viewer/live` is `listLiveStreamsAtViewerLive`.
    operationId: `${operationId}At${words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')}`,
    description: [`The same as \`${method.toUpperCase()} ${path}\`.`, description].filter(Boolean).join(' '),
  };
}

/** Whether the endpoint refuses accounts with an unverified address. */
export function requiresVerification({ who, method, unverified }: Pick<Endpoint, 'who' | 'method' | 'unverified'>) {
  if (unverified || who === 'public' || who === 'optional' || who === 'signed') return false;
  return !(who === 'user' && method === 'get');
}

/** Whether only staff may call. They need two-factor authentication. */
export function isForStaff({ who }: Pick<Endpoint, 'who'>): boolean {
  return who === 'staff' || typeof who === 'object';
}

/** Whether the body may be left out: all of its fields are optional. */
export function isBodyOptional({ body }: Endpoint): boolean {
  return body?.safeParse({}).success ?? false;
}
