/**
 * Stands in for LiveKit if none runs: sends its webhooks, signed by its own SDK, and serves the part of its API that
 * creating a stream key needs.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { AccessToken, TokenVerifier } from 'livekit-server-sdk';

export interface LiveKitKeys {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** Posts an event as LiveKit's server does: proto JSON, and a JWT that carries the body's SHA-256. */
export async function postWebhook(
  origin: string,
  { apiKey, apiSecret }: LiveKitKeys,
  event: Readonly<Record<string, unknown>>,
): Promise<Response> {
  const createdAt = String(Math.floor(Date.now() / 1_000));
  const body = JSON.stringify({ id: `EV_${randomUUID()}`, createdAt, ...event });
  const token = new AccessToken(apiKey, apiSecret, { ttl: '5m' });
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return fetch(`${origin}/api/v1/webhook/livekit`, {
    method: 'POST',
    headers: { 'content-type': 'application/webhook+json', authorization: await token.toJwt() },
    body,
  });
}

export function ingressEvent(event: 'ingress_started' | 'ingress_ended', ingressId: string, roomName: string) {
  const now = nanoseconds();
  const state = event === 'ingress_started' ? { startedAt: now } : { endedAt: now };
  return { event, ingressInfo: { ingressId, roomName, inputType: 'RTMP_INPUT', state } };
}

function nanoseconds(): string {
  return `${Date.now()}000000`;
}

export async function isListening({ url }: LiveKitKeys): Promise<boolean> {
  return fetch(url.replace(/^ws/, 'http'), { signal: AbortSignal.timeout(2_000) }).then(
    () => true,
    () => false,
  );
}

interface Ingress {
  readonly ingress_id: string;
  readonly stream_key: string;
  readonly url: string;
  video: unknown;
  room_name: string;
  participant_identity: string;
  enabled: boolean;
  state: { status: 'ENDPOINT_INACTIVE' | 'ENDPOINT_PUBLISHING'; started_at?: string };
}

export interface StandIn {
  /** Sets whether an encoder is sending, because the minute's sweep polls it. */
  setPublishing(ingressId: string, isPublishing: boolean): void;
  /** The video room that the ingress publishes to. */
  roomOf(ingressId: string): string;
  close(): Promise<void>;
}

/** Listens at the URL where the server expects LiveKit. */
export async function standInForLiveKit(keys: LiveKitKeys): Promise<StandIn> {
  const ingresses = new Map<string, Ingress>();
  const verifier = new TokenVerifier(keys.apiKey, keys.apiSecret);
  const server = createServer(async (request, response) => {
    const reply = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    try {
      await verifier.verify((request.headers.authorization ?? '').replace(/^Bearer /, ''));
    } catch {
      reply(401, { code: 'unauthenticated', msg: 'invalid token' });
      return;
    }
    const answer = answerCall(ingresses, request.url ?? '', await readJson(request));
    if (answer) reply(200, answer);
    else reply(404, { code: 'not_found', msg: 'object cannot be found' });
  });
  const { hostname, port } = new URL(keys.url);
  await listen(server, Number(port || 80), hostname);
  return {
    setPublishing(ingressId, isPublishing) {
      const ingress = ingresses.get(ingressId);
      if (!ingress) return;
      ingress.state = isPublishing
        ? { status: 'ENDPOINT_PUBLISHING', started_at: nanoseconds() }
        : { ...ingress.state, status: 'ENDPOINT_INACTIVE' };
    },
    roomOf: (ingressId) => ingresses.get(ingressId)?.room_name ?? '',
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Returns undefined for unknown calls and objects. */
function answerCall(ingresses: Map<string, Ingress>, path: string, body: Readonly<Record<string, unknown>>) {
  switch (path.replace('/twirp/livekit.', '')) {
    case 'Ingress/CreateIngress': {
      const ingress: Ingress = {
        ingress_id: `IN_${randomUUID()}`,
        stream_key: randomUUID().replaceAll('-', ''),
        url: 'rtmp://localhost:1935/x',
        video: body.video,
        room_name: String(body.roomName),
        participant_identity: String(body.participantIdentity),
        enabled: true,
        state: { status: 'ENDPOINT_INACTIVE' },
      };
      ingresses.set(ingress.ingress_id, ingress);
      return ingress;
    }
    case 'Ingress/DeleteIngress': {
      const ingress = ingresses.get(String(body.ingressId));
      ingresses.delete(String(body.ingressId));
      return ingress;
    }
    case 'Ingress/UpdateIngress': {
      const ingress = ingresses.get(String(body.ingressId));
      if (!ingress) return undefined;
      const { roomName = ingress.room_name, participantIdentity = ingress.participant_identity } = body;
      return Object.assign(ingress, {
        room_name: roomName,
        participant_identity: participantIdentity,
        enabled: body.enabled ?? ingress.enabled,
        video: body.video,
        state: { ...ingress.state, status: 'ENDPOINT_INACTIVE' },
      });
    }
    case 'Ingress/ListIngress': {
      if (body.ingressId === undefined) return { items: [...ingresses.values()] };
      const ingress = ingresses.get(String(body.ingressId));
      return ingress && { items: [ingress] };
    }
    case 'RoomService/ListRooms': {
      const publishing = [...ingresses.values()].filter(({ state }) => state.status === 'ENDPOINT_PUBLISHING');
      return {
        rooms: publishing.map(({ room_name }) => ({ name: room_name, num_participants: 1, num_publishers: 1 })),
      };
    }
    default: // its rooms have no participants
      return undefined;
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || '{}');
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}
