/**
 * One structured line a request and one a business event. No secret, token, code or address is ever passed in:
 * a line names ids.
 */
import type { Viewer } from '@/shared/actor';

type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Logger {
  /** Something that the business would want to know: `stream.live`, `application.approved`. */
  event(name: string, fields?: Fields): void;
  /** The request's own line, once it is answered. */
  request(fields: Fields): void;
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
    fault: (where, error) =>
      write('error', {
        event: 'fault',
        where,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    actor: (viewer) => {
      userId = viewer?.kind === 'user' ? viewer.userId : undefined;
    },
  };
}
