/**
 * A stand-in of LiveKit's Twirp API at the HTTP boundary: what the real SDK sends to `livekit.test` is checked (token,
 * grants, fields) and answered from memory as LiveKit's server does; every other request goes to the real fetch.
 */
import { jwtVerify } from 'jose';
import { AccessToken } from 'livekit-server-sdk';
import { vi } from 'vitest';

export const LIVEKIT_API_KEY = 'devkey';
export const LIVEKIT_API_SECRET = 'a-livekit-secret-of-at-least-32-bytes';
const HOST = 'livekit.test:7880';
const SHA256_BYTES_TO_BASE64 = (hash: ArrayBuffer) => Buffer.from(hash).toString('base64');

type Json = Record<string, unknown>;
type Status = 'ENDPOINT_INACTIVE' | 'ENDPOINT_BUFFERING' | 'ENDPOINT_PUBLISHING';

interface StandInIngress {
  readonly ingress_id: string;
  readonly stream_key: string;
  readonly url: string;
  readonly input_type: 'RTMP_INPUT' | 'WHIP_INPUT';
  readonly room_name: string;
  readonly participant_identity: string;
  state: { status: Status };
}

interface Call {
  /** `Ingress/CreateIngress` */
  readonly method: string;
  /** As the SDK sent it: proto JSON, in which a field that has its default is left out. */
  readonly body: Json;
}

export interface LiveKitStandIn {
  readonly calls: Call[];
  readonly ingresses: Map<string, StandInIngress>;
  /** Room → identities in it. */
  readonly participants: Map<string, Set<string>>;
  /** Identities of those who publish where they are. */
  readonly publishers: Set<string>;
  /** How many ingresses a page of ListIngress holds. */
  pageSize: number;
  /** `away`: the connection fails. `slow`: it times out. `failing`: 500. */
  mode: 'well' | 'away' | 'slow' | 'failing';
  callsOf(method: string): Json[];
  setPublishing(ingressId: string, publishing: boolean): void;
  join(room: string, identity: string): void;
}

class TwirpFault extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Until the test ends (mocks are restored); a test that needs LiveKit makes its own. */
export function standInForLiveKit(): LiveKitStandIn {
  const calls: Call[] = [];
  const standIn: LiveKitStandIn = {
    calls,
    ingresses: new Map(),
    participants: new Map(),
    publishers: new Set(),
    pageSize: 100,
    mode: 'well',
    callsOf: (method) => calls.filter((call) => call.method === method).map((call) => call.body),
    setPublishing(ingressId, publishing) {
      const ingress = standIn.ingresses.get(ingressId);
      if (!ingress) throw new Error(`The stand-in has no ingress ${ingressId}`);
      ingress.state = { status: publishing ? 'ENDPOINT_PUBLISHING' : 'ENDPOINT_INACTIVE' };
    },
    join(room, identity) {
      standIn.participants.set(room, (standIn.participants.get(room) ?? new Set()).add(identity));
    },
  };
  const realFetch = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).host !== HOST) return realFetch(request);
    if (standIn.mode === 'away') throw new TypeError('Network connection lost.');
    if (standIn.mode === 'slow') throw new DOMException('The operation timed out.', 'TimeoutError');
    return answer(standIn, request);
  });
  return standIn;
}

async function answer(standIn: LiveKitStandIn, request: Request): Promise<Response> {
  try {
    if (standIn.mode === 'failing') throw new TwirpFault('internal', 500, 'something broke');
    const [, service, name] = /^\/twirp\/livekit\.(\w+)\/(\w+)$/.exec(new URL(request.url).pathname) ?? [];
    const method = `${service}/${name}`;
    const handler = METHODS[method];
    if (!handler || request.method !== 'POST') throw new TwirpFault('bad_route', 404, `no handler for ${request.url}`);
    if (!request.headers.get('content-type')?.startsWith('application/json'))
      throw new TwirpFault('bad_route', 404, 'unexpected Content-Type');
    const body = await request.json<Json>();
    standIn.calls.push({ method, body });
    return Response.json(handler(standIn, body, await grantsOf(request)));
  } catch (error) {
    if (!(error instanceof TwirpFault)) throw error;
    return Response.json({ code: error.code, msg: error.message }, { status: error.status });
  }
}

async function grantsOf(request: Request): Promise<Json> {
  const token = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(LIVEKIT_API_SECRET), {
      issuer: LIVEKIT_API_KEY,
      requiredClaims: ['exp'],
    });
    return (payload.video ?? {}) as Json; // a grant is an object, or the look-ups below find nothing
  } catch {
    throw new TwirpFault('unauthenticated', 401, 'invalid API key or token');
  }
}

function requireGrant(granted: boolean): void {
  if (!granted) throw new TwirpFault('permission_denied', 403, 'permissions denied');
}

function requireFields(body: Json, ...names: string[]): void {
  for (const name of names)
    if (typeof body[name] !== 'string' || body[name] === '')
      throw new TwirpFault('invalid_argument', 400, `${name} is required`);
}

type Method = (standIn: LiveKitStandIn, body: Json, grants: Json) => Json;

