/**
 * Paths that no route answers as they were asked: with another method, which is 405 and names the right ones, or with a
 * slash at the end, which is the same path.
 */
import type { MiddlewareHandler } from 'hono';
import { type AppError, httpError } from './errors';

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Middleware is registered for all methods. */
const ANY_METHOD = 'ALL';

/** The methods of a path, as `Allow` lists them. None if the path is unknown. */
export type MethodsOf = (path: string) => string[];

/** @param read the app's routes; read at the first call, since most requests have a route */
export function methodsBy(read: () => readonly Route[]): MethodsOf {
  let known: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  return (path) => {
    known ??= methodsByPattern(read());
    const segments = path.split('/');
    const fitting = [...known].filter(([pattern]) => fits(pattern, segments));
    // `/stream/live` is no stream's id, so it takes nothing that a stream takes.
    const openMin = Math.min(...fitting.map(([pattern]) => openPartsOf(pattern)));
    const methods = new Set(
      fitting.flatMap(([pattern, found]) => (openPartsOf(pattern) === openMin ? [...found] : [])),
    );
    return methods.size === 0 ? [] : allowedBy([...methods]);
  };
}

/** As `Allow` lists them: a path that takes GET takes HEAD, and every path takes OPTIONS. */
export function allowedBy(methods: readonly string[]): string[] {
  return [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])].toSorted();
}

function methodsByPattern(routes: readonly Route[]): ReadonlyMap<string, ReadonlySet<string>> {
  const patterns = new Map<string, Set<string>>();
  for (const { method, path } of routes)
    if (method !== ANY_METHOD) patterns.set(path, (patterns.get(path) ?? new Set()).add(method));
  return patterns;
}

/** How many segments of the pattern stand for anything. */
function openPartsOf(pattern: string): number {
  return pattern.split('/').filter((part) => part === '*' || part.startsWith(':')).length;
}

function fits(pattern: string, segments: readonly string[]): boolean {
  const parts = pattern.split('/');
  const isOpen = parts.at(-1) === '*';
  if (isOpen ? segments.length < parts.length : segments.length !== parts.length) return false;
  return parts.every((part, place) => {
    const segment = segments[place] ?? '';
    return part === '*' || (part.startsWith(':') ? segment !== '' : part === segment);
  });
}

/** For a request that has no route. */
export function noRoute(methodsOf: MethodsOf, { method, path }: Route): AppError {
  const methods = methodsOf(path);
  // A handler may also find nothing at its own path.
  if (methods.length === 0 || methods.includes(method)) return httpError('NOT_FOUND');
  return methodNotAllowed(methods);
}

export function methodNotAllowed(methods: readonly string[]): AppError {
  return httpError('METHOD_NOT_ALLOWED', { headers: { Allow: methods.join(', ') } });
}

/**
 * Says which methods a path has where a client asks by OPTIONS, and sends readers of pages to the path without a slash,
 * since the links of a page are relative to it.
 */
export function keepPaths(methodsOf: MethodsOf): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { method, path, url } = c.req;
    if (method === 'OPTIONS') {
      const methods = methodsOf(path);
      if (methods.length > 0) c.res.headers.set('Allow', methods.join(', '));
    }
    const { pathname, search } = new URL(url);
    const isPage = c.res.headers.get('content-type')?.startsWith('text/html') ?? false;
    if (isPage && ['GET', 'HEAD'].includes(method) && pathname.length > 1 && pathname.endsWith('/'))
      c.res = c.redirect(`${pathname.slice(0, -1)}${search}`, 308);
  };
}
