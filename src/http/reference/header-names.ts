/** The headers of responses that the reference names: what each says. */
import { SESSION_TOKEN_HEADER } from '@/shared/actor';

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