const METHODS: Readonly<Record<string, Method>> = {
  'Ingress/CreateIngress': (standIn, body, grants) => {
    requireGrant(grants.ingressAdmin === true);
    requireFields(body, 'roomName', 'participantIdentity');
    requireLayers(body);
    const input_type = body.inputType === 'WHIP_INPUT' ? 'WHIP_INPUT' : 'RTMP_INPUT';
    const ingress: StandInIngress = {
      ingress_id: `IN_${crypto.randomUUID()}`,
      stream_key: `key_${crypto.randomUUID()}`,
      url: input_type === 'WHIP_INPUT' ? 'https://livekit.test/w' : 'rtmp://livekit.test/x',
      input_type,
      room_name: String(body.roomName),
      participant_identity: String(body.participantIdentity),
      state: { status: 'ENDPOINT_INACTIVE' },
    };
    standIn.ingresses.set(ingress.ingress_id, ingress);
    return { ...ingress };
  },

  'Ingress/DeleteIngress': (standIn, body, grants) => {
    requireGrant(grants.ingressAdmin === true);
    requireFields(body, 'ingressId');
    const ingress = standIn.ingresses.get(String(body.ingressId));
    if (!ingress) throw new TwirpFault('not_found', 404, 'ingress does not exist');
    standIn.ingresses.delete(ingress.ingress_id);
    return { ...ingress };
  },

  'Ingress/ListIngress': (standIn, body, grants) => {
    requireGrant(grants.ingressAdmin === true);
    const { token = '0' } = (body.pageToken ?? {}) as { token?: string }; // of our own making, below
    const end = Number(token) + standIn.pageSize;
    const items = [...standIn.ingresses.values()].slice(Number(token), end);
    return { items, next_page_token: end < standIn.ingresses.size ? { token: String(end) } : null };
  },

  'RoomService/ListRooms': (standIn, body, grants) => {
    requireGrant(grants.roomList === true);
    const names = (body.names ?? []) as string[]; // proto's repeated string; none means all
    const named = [...standIn.participants].filter(([name]) => names.length === 0 || names.includes(name));
    const rooms = named.map(([name, inside]) => {
      const publishing = [...inside].filter((identity) => standIn.publishers.has(identity));
      return { name, sid: `RM_${name}`, num_participants: inside.size, num_publishers: publishing.length };
    });
    return { rooms };
  },

  'RoomService/RemoveParticipant': (standIn, body, grants) => {
    requireFields(body, 'room', 'identity', 'revokeTokenTs');
    requireGrant(grants.roomAdmin === true && grants.room === body.room);
    const removed = standIn.participants.get(String(body.room))?.delete(String(body.identity));
    if (!removed) throw new TwirpFault('not_found', 404, 'participant does not exist');
    return {};
  },
};

/** Several qualities of one H.264 picture, each smaller and lighter than the one before. */
function requireLayers(body: Json): void {
  const { options } = (body.video ?? {}) as { options?: { videoCodec?: string; layers?: VideoLayer[] } }; // checked here
  const layers = options?.layers ?? [];
  const falling = layers.every((layer, index) => {
    const above = layers[index - 1];
    return (
      layer.width > 0 && layer.height > 0 && (!above || (layer.height < above.height && layer.bitrate < above.bitrate))
    );
  });
  if (body.enableTranscoding !== true || !options?.videoCodec?.startsWith('H264') || layers.length < 2 || !falling)
    throw new TwirpFault('invalid_argument', 400, 'the ingress is not transcoded to several layers');
}

interface VideoLayer {
  readonly width: number;
  readonly height: number;
  readonly bitrate: number;
}

// --- Webhooks

export interface WebhookOptions {
  /** Of the signature. */
  readonly secret?: string;
  readonly apiKey?: string;
  /** As AccessToken takes it; `-5m` is one that has expired. */
  readonly ttl?: string;
}

/** A webhook as LiveKit posts it: proto JSON, and a JWT that carries the body's hash. */
export async function signedLiveKitWebhook(
  event: Json,
  { secret = LIVEKIT_API_SECRET, apiKey = LIVEKIT_API_KEY, ttl = '5m' }: WebhookOptions = {},
): Promise<{ body: string; headers: { 'content-type': string; authorization: string } }> {
  const createdAt = String(Math.floor(Date.now() / 1_000));
  const body = JSON.stringify({ id: `EV_${crypto.randomUUID()}`, createdAt, ...event });
  const token = new AccessToken(apiKey, secret, { ttl });
  token.sha256 = SHA256_BYTES_TO_BASE64(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body)));
  return { body, headers: { 'content-type': 'application/webhook+json', authorization: await token.toJwt() } };
}

/** The events' own fields, as LiveKit's server writes them. */
export const liveKitEvent = {
  ingress: (event: 'ingress_started' | 'ingress_ended', ingressId: string, roomName: string): Json => ({
    event,
    ingressInfo: { ingressId, roomName, inputType: 'RTMP_INPUT', streamKey: 'never-to-be-stored', name: '', url: '' },
  }),
  roomFinished: (name: string): Json => ({ event: 'room_finished', room: { name, sid: 'RM_1' } }),
  participant: (event: 'participant_joined' | 'participant_left', name: string, identity: string): Json => ({
    event,
    room: { name, sid: 'RM_1' },
    participant: { identity, sid: 'PA_1' },
  }),
};
