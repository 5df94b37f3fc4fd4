/**
 * A stand-in of LiveKit's Twirp API at the HTTP boundary: what the real SDK sends to `livekit.test` is checked (token,
 * grants, fields) and answered from memory as LiveKit's server does; every other request goes to the real fetch.
 */
import { decodeJwt, jwtVerify } from 'jose';
import { AccessToken } from 'livekit-server-sdk';
import { vi } from 'vitest';
import type { IngressForm } from '@/contracts/media';

export const LIVEKIT_API_KEY = 'devkey';
export const LIVEKIT_API_SECRET = 'a-livekit-secret-of-at-least-32-bytes';
const HOST = 'livekit.test:7880';
const SHA256_BYTES_TO_BASE64 = (hash: ArrayBuffer) => Buffer.from(hash).toString('base64');

type Json = Record<string, unknown>;
type Status = 'ENDPOINT_INACTIVE' | 'ENDPOINT_BUFFERING' | 'ENDPOINT_PUBLISHING' | 'ENDPOINT_ERROR';

interface IngressState {
  readonly status: Status;
  readonly error?: string;
  /** Nanoseconds. */
  readonly started_at?: string;
  readonly ended_at?: string;
  readonly video?: { width: number; height: number; framerate: number; average_bitrate: number };
}

interface StandInIngress {
  readonly ingress_id: string;
  readonly stream_key: string;
  readonly url: string;
  readonly input_type: 'RTMP_INPUT' | 'WHIP_INPUT';
  room_name: string;
  participant_identity: string;
  enabled: boolean;
  enable_transcoding: boolean;
  video: Json;
  state: IngressState;
}

interface StandInParticipant {
  readonly identity: string;
  readonly attributes: Readonly<Record<string, string>>;
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
  /** Room → identities in it. A room that was made and is empty is there until it is deleted. */
  readonly participants: Map<string, Set<string>>;
  /** Identities of those who publish where they are. */
  readonly publishers: Set<string>;
  /** How many ingresses a page of ListIngress holds. */
  pageSize: number;
  /** ListRooms still counts publishers that have left. */
  isCountLate: boolean;
  /** Calls that fail, while the others do well. */
  readonly broken: Set<string>;
  /** `away`: the connection fails. `slow`: it times out. `failing`: 500. */
  mode: 'well' | 'away' | 'slow' | 'failing';
  callsOf(method: string): Json[];
  setPublishing(ingressId: string, publishing: boolean): void;
  setState(ingressId: string, state: IngressState): void;
  /** As an encoder connects: what it publishes comes into the room that the ingress says. False: it was refused. */
  connectEncoder(ingressId: string, startedAt?: number): boolean;
  disconnectEncoder(ingressId: string): void;
  /** The process is gone, and so is its participant; LiveKit goes on saying that the ingress publishes. */
  killEncoder(ingressId: string): void;
  join(room: string, identity: string, attributes?: Readonly<Record<string, string>>): void;
  /** With a token as it was issued: its room, identity and attributes. */
  joinWith(token: string): StandInParticipant & { room: string };
  publish(room: string, identity: string): void;
  leave(room: string, identity: string): void;
  /** Who receives what somebody publishes into the room. */
  audience(room: string): string[];
  attributesOf(room: string, identity: string): Readonly<Record<string, string>>;
  /** Whether a participant may publish: by their token, or by what it was changed to since. */
  mayPublish(room: string, identity: string): boolean;
  readonly permitted: Map<string, boolean>;
}

const nanoseconds = (ms: number) => `${Math.round(ms)}000000`;

