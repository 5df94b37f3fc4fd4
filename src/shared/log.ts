/**
 * Writes one structured line per request and one per business event. Lines contain ids, and never a secret, token, code
 * or address.
 */
import type { Viewer } from './actor';

/** Ends a chain of causes that is circular. */
const CAUSES_MAX = 5;

type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Logger {
  /** A business event: `stream.live`, `application.approved`. */
  event(name: string, fields?: Fields): void;
  /** The request's own line, after its response. */
  request(fields: Fields): void;
  /** A known failure that will be retried. */
  warning(where: string, code: string): void;
  /** An unexpected error, with its stack. Never shown to the caller. */
  fault(where: string, error: unknown): void;
  /** Adds the user to all later lines. */
  actor(viewer: Viewer): void;
}

export function newLogger(requestId: string): Logger {
  let userId: string | undefined;
  const write = (level: 'info' | 'warn' | 'error', line: Record<string, unknown>) =>
    console[level](JSON.stringify({ level, requestId, userId, ...line }));
  return {
    event: (event, fields) => write('info', { event, ...fields }),
    request: (fields) => write('info', { event: 'request', ...fields }),
    warning: (where, code) => write('warn', { event: 'warning', where, code }),
    fault: (where, error) => write('error', { event: 'fault', where, error: describeFault(error) }),
    actor: (viewer) => {
      userId = viewer?.kind === 'user' ? viewer.userId : undefined;
    },
  };
}

/** Private parts of libraries' and providers' messages: parameters, addresses, URL queries, fragments of input. */
const PRIVATE: readonly [RegExp, string][] = [
  // Drizzle's, for a failed query. A parameter may contain line breaks; the list ends at the stack's first frame.
  [/\nparams: [\s\S]*?(?=\n {4}at |$)/g, ''],
  [/(\.\.\.)?"[\s\S]*?"(\.\.\.)? is not valid JSON/g, '"…" is not valid JSON'],
  [/[^\s@<>"'`/(,;:=]+@[^\s@<>"'`/),;:]+\.[a-z]{2,}/gi, '…@…'],
  [/\?[^\s"'`()<>?]*=[^\s"'`()<>]*/g, '?…'],
];

/** Message, stack and causes of an unexpected error, without private parts. */
export function describeFault(error: unknown): string {
  const parts: string[] = [];
  for (let cause = error; cause !== undefined && parts.length < CAUSES_MAX; ) {
    const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    parts.push(PRIVATE.reduce((cleaned, [pattern, instead]) => cleaned.replaceAll(pattern, instead), text));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return parts.join('\ncaused by ');
}
