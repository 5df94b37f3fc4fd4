/** An endpoint's page of the OpenAPI document, made of its declaration. */
import { type RouteConfig, z } from '@hono/zod-openapi';
import { type Endpoint, isBodyOptional, requiresVerification, type Who } from './endpoint';
import { ErrorEnvelope } from './envelope';
import { IDEMPOTENCY_HEADER } from './idempotency';

/** The endpoint's page of the reference. */
export function describe(endpoint: Endpoint): RouteConfig {
  const { who, params, query, body, upload, response, contentType, status = 200 } = endpoint;
  const { security, sentence } = describeWho(who);
  const verification = requiresVerification(endpoint) ? ' The email address must be verified.' : '';
  const refused = (description: string) => ({
    description,
    content: { 'application/json': { schema: ErrorEnvelope } },
  });
  const enveloped = (data: z.ZodType) => z.object({ success: z.literal(true), data, message: z.string().optional() });
  const answer = contentType
    ? { [contentType]: { schema: response } }
    : {
        'application/json': { schema: enveloped(response) },
        ...(endpoint.csv ? { 'text/csv': { schema: z.string() } } : {}),
      };
  const { also } = endpoint;
  const alsoAnswer = also?.response ? { 'application/json': { schema: enveloped(also.response) } } : answer;
  return {
    method: endpoint.method,
    path: endpoint.path,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: [`**Who:** ${sentence}${verification}`, endpoint.description].filter(Boolean).join('\n\n'),
    security,
    request: {
      ...(params ? { params: params as z.ZodObject } : {}), // routes declare objects
      ...(query ? { query: query as z.ZodObject } : {}),
      ...(endpoint.movesMoney ? { headers: IdempotencyHeader } : {}),
      ...(body
        ? { body: { required: !isBodyOptional(endpoint), content: { 'application/json': { schema: body } } } }
        : {}),
      ...(upload ? { body: { required: true, content: { [upload.contentType]: { schema: upload.schema } } } } : {}),
    },
    responses: {
      [status]: { description: 'OK', content: answer },
      ...(also ? { [also.status]: { description: also.when, content: alsoAnswer } } : {}),
      ...Object.fromEntries(refusalsOf(endpoint).map(([code, texts]) => [code, refused(texts.join(', '))])),
    },
  };
}

interface Described {
  readonly security: Record<string, string[]>[];
  readonly sentence: string;
  /** The guard's, for whom the endpoint is not. */
  readonly refusal?: string;
}

/** Who may call: OpenAPI's security, and the words for the reader. */
function describeWho(who: Who): Described {
  const security = [{ bearer: [] }];
  if (typeof who === 'object')
    return { security, sentence: `Staff with \`${who.permission}\`.`, refusal: 'PERMISSION_REQUIRED' };
  switch (who) {
    case 'public':
      return { security: [], sentence: 'Anyone.' };
    case 'optional':
      return { security: [{}, ...security, { guest: [] }], sentence: 'Anyone; more for the signed-in.' };
    case 'user':
      return { security, sentence: 'Any account.' };
    case 'creator':
      return { security, sentence: 'Approved creators.', refusal: 'CREATOR_APPROVAL_REQUIRED' };
    case 'dj':
      return {
        security,
        sentence: 'Approved creators who are DJs.',
        refusal: 'CREATOR_APPROVAL_REQUIRED, DJ_ONLY',
      };
    case 'performer':
      return {
        security,
        sentence: 'Approved creators who are performers.',
        refusal: 'CREATOR_APPROVAL_REQUIRED, PERFORMER_ONLY',
      };
    case 'staff':
      return { security, sentence: 'Staff of any rank.', refusal: 'STAFF_ONLY' };
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

const UPLOAD_REFUSALS: readonly (readonly [number, string])[] = [
  [400, 'UPLOAD_MALFORMED'],
  [413, 'BODY_TOO_LARGE, FILE_TOO_LARGE'],
  [415, 'WRONG_CONTENT_TYPE, FILE_TYPE_NOT_ALLOWED'],
  [422, 'VALIDATION_FAILED, FILE_UNREADABLE'],
  [429, 'DAILY_BUDGET_SPENT'],
  [503, 'MEDIA_STORE_UNAVAILABLE'],
];

/** By status: what http, the guard and the domain refuse with. */
function refusalsOf(endpoint: Endpoint): [string, string[]][] {
  const { who, params, query, body, upload, movesMoney } = endpoint;
  const { security, refusal } = describeWho(who);
  const byStatus = new Map<number, string[]>();
  const add = (status: number, text: string | undefined) => {
    if (text !== undefined) byStatus.set(status, [...(byStatus.get(status) ?? []), text]);
  };
  if (body) {
    add(400, 'MALFORMED_JSON');
    add(413, 'BODY_TOO_LARGE');
    add(415, 'WRONG_CONTENT_TYPE');
  }
  if (movesMoney) add(400, 'IDEMPOTENCY_KEY_REQUIRED');
  if (security.length > 0) {
    add(401, 'UNAUTHENTICATED, TOKEN_INVALID, SESSION_ENDED');
    add(403, 'ACCOUNT_BANNED');
  }
  if (requiresVerification(endpoint)) add(403, 'EMAIL_NOT_VERIFIED');
  add(403, refusal);
  if (body || query || params) add(422, 'VALIDATION_FAILED');
  if (query instanceof z.ZodObject && 'cursor' in query.shape) add(422, 'CURSOR_INVALID');
  if (movesMoney) add(422, 'IDEMPOTENCY_KEY_REUSED');
  if (upload?.contentType === 'multipart/form-data') for (const [status, text] of UPLOAD_REFUSALS) add(status, text);
  add(429, 'TOO_MANY_REQUESTS');
  for (const [status, text] of Object.entries(endpoint.refusals ?? {})) add(Number(status), text);
  if (params && !byStatus.has(404)) add(404, 'Not there, or not visible to you.');
  return [...byStatus].map(([status, texts]) => [String(status), texts]);
}