function ingressOf(standIn: LiveKitStandIn, ingressId: string): StandInIngress {
  const ingress = standIn.ingresses.get(ingressId);
  if (!ingress) throw new Error(`The stand-in has no ingress ${ingressId}`);
  return ingress;
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
  const known = new Map<string, Readonly<Record<string, string>>>();
  const standIn: LiveKitStandIn = {
    calls,
    ingresses: new Map(),
    participants: new Map(),
    publishers: new Set(),
    pageSize: 100,
    isCountLate: false,
    broken: new Set(),
    mode: 'well',
    callsOf: (method) => calls.filter((call) => call.method === method).map((call) => call.body),
    setPublishing(ingressId, publishing) {
      if (publishing) standIn.connectEncoder(ingressId);
      else standIn.disconnectEncoder(ingressId);
    },
    setState(ingressId, state) {
      ingressOf(standIn, ingressId).state = state;
    },
    connectEncoder(ingressId, startedAt = Date.now()) {
      const ingress = ingressOf(standIn, ingressId);
      if (!ingress.enabled) {
        ingress.state = { status: 'ENDPOINT_ERROR', error: 'ingress is disabled', started_at: nanoseconds(startedAt) };
        return false;
      }
      ingress.state = { status: 'ENDPOINT_PUBLISHING', started_at: nanoseconds(startedAt) };
      standIn.publish(ingress.room_name, ingress.participant_identity);
      return true;
    },
    disconnectEncoder(ingressId) {
      const ingress = ingressOf(standIn, ingressId);
      ingress.state = { ...ingress.state, status: 'ENDPOINT_INACTIVE', ended_at: nanoseconds(Date.now()) };
      standIn.leave(ingress.room_name, ingress.participant_identity);
    },
    killEncoder(ingressId) {
      const ingress = ingressOf(standIn, ingressId);
      standIn.leave(ingress.room_name, ingress.participant_identity);
    },
    join(room, identity, attributes = {}) {
      standIn.participants.set(room, (standIn.participants.get(room) ?? new Set()).add(identity));
      known.set(`${room}/${identity}`, attributes);
    },
    joinWith(token) {
      const {
        sub: identity = '',
        video,
        attributes,
      } = decodeJwt<{ video: { room: string; canPublish?: boolean }; attributes: object }>(token);
      standIn.permitted.set(`${video.room}/${identity}`, video.canPublish === true);
      standIn.join(video.room, identity, { ...attributes });
      return { room: video.room, identity, attributes: { ...attributes } };
    },
    publish(room, identity) {
      if (!standIn.participants.get(room)?.has(identity)) standIn.join(room, identity);
      standIn.publishers.add(identity);
    },
    leave(room, identity) {
      standIn.participants.get(room)?.delete(identity);
      standIn.publishers.delete(identity);
    },
    audience(room) {
      const inside = [...(standIn.participants.get(room) ?? [])];
      const isOn = inside.some((identity) => standIn.publishers.has(identity));
      return isOn ? inside.filter((identity) => !standIn.publishers.has(identity)) : [];
    },
    attributesOf: (room, identity) => known.get(`${room}/${identity}`) ?? {},
    permitted: new Map(),
    mayPublish: (room, identity) => standIn.permitted.get(`${room}/${identity}`) === true,
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
    if (standIn.broken.has(method)) throw new TwirpFault('internal', 500, 'something broke');
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
    requireEncoding(body, String(body.inputType ?? 'RTMP_INPUT'));
    const input_type = body.inputType === 'WHIP_INPUT' ? 'WHIP_INPUT' : 'RTMP_INPUT';
    const ingress: StandInIngress = {
      ingress_id: `IN_${crypto.randomUUID()}`,
      stream_key: `key_${crypto.randomUUID()}`,
      url: input_type === 'WHIP_INPUT' ? 'https://livekit.test/w' : 'rtmp://livekit.test/x',
      input_type,
      room_name: String(body.roomName),
      participant_identity: String(body.participantIdentity),
      enabled: body.enabled !== false,
      enable_transcoding: body.enableTranscoding === true,
      video: (body.video ?? {}) as Json,
      state: { status: 'ENDPOINT_INACTIVE' },
    };
    standIn.ingresses.set(ingress.ingress_id, ingress);
    return { ...ingress };
  },

  'Ingress/UpdateIngress': (standIn, body, grants) => {
    requireGrant(grants.ingressAdmin === true);
    requireFields(body, 'ingressId');
    const ingress = standIn.ingresses.get(String(body.ingressId));
    if (!ingress) throw new TwirpFault('not_found', 404, 'ingress does not exist');
    // As LiveKit has it: what is there is held against new options, and only then changed.
    if (!ingress.enable_transcoding && (body.video as Json | undefined)?.options)
      throw new TwirpFault(
        'invalid_argument',
        400,
        'video encoding options must be empty if transcoding bypass is selected',
      );
    // A session that is running ends, whatever is changed; the encoder comes back by itself.
    if (ingress.state.status === 'ENDPOINT_PUBLISHING') standIn.disconnectEncoder(ingress.ingress_id);
    else if (ingress.state.status === 'ENDPOINT_ERROR')
      ingress.state = { ...ingress.state, status: 'ENDPOINT_INACTIVE' };
    if (body.roomName) ingress.room_name = String(body.roomName);
    if (body.participantIdentity) ingress.participant_identity = String(body.participantIdentity);
    if (body.enabled !== undefined) ingress.enabled = body.enabled === true;
    if (body.enableTranscoding !== undefined) ingress.enable_transcoding = body.enableTranscoding === true;
    if (body.video) ingress.video = body.video as Json;
    if (body.video)
      requireEncoding({ enableTranscoding: ingress.enable_transcoding, video: ingress.video }, ingress.input_type);
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
    if (typeof body.ingressId === 'string') {
      const named = standIn.ingresses.get(body.ingressId);
      if (!named) throw new TwirpFault('not_found', 404, 'ingress does not exist');
      return { items: [named] };
    }
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
      return {
        name,
        sid: `RM_${name}`,
        num_participants: inside.size,
        num_publishers: standIn.isCountLate ? 1 : publishing.length,
      };
    });
    return { rooms };
  },

  'RoomService/DeleteRoom': (standIn, body, grants) => {
    requireFields(body, 'room');
    requireGrant(grants.roomCreate === true);
    const room = String(body.room);
    const inside = standIn.participants.get(room);
    if (!inside) throw new TwirpFault('not_found', 404, 'requested room does not exist');
    for (const identity of inside) standIn.publishers.delete(identity);
    standIn.participants.delete(room);
    // An encoder is thrown out like everybody; the ingress' session ends with it.
    for (const ingress of standIn.ingresses.values())
      if (ingress.room_name === room && ingress.state.status === 'ENDPOINT_PUBLISHING')
        ingress.state = { ...ingress.state, status: 'ENDPOINT_INACTIVE' };
    return {};
  },

  'RoomService/ListParticipants': (standIn, body, grants) => {
    requireFields(body, 'room');
    requireGrant(grants.roomAdmin === true && grants.room === body.room);
    const inside = [...(standIn.participants.get(String(body.room)) ?? [])];
    return { participants: inside.map((identity) => participantOf(standIn, String(body.room), identity)) };
  },

  'RoomService/GetParticipant': (standIn, body, grants) => {
    requireFields(body, 'room', 'identity');
    requireGrant(grants.roomAdmin === true && grants.room === body.room);
    const [room, identity] = [String(body.room), String(body.identity)];
    if (!standIn.participants.get(room)?.has(identity))
      throw new TwirpFault('not_found', 404, 'participant does not exist');
    return participantOf(standIn, room, identity);
  },

  'RoomService/UpdateParticipant': (standIn, body, grants) => {
    requireFields(body, 'room', 'identity');
    requireGrant(grants.roomAdmin === true && grants.room === body.room);
    const [room, identity] = [String(body.room), String(body.identity)];
    if (!standIn.participants.get(room)?.has(identity))
      throw new TwirpFault('not_found', 404, 'participant does not exist');
    // The permission is replaced as a whole; a flag that is false is left out of the JSON.
    const { canPublish = false } = (body.permission ?? {}) as { canPublish?: boolean };
    if (body.permission) standIn.permitted.set(`${room}/${identity}`, canPublish);
    // LiveKit unpublishes what may no longer be published.
    if (body.permission && !canPublish) standIn.publishers.delete(identity);
    return participantOf(standIn, room, identity);
  },

  'RoomService/MutePublishedTrack': (standIn, body, grants) => {
    requireFields(body, 'room', 'identity', 'trackSid');
    requireGrant(grants.roomAdmin === true && grants.room === body.room);
    if (!standIn.publishers.has(String(body.identity))) throw new TwirpFault('not_found', 404, 'track is not found');
    return { track: { sid: body.trackSid, type: 'AUDIO', muted: body.muted === true } };
  },

  'RoomService/RemoveParticipant': (standIn, body, grants) => {
    requireFields(body, 'room', 'identity', 'revokeTokenTs');
    requireGrant(grants.roomAdmin === true && grants.room === body.room);
    const removed = standIn.participants.get(String(body.room))?.delete(String(body.identity));
    if (!removed) throw new TwirpFault('not_found', 404, 'participant does not exist');
    return {};
  },
};

