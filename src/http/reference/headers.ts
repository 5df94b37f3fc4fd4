/**
 * Names the headers of every response in the reference. In development a response fails if it has a header of this
 * list that its page does not name.
 */
import { SESSION_TOKEN_HEADER } from '@/shared/actor';
import type { Endpoint } from '../endpoint';
import type { Refusal } from '../errors';
import { HEADERS, type HeaderName } from './header-names';

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
