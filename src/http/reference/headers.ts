/**
 * Names the headers of every response in the reference. In development a response fails if it has a header of this
 * list that its page does not name.
 */
import { SESSION_TOKEN_HEADER } from '@/shared/actor';
import type { Endpoint } from '../endpoint';
import type { Refusal } from '../errors';

interface HeaderPage {
  readonly description: string;
  readonly schema: { readonly type: 'string' | 'integer'; readonly format?: string };
  readonly example: string | number;
}

const text = { type: 'string' } as const;

/** The document's `components.headers`. A page of an endpoint refers to them by name. */
export const HEADERS = {
  'x-request-id': {
    description: 'The id of this request. Name it when you report a problem.',
    schema: { type: 'string', format: 'uuid' },
    example: '019abc5e-7a10-7c3b-9d2f-0123456789ab',
  },
  'Cache-Control': {
    description: '`no-store`, unless the response may be kept. Responses to a signed-in user are never public.',
    schema: text,
    example: 'no-store',
  },
  'RateLimit-Policy': {
    description: 'The limit this request counts against: its name, its quota and its window in seconds.',
    schema: text,
    example: '"read";q=1200;w=60',
  },
  RateLimit: {
    description: 'Only if the limit is used up: what is left (`r`) and the seconds until more is granted (`t`).',
    schema: text,
    example: '"read";r=0;t=60',
  },
  'Retry-After': {
    description: 'The seconds after which the same request may succeed, if the server knows them.',
    schema: { type: 'integer' },
    example: 60,
  },
  [SESSION_TOKEN_HEADER]: {
    description:
      'The session token: after signing in, and again when yours was signed with an older key. Keep the newest.',
    schema: text,
    example: 'mF_9.B5f-4.1JqM',
  },
  ETag: {
    description: 'The version of this response. Send it as `If-None-Match` to get 304 if nothing changed.',
    schema: text,
    example: '"33a64df551425fcc"',
  },
  'Content-Disposition': {
    description: 'Whether the file is shown or saved, and its name.',
    schema: text,
    example: 'attachment; filename="footlight-2026-11-23.csv"',
  },
  'Content-Range': {
    description: 'Which bytes of the file these are. In a 416: its size.',
    schema: text,
    example: 'bytes 0-1023/146515',
  },
  'Accept-Ranges': { description: 'The file can be read in parts.', schema: text, example: 'bytes' },
  Location: {
    description: 'Where to go next.',
    schema: { type: 'string', format: 'uri' },
    example: 'https://footlight.example/api/v1/stream/live',
  },
  Vary: { description: 'The request headers that this response depends on.', schema: text, example: 'Authorization' },
} as const satisfies Readonly<Record<string, HeaderPage>>;
export type HeaderName = keyof typeof HEADERS;

/** Sent before anything can fail, whatever the response. */
function headersOfAll({ who, limit }: Endpoint): HeaderName[] {
  const isCounted = who !== 'signed' || limit === 'signIn';
  const always = ['x-request-id', 'Cache-Control'] as const;
  return isCounted ? [...always, 'RateLimit-Policy'] : [...always];
}

export function headersOfSuccess(endpoint: Endpoint): HeaderName[] {
  const { who, csv, html, contentType, sends = [] } = endpoint;
  const isSecured = who !== 'public' && who !== 'signed';
  const isFile = csv === true || contentType === 'text/csv';
  const names: HeaderName[] = [
    ...headersOfAll(endpoint),
    ...(isSecured || sends.includes(SESSION_TOKEN_HEADER) ? ([SESSION_TOKEN_HEADER] as const) : []),
    ...(isFile && !sends.includes('Content-Disposition') ? (['Content-Disposition'] as const) : []),
    ...(who === 'optional' || html ? (['Vary'] as const) : []),
    ...sends.filter((name) => name !== SESSION_TOKEN_HEADER && name !== 'Vary'),
  ];
  return names;
}

/** @param refusals those with this status */
export function headersOfRefusal(endpoint: Endpoint, status: number, refusals: readonly Refusal[]): HeaderName[] {
  const mayPass = status === 429 || status === 503 || refusals.some(({ code }) => PASSES.includes(code));
  return [
    ...headersOfAll(endpoint),
    ...(mayPass ? (['Retry-After'] as const) : []),
    ...(status === 429 ? (['RateLimit'] as const) : []),
    ...(status === 416 ? (['Content-Range'] as const) : []),
  ];
}

/** Refusals with another status that also say when they end. */
const PASSES = ['TIMED_OUT', 'DUPLICATE_MESSAGE'];

/** For a page: each name with a reference to its description. */
export function describeHeaders(names: readonly HeaderName[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The headers of this response that the reference knows, but not on this page. */
export function undeclaredHeaders(sent: Iterable<string>, declared: readonly HeaderName[]): string[] {
  const lower = declared.map((name) => name.toLowerCase());
  const known = Object.keys(HEADERS).map((name) => name.toLowerCase());
  return [...sent].map((name) => name.toLowerCase()).filter((name) => known.includes(name) && !lower.includes(name));
}
