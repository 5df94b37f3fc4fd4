/**
 * Refuses a WebSocket. A client only sees close code 1006 if its upgrade is refused. So we accept the upgrade and close
 * it immediately with a code of our own: 44 and the last two digits of the HTTP status.
 */
import type { AppError } from './errors';

const REFUSED = 4_000;
/** The close code for any other refusal. */
const POLICY_VIOLATION = 1_008;
const CODED = new Set([401, 403, 404, 429]);

export function isUpgrade(request: Request): boolean {
  return request.headers.get('upgrade')?.toLowerCase() === 'websocket';
}

/** The close reason is the refusal's code, which clients switch on. */
export function refuseSocket({ status, code }: AppError): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(CODED.has(status) ? REFUSED + status : POLICY_VIOLATION, code);
  return new Response(null, { status: 101, webSocket: client });
}