function participantOf(standIn: LiveKitStandIn, room: string, identity: string): Json {
  const tracks = standIn.publishers.has(identity) ? [{ sid: `TR_${identity}`, type: 'VIDEO' }] : [];
  return { identity, sid: `PA_${identity}`, tracks, attributes: standIn.attributesOf(room, identity) };
}

/** As LiveKit takes it: options with transcoding alone. And as we want them: several sizes of H.264, each lighter. */
function requireEncoding(body: Json, input: string): void {
  const { options } = (body.video ?? {}) as { options?: { videoCodec?: string; layers?: VideoLayer[] } }; // checked here
  if (body.enableTranscoding !== true) {
    if (input === 'WHIP_INPUT' && !options) return;
    throw new TwirpFault('invalid_argument', 400, 'encoding options go with transcoding, and only WHIP goes without');
  }
  const layers = options?.layers ?? [];
  const falling = layers.every((layer, index) => {
    const above = layers[index - 1];
    return (
      layer.width > 0 && layer.height > 0 && (!above || (layer.height < above.height && layer.bitrate < above.bitrate))
    );
  });
  if (!options?.videoCodec?.startsWith('H264') || layers.length === 0 || !falling)
    throw new TwirpFault('invalid_argument', 400, 'the ingress is not transcoded to layers');
}

