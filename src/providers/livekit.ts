/**
 * LiveKit through its server SDK, which is loaded at the first call. Rooms are named by channel id, because an
 * ingress is made once a channel and lives across its streams. Every call is tried once, for ten seconds at most.
 */
import { z } from '@hono/zod-openapi';
import type { WebhookEvent } from 'livekit-server-sdk';
import type { Config } from '@/config';
import { sha256 } from '@/shared/crypto';
import { SECOND_MS, toIso } from '@/shared/time';
import type { IngressType, MediaEvent, MediaProvider, MediaToken, Participant } from './media';
import { mediaError } from './media-errors';

const CALL_SECONDS_MAX = 10;
/** Short, since whoever is banned may still hold one; LiveKit renews it for a client that is connected. */
const VIEWER_TOKEN_SECONDS = 2 * 60;
const PUBLISHER_TOKEN_SECONDS = 10 * 60;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const LIST_PAGES_MAX = 200;
/** So many names make 40 KB. */
const ROOMS_A_CALL = 1_000;
/** Of IngressState.Status, which the SDK does not export. */
const ENDPOINT_PUBLISHING = 2;

const FRAMES_PER_SECOND = 30;
/** Simulcast: a viewer gets the best layer that their connection carries. */
const VIDEO_LAYERS = [
  { quality: 2, width: 1_920, height: 1_080, bitrate: 4_500_000 },
  { quality: 1, width: 1_280, height: 720, bitrate: 2_000_000 },
  { quality: 0, width: 640, height: 360, bitrate: 500_000 },
] as const;
const AUDIO_BITS_PER_SECOND = 128_000;

const loadSdk = () => import('livekit-server-sdk');
type Sdk = Awaited<ReturnType<typeof loadSdk>>;

type LiveKitConfig = Config['livekit'];

export function livekit({ livekit: config, environment }: Config): MediaProvider {
  const apiUrl = config.url.replace(/^ws/, 'http');
  const mayNotRun = environment === 'development' && LOOPBACK.includes(new URL(apiUrl).hostname);
  const clientUrl = config.url.replace(/^http/, 'ws');
  // Without failover: a call that timed out may have been carried out, and a second ingress would be nobody's.
  const options = { requestTimeout: CALL_SECONDS_MAX, failover: false };
  const ingressClient = (sdk: Sdk) => new sdk.IngressClient(apiUrl, config.apiKey, config.apiSecret, options);
  const roomClient = (sdk: Sdk) => new sdk.RoomServiceClient(apiUrl, config.apiKey, config.apiSecret, options);

  return {
    createIngress: (type, participant) =>
      ask(async (sdk) => {
        const input = { RTMP: sdk.IngressInput.RTMP_INPUT, WHIP: sdk.IngressInput.WHIP_INPUT }[type];
        const made = await ingressClient(sdk).createIngress(input, ingressOptions(sdk, type, participant));
        return { ingressId: made.ingressId, serverUrl: made.url, streamKey: made.streamKey };
      }),

    deleteIngress: (ingressId) =>
      ask((sdk) =>
        unlessGone(sdk, () =>
          ingressClient(sdk)
            .deleteIngress(ingressId)
            .then(() => undefined),
        ),
      ),

    listActiveIngresses: () => ask((sdk) => listPublishing(sdk, apiUrl, config)),

    listPublishedRooms: (rooms) =>
      ask(async (sdk) => {
        const published = new Set<string>();
        for (let start = 0; start < rooms.length; start += ROOMS_A_CALL)
          for (const room of await roomClient(sdk).listRooms(rooms.slice(start, start + ROOMS_A_CALL)))
            if (room.numPublishers > 0) published.add(room.name);
        return published;
      }),

    removeParticipant: (room, identity, at) =>
      ask((sdk) => {
        // LiveKit voids tokens whose `nbf`, in whole seconds, is below this: the next second catches those of this one.
        const revokeTokenTs = BigInt(Math.floor(at / SECOND_MS) + 1);
        const remove = () => roomClient(sdk).removeParticipant(room, identity, { revokeTokenTs });
        return unlessGone(sdk, mayNotRun ? () => unlessUnreachable(sdk, remove) : remove);
      }),

    viewerToken: (participant, now) =>
      signToken(config, clientUrl, participant, now, VIEWER_TOKEN_SECONDS, {
        canPublish: false,
        canPublishData: false,
        // From the other clients, which would list who watches; its webhooks tell of them all the same.
        hidden: true,
      }),

    publisherToken: (participant, now) =>
      signToken(config, clientUrl, participant, now, PUBLISHER_TOKEN_SECONDS, {
        canPublish: true,
        canPublishData: true,
        hidden: false,
      }),

    async readWebhook(body, authorization) {
      const { WebhookReceiver } = await loadSdk();
      const receiver = new WebhookReceiver(config.apiKey, config.apiSecret);
      // It throws plain errors for a missing, forged or expired signature, another body's hash and an unreadable body.
      const said = await receiver.receive(body, authorization).catch(() => undefined);
      // An event without id is the same event only if it says the same.
      return said && { id: said.id || sha256(body), event: translate(said) };
    },
  };
}

