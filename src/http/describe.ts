/** Builds an endpoint's page of the OpenAPI document from its declaration. */
import { type RouteConfig, z } from '@hono/zod-openapi';
import { type Endpoint, isBodyOptional, isForStaff, requiresVerification, type Who } from './endpoint';
import { ErrorEnvelope } from './envelope';
import type { Refusal } from './errors';
import { IDEMPOTENCY_HEADER } from './idempotency';
import { HEADERS } from './reference/header-names';
import { describeHeaders, headersOfRefusal, headersOfSuccess } from './reference/headers';
import { refusalsOf } from './refusals';

/** @param guarded the guard's refusals for this endpoint */
export function describe(endpoint: Endpoint, guarded: readonly Refusal[]): RouteConfig {
  const { who, params, query, body, upload, response, contentType, status = 200 } = endpoint;
  const message = z.string().optional().openapi({ example: 'Stream info updated successfully' });
  const { security, sentence } = describeWho(who);
  const verification = requiresVerification(endpoint) ? ' The email address must be verified.' : '';
  const enveloped = (data: z.ZodType) => z.object({ success: z.literal(true), data, message });
  const answer = contentType
    ? { [contentType]: { schema: response } }
    : {
        'application/json': { schema: enveloped(response) },
        ...(endpoint.csv ? { 'text/csv': { schema: z.string() } } : {}),
        ...(endpoint.html ? { 'text/html': { schema: z.string() } } : {}),
      };
  const { also } = endpoint;
  const headers = describeHeaders(headersOfSuccess(endpoint));
  const alsoAnswer = also?.response ? { 'application/json': { schema: enveloped(also.response) } } : answer;
  return {
    operationId: endpoint.operationId,
    method: endpoint.method,
    path: endpoint.path,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: [`**Who:** ${sentence}${verification}`, endpoint.description].filter(Boolean).join('\n\n'),
    security,
    'x-who': isForStaff(endpoint) ? 'staff' : who,
    ...(typeof who === 'object' ? { 'x-permission': who.permission } : {}),
    request: {
      ...(params ? { params: params as z.ZodObject } : {}), // routes declare objects
      ...(query ? { query: query as z.ZodObject } : {}),
      ...(endpoint.movesMoney ? { headers: IdempotencyHeader } : {}),
      ...(body
        ? { body: { required: !isBodyOptional(endpoint), content: { 'application/json': { schema: body } } } }
        : {}),
      ...(upload ? { body: { required: true, content: describeUpload(upload) } } : {}),
    },
    responses: {
      [status]: { description: 'OK', headers, content: answer },
      ...(also ? { [also.status]: { description: also.when, headers, content: alsoAnswer } } : {}),
      ...describeParts(endpoint, answer),
      ...describeRefusals(endpoint, refusalsOf(endpoint, guarded)),
    },
  };
}

function describeUpload({ contentType, schema, json }: NonNullable<Endpoint['upload']>) {
  return { [contentType]: { schema }, ...(json ? { 'application/json': { schema: json } } : {}) };
}

/** The other responses to a conditional request and to one for a range. */
function describeParts(endpoint: Endpoint, content: Record<string, { schema: z.ZodType }>): RouteConfig['responses'] {
  const { sends = [] } = endpoint;
  const headers = describeHeaders(headersOfSuccess(endpoint));
  return {
    ...(sends.includes('Content-Range')
      ? { 206: { description: 'The range that was asked for.', headers, content } }
      : {}),
    ...(sends.includes('ETag') ? { 304: { description: 'You already have this version.', headers } } : {}),
  };
}

/** Lists the codes by status, each with its sentence. */
function describeRefusals(endpoint: Endpoint, refusals: readonly Refusal[]): RouteConfig['responses'] {
  const byStatus = Map.groupBy(
    refusals.toSorted((a, b) => a.status - b.status),
    ({ status }) => status,
  );
  return Object.fromEntries(
    [...byStatus].map(([status, listed]) => [
      status,
      {
        description: listed.map(({ code, sentence }) => `- \`${code}\`: ${sentence}`).join('\n'),
        headers: describeHeaders(headersOfRefusal(endpoint, Number(status), listed)),
        content: { 'application/json': { schema: ErrorEnvelope, example: exampleOfRefusal(listed) } },
      },
    ]),
  );
}

/** The first of the refusals with one status, as a client gets it. */
function exampleOfRefusal([first]: readonly Refusal[]) {
  const { code, status, sentence } = first ?? { code: 'INTERNAL', status: 500, sentence: '' }; // a status has a refusal
  return {
    success: false,
    error: {
      code,
      message: sentence,
      ...(code === 'VALIDATION_FAILED' ? { details: [{ path: 'title', message: 'is required' }] } : {}),
      ...(status >= 500 ? { requestId: HEADERS['x-request-id'].example } : {}),
    },
  };
}

/** Who may call: OpenAPI's security, and a sentence for readers. */
function describeWho(who: Who): { security: Record<string, string[]>[]; sentence: string } {
  const security = [{ bearer: [] }];
  if (typeof who === 'object') return { security, sentence: `Staff with \`${who.permission}\`.` };
  switch (who) {
    case 'public':
      return { security: [], sentence: 'Anyone.' };
    case 'optional':
      return { security: [{}, ...security, { guest: [] }], sentence: 'Anyone. Signed-in users get more.' };
    case 'user':
      return { security, sentence: 'Any account.' };
    case 'creator':
      return { security, sentence: 'Approved creators.' };
    case 'dj':
      return { security, sentence: 'Approved creators who are DJs.' };
    case 'performer':
      return { security, sentence: 'Approved creators who are performers.' };
    case 'guide':
      return { security, sentence: 'Approved guides.' };
    case 'staff':
      return { security, sentence: 'Staff of any rank.' };
    case 'signed':
      return { security: [], sentence: 'A provider, authenticated by its signature.' };
  }
}

/** Only for the document: `readOnce` does the validation. */
const IdempotencyHeader = z.object({
  [IDEMPOTENCY_HEADER]: z
    .string()
    .optional()
    .openapi({
      param: { required: true },
      pattern: '^[\\x21-\\x7e]{1,255}$',
      description: 'Unique for each user. A repeat returns the first response.',
    }),
});