interface VideoLayer {
  readonly width: number;
  readonly height: number;
  readonly bitrate: number;
}

/** An ingress as a channel wants it. */
export function anIngress(form: Partial<IngressForm> = {}): IngressForm {
  return {
    ...{ type: 'RTMP', room: 'channel-1', identity: 'enc:user-1', name: 'Ada', quality: '1080p', enabled: true },
    ...form,
  };
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
  /** @param at when (ms) the session began or ended; without, the event does not say */
  ingress: (event: 'ingress_started' | 'ingress_ended', ingressId: string, roomName: string, at?: number): Json => ({
    event,
    ingressInfo: {
      ...{ ingressId, roomName, inputType: 'RTMP_INPUT', streamKey: 'never-to-be-stored', name: '', url: '' },
      ...(at === undefined
        ? {}
        : { state: { [event === 'ingress_started' ? 'startedAt' : 'endedAt']: nanoseconds(at) } }),
    },
  }),
  roomFinished: (name: string): Json => ({ event: 'room_finished', room: { name, sid: 'RM_1' } }),
  participant: (
    event: 'participant_joined' | 'participant_left' | 'track_published',
    name: string,
    identity: string,
    attributes: Readonly<Record<string, string>> = {},
  ): Json => ({
    event,
    room: { name, sid: 'RM_1' },
    participant: { identity, sid: 'PA_1', attributes },
  }),
};