/** Runs a call; whatever goes wrong is MEDIA_UNAVAILABLE to the caller, with the reason as its cause. */
async function ask<T>(call: (sdk: Sdk) => Promise<T>): Promise<T> {
  try {
    return await call(await loadSdk());
  } catch (error) {
    const refusal = mediaError('MEDIA_UNAVAILABLE');
    refusal.cause = error;
    throw refusal;
  }
}

/** By Twirp's code and not by the status: a wrong URL is 404 as well, and must not pass for done. */
async function unlessGone(sdk: Sdk, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof sdk.ServerError && error.code === 'not_found')) throw error;
  }
}

/** For one's own machine, on which LiveKit may not run: where it does not, nobody is in its rooms. */
async function unlessUnreachable(sdk: Sdk, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    const isSilent = error instanceof Error && error.name === 'TimeoutError';
    if (isSilent || error instanceof sdk.ServerError) throw error;
  }
}

function ingressOptions(sdk: Sdk, type: IngressType, { room, identity, name }: Participant) {
  return {
    name: `${type} of ${identity}`,
    roomName: room,
    participantIdentity: identity,
    participantName: name,
    // WHIP would be passed on as it comes, in one quality.
    enableTranscoding: true,
    video: new sdk.IngressVideoOptions({
      source: sdk.TrackSource.CAMERA,
      encodingOptions: {
        case: 'options',
        value: new sdk.IngressVideoEncodingOptions({
          videoCodec: sdk.VideoCodec.H264_BASELINE, // the profile that every browser decodes
          frameRate: FRAMES_PER_SECOND,
          layers: [...VIDEO_LAYERS],
        }),
      },
    }),
    audio: new sdk.IngressAudioOptions({
      source: sdk.TrackSource.MICROPHONE,
      encodingOptions: {
        case: 'options',
        value: new sdk.IngressAudioEncodingOptions({
          audioCodec: sdk.AudioCodec.OPUS,
          bitrate: AUDIO_BITS_PER_SECOND,
          channels: 2,
          disableDtx: true, // it cuts quiet music
        }),
      },
    }),
  };
}

/** LiveKit's server writes proto names, its protocol allows either. */
const IngressPage = z.object({
  items: z.array(z.record(z.string(), z.json())).default([]),
  next_page_token: z.object({ token: z.string() }).nullish(),
  nextPageToken: z.object({ token: z.string() }).nullish(),
});

/** The SDK answers the first page and keeps the token of the next to itself, so this one call is made by hand. */
async function listPublishing(sdk: Sdk, apiUrl: string, config: LiveKitConfig): Promise<ReadonlySet<string>> {
  const publishing = new Set<string>();
  let pageToken: { token: string } | undefined;
  for (let page = 0; page < LIST_PAGES_MAX; page += 1) {
    const token = new sdk.AccessToken(config.apiKey, config.apiSecret, { ttl: CALL_SECONDS_MAX });
    token.addGrant({ ingressAdmin: true });
    const response = await fetch(new URL('/twirp/livekit.Ingress/ListIngress', apiUrl), {
      method: 'POST',
      headers: { Authorization: `Bearer ${await token.toJwt()}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(pageToken ? { pageToken } : {}),
      signal: AbortSignal.timeout(CALL_SECONDS_MAX * SECOND_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`ListIngress answered ${response.status}`);
    }
    const { items, ...next } = IngressPage.parse(await response.json());
    for (const item of items) {
      const ingress = sdk.IngressInfo.fromJson(item, { ignoreUnknownFields: true });
      if (ingress.state?.status === ENDPOINT_PUBLISHING) publishing.add(ingress.ingressId);
    }
    pageToken = next.next_page_token ?? next.nextPageToken ?? undefined;
    if (!pageToken?.token) return publishing;
  }
  // Half of the truth would end the streams of the other half.
  throw new Error(`More than ${LIST_PAGES_MAX} pages of ingresses`);
}

async function signToken(
  config: LiveKitConfig,
  serverUrl: string,
  { room, identity, name }: Participant,
  now: number,
  ttlSeconds: number,
  may: { canPublish: boolean; canPublishData: boolean; hidden: boolean },
): Promise<MediaToken> {
  const { AccessToken } = await loadSdk();
  const token = new AccessToken(config.apiKey, config.apiSecret, { identity, name, ttl: ttlSeconds });
  token.addGrant({ roomJoin: true, room, canSubscribe: true, canUpdateOwnMetadata: false, ...may });
  const expiresAt = toIso((Math.floor(now / SECOND_MS) + ttlSeconds) * SECOND_MS); // whole seconds, as the token's own
  return { provider: 'livekit', token: await token.toJwt(), serverUrl, room, identity, expiresAt };
}

/** LiveKit's event in our words. */
function translate(said: WebhookEvent): MediaEvent {
  const at = Number(said.createdAt) * SECOND_MS; // seconds, as BigInt
  const room = said.room?.name ?? '';
  switch (said.event) {
    case 'ingress_started':
    case 'ingress_ended':
      return {
        type: said.event,
        ingressId: said.ingressInfo?.ingressId ?? '',
        room: said.ingressInfo?.roomName ?? room,
        at,
      };
    case 'room_finished':
      return { type: said.event, room, at };
    case 'participant_joined':
    case 'participant_left':
      return { type: said.event, room, identity: said.participant?.identity ?? '', at };
    default:
      return { type: 'other', name: said.event, at };
  }
}
