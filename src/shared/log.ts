/**
 * One structured line a request and one a business event. No secret, token, code or address is ever passed in:
 * a line names ids.
 */
import type { Viewer } from './actor';

/** A chain of causes that leads back to itself must end. */
const CAUSES_MAX = 5;

type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Logger {
  /** Something that the business would want to know: `stream.live`, `application.approved`. */
  event(name: string, fields?: Fields): void;
  /** The request's own line, once it is answered. */
  request(fields: Fields): void;
  /** What did not work for a known reason and is tried again. */
  warning(where: string, code: string): void;
  /** An unexpected fault, with its stack; never shown to the caller. */
  fault(where: string, error: unknown): void;
  /** From here on the lines say who it was. */
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

/**
 * Private parts of the messages of libraries and providers: parameters, addresses, queries of URLs, pieces of texts.
 */
const PRIVATE: readonly [RegExp, string][] = [
  // Drizzle's, of a failed query. A parameter may hold line breaks; the list ends at the stack's first frame.
  [/\nparams: [\s\S]*?(?=\n {4}at |$)/g, ''],
  [/(\.\.\.)?"[\s\S]*?"(\.\.\.)? is not valid JSON/g, '"…" is not valid JSON'],
  [/[^\s@<>"'`/(,;:=]+@[^\s@<>"'`/),;:]+\.[a-z]{2,}/gi, '…@…'],
  [/\?[^\s"'`()<>?]*=[^\s"'`()<>]*/g, '?…'],
];

/** Message, stack and causes of an unexpected error, without what is private in them. */
export function describeFault(error: unknown): string {
  const parts: string[] = [];
  for (let cause = error; cause !== undefined && parts.length < CAUSES_MAX; ) {
    const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    parts.push(PRIVATE.reduce((cleaned, [pattern, instead]) => cleaned.replaceAll(pattern, instead), text));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return parts.join('\ncaused by ');
}
