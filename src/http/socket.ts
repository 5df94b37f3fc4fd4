/**
 * A refused WebSocket. A client sees nothing of a refused upgrade but close code 1006, so the upgrade is accepted
 * and closed at once with a code of its own: 44 and the last two digits of the HTTP status.
 */
import type { AppError } from './errors';

const REFUSED = 4_000;
/** Any other refusal, as far as a socket can tell. */
const POLICY_VIOLATION = 1_008;
const CODED = new Set([401, 403, 404, 429]);

export function isUpgrade(request: Request): boolean {
  return request.headers.get('upgrade')?.toLowerCase() === 'websocket';
}

/** The reason is the refusal's code, which clients switch on. */
export function refuseSocket({ status, code }: AppError): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(CODED.has(status) ? REFUSED + status : POLICY_VIOLATION, code);
  return new Response(null, { status: 101, webSocket: client });
}
