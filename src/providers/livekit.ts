/**
 * LiveKit through its server SDK, which is loaded at the first call. Every call is tried once, for ten seconds at most.
 */
import { z } from '@hono/zod-openapi';
import type { VideoGrant } from 'livekit-server-sdk';
import type { Config } from '@/contracts/config';
import type { IngressSeen, MediaProvider, MediaToken, MediaWebhook, Participant, RoomSeen } from '@/contracts/media';
import { sha256 } from '@/shared/crypto';
import { SECOND_MS, toIso } from '@/shared/time';
import { ISSUED_AT, seenParticipant, translateWebhook } from './livekit-events';
import { ingressOptions, seenIngress } from './livekit-ingress';
import { ask, gone, loadSdk, type Sdk, unlessUnknown, unlessUnreachable } from './livekit-sdk';
import { parseJson, UNKNOWN_TYPE, unreadable } from './read-event';

const CALL_SECONDS_MAX = 10;
/** Without failover: a call that timed out may have succeeded, and a second ingress would belong to nobody. */
const CALL_OPTIONS = { requestTimeout: CALL_SECONDS_MAX, failover: false };
/** Short, because a banned user may still hold one; LiveKit renews it for connected clients. */
const VIEWER_TOKEN_SECONDS = 2 * 60;
const PUBLISHER_TOKEN_SECONDS = 10 * 60;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const LIST_PAGES_MAX = 200;
/** This many names take 40 KB. */
const ROOMS_A_CALL = 1_000;

type LiveKitConfig = Config['livekit'];

export function livekit({ livekit: config, environment }: Config): MediaProvider {
  const apiUrl = config.url.replace(/^ws/, 'http');
  const mayNotRun = environment === 'development' && LOOPBACK.includes(new URL(apiUrl).hostname);
  const clientUrl = config.url.replace(/^http/, 'ws');

  return {
    ...ingressCalls(config, apiUrl),
    ...roomCalls(config, apiUrl, mayNotRun),
    ...voiceCalls(config, apiUrl, mayNotRun),

    mayNotRun,
    seesBrowsers: true,

    viewerToken: (participant, now) =>
      signToken(config, clientUrl, participant, now, VIEWER_TOKEN_SECONDS, () => ({
        canPublish: false,
        canPublishData: false,
        // Hidden from other clients, which would otherwise list the viewers; webhooks still report them.
        hidden: true,
      })),

    voiceToken: (participant, mayPublish, now) =>
      signToken(config, clientUrl, participant, now, VIEWER_TOKEN_SECONDS, ({ TrackSource }) => ({
        canPublish: mayPublish,
        canPublishSources: [TrackSource.MICROPHONE],
        canPublishData: false,
        hidden: false,
      })),

    publisherToken: (participant, now) =>
      signToken(config, clientUrl, participant, now, PUBLISHER_TOKEN_SECONDS, ({ TrackSource }) => ({
        canPublish: true,
        canPublishSources: [
          TrackSource.CAMERA,
          TrackSource.MICROPHONE,
          TrackSource.SCREEN_SHARE,
          TrackSource.SCREEN_SHARE_AUDIO,
        ],
        canPublishData: true,
        hidden: false,
      })),

    async readWebhook(body, authorization) {
      const sdk = await loadSdk();
      return (await isSigned(sdk, config, body, authorization)) ? readBody(sdk, config, body) : undefined;
    },

    readAgain: async (body) => (await readBody(await loadSdk(), config, body)).event,
  };
}

/** False if the token is missing, forged or expired, or is for another body. */
async function isSigned(
  { TokenVerifier }: Sdk,
  { apiKey, apiSecret }: LiveKitConfig,
  body: string,
  authorization: string | undefined,
): Promise<boolean> {
  if (!authorization) return false;
  const claims = await new TokenVerifier(apiKey, apiSecret).verify(authorization).catch(() => undefined);
  return claims?.sha256 === Buffer.from(sha256(body), 'base64url').toString('base64');
}

/** @param body whose signature was verified */
async function readBody({ WebhookReceiver }: Sdk, config: LiveKitConfig, body: string): Promise<MediaWebhook> {
  // Events without an id are the same event only if their bodies are equal.
  let [id, name] = [sha256(body), UNKNOWN_TYPE];
  try {
    const said = await new WebhookReceiver(config.apiKey, config.apiSecret).receive(body, undefined, true);
    [id, name] = [said.id || id, said.event];
    return { id, name, event: translateWebhook(said) };
  } catch (error) {
    return { id, name, event: unreadable(parseJson(body) === undefined ? 'It is not JSON.' : error) };
  }
}

type IngressCalls = 'createIngress' | 'updateIngress' | 'deleteIngress' | 'findIngress' | 'listIngresses';

function ingressCalls(config: LiveKitConfig, apiUrl: string): Pick<MediaProvider, IngressCalls> {
  const client = (sdk: Sdk) => new sdk.IngressClient(apiUrl, config.apiKey, config.apiSecret, CALL_OPTIONS);
  return {
    createIngress: (form) =>
      ask(async (sdk) => {
        const input = { RTMP: sdk.IngressInput.RTMP_INPUT, WHIP: sdk.IngressInput.WHIP_INPUT }[form.type];
        const made = await client(sdk).createIngress(input, ingressOptions(sdk, form));
        return { ingressId: made.ingressId, serverUrl: made.url, streamKey: made.streamKey };
      }),

    updateIngress: (ingressId, form) =>
      ask((sdk) =>
        unlessUnknown(sdk, async () => {
          const options = ingressOptions(sdk, form);
          // LiveKit checks new encodings against the previous transcoding setting, so WHIP gets the new setting first.
          const { video: _, audio: __, ...rest } = options;
          if (form.type === 'WHIP' && options.enableTranscoding) await client(sdk).updateIngress(ingressId, rest);
          await client(sdk).updateIngress(ingressId, options);
          return true;
        }),
      ).then((known) => known ?? false),

    deleteIngress: (ingressId) => ask((sdk) => gone(sdk, () => client(sdk).deleteIngress(ingressId))),

    findIngress: (ingressId) =>
      ask(async (sdk) => {
        const list = () => client(sdk).listIngress({ ingressId });
        const [found] = (await unlessUnknown(sdk, list)) ?? [];
        return found && seenIngress(found);
      }),

    listIngresses: () => ask((sdk) => listIngresses(sdk, apiUrl, config)),
  };
}

type RoomCalls = 'listRooms' | 'listParticipants' | 'deleteRoom' | 'removeParticipant';

type VoiceCalls = 'setVoice' | 'muteVoice';

/** @param mayNotRun as below */
function voiceCalls(config: LiveKitConfig, apiUrl: string, mayNotRun: boolean): Pick<MediaProvider, VoiceCalls> {
  const client = (sdk: Sdk) => new sdk.RoomServiceClient(apiUrl, config.apiKey, config.apiSecret, CALL_OPTIONS);
  const unlessAbsent = (call: (sdk: Sdk) => Promise<unknown>) =>
    ask((sdk) => {
      const act = () => gone(sdk, () => call(sdk));
      return mayNotRun ? unlessUnreachable(act) : act();
    });
  return {
    setVoice: (room, identity, mayPublish) =>
      unlessAbsent((sdk) =>
        // The whole permission: what is left out would be taken away.
        client(sdk).updateParticipant(room, identity, {
          permission: {
            canSubscribe: true,
            canPublish: mayPublish,
            canPublishSources: [sdk.TrackSource.MICROPHONE],
            canPublishData: false,
            hidden: false,
            canUpdateMetadata: false,
          },
          attributes: { stage: mayPublish ? 'on' : 'off' },
        }),
      ),

    muteVoice: (room, identity) =>
      unlessAbsent(async (sdk) => {
        const rooms = client(sdk);
        const { tracks } = await rooms.getParticipant(room, identity);
        for (const { sid } of tracks) await gone(sdk, () => rooms.mutePublishedTrack(room, identity, sid, true));
      }),
  };
}

/** @param mayNotRun true in development: a LiveKit that is not running has nothing to close */
function roomCalls(config: LiveKitConfig, apiUrl: string, mayNotRun: boolean): Pick<MediaProvider, RoomCalls> {
  const client = (sdk: Sdk) => new sdk.RoomServiceClient(apiUrl, config.apiKey, config.apiSecret, CALL_OPTIONS);
  const unlessItNeverRuns = async (call: () => Promise<void>) => (mayNotRun ? unlessUnreachable(call) : call());
  return {
    listRooms: (names) =>
      ask(async (sdk) => {
        const seen = new Map<string, RoomSeen>();
        const read = async (some?: string[]) => {
          for (const room of await client(sdk).listRooms(some))
            seen.set(room.name, { participants: room.numParticipants, publishers: room.numPublishers });
        };
        if (!names) await read();
        else
          for (let start = 0; start < names.length; start += ROOMS_A_CALL)
            await read(names.slice(start, start + ROOMS_A_CALL));
        return seen;
      }),

    listParticipants: (room) =>
      ask(async (sdk) => {
        const inside = await unlessUnknown(sdk, () => client(sdk).listParticipants(room));
        return (inside ?? []).map(seenParticipant);
      }),

    deleteRoom: (room) => ask((sdk) => unlessItNeverRuns(() => gone(sdk, () => client(sdk).deleteRoom(room)))),

    removeParticipant: (room, identity, at) =>
      ask((sdk) => {
        const rooms = client(sdk);
        // LiveKit Cloud voids tokens whose `nbf`, in whole seconds, is below this; the next second covers tokens issued
        // in this one. NOTE: LiveKit's own server accepts it and ignores it.
        const revokeTokenTs = BigInt(Math.floor(at / SECOND_MS) + 1);
        const remove = async () => {
          if (seenParticipant(await rooms.getParticipant(room, identity)).issuedAt <= at)
            await rooms.removeParticipant(room, identity, { revokeTokenTs });
        };
        return unlessItNeverRuns(() => gone(sdk, remove));
      }),
  };
}

/** LiveKit's server writes proto names, but its protocol allows both forms. */
const IngressPage = z.object({
  items: z.array(z.record(z.string(), z.json())).default([]),
  next_page_token: z.object({ token: z.string() }).nullish(),
  nextPageToken: z.object({ token: z.string() }).nullish(),
});

/** The SDK returns the first page but not the token of the next one, so this call is made by hand. */
async function listIngresses(
  sdk: Sdk,
  apiUrl: string,
  config: LiveKitConfig,
): Promise<ReadonlyMap<string, IngressSeen>> {
  const seen = new Map<string, IngressSeen>();
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
      seen.set(ingress.ingressId, seenIngress(ingress));
    }
    pageToken = next.next_page_token ?? next.nextPageToken ?? undefined;
    if (!pageToken?.token) return seen;
  }
  // An incomplete list would end the streams that are missing from it.
  throw new Error(`More than ${LIST_PAGES_MAX} pages of ingresses`);
}

async function signToken(
  config: LiveKitConfig,
  serverUrl: string,
  { room, identity, name, attributes }: Participant,
  now: number,
  ttlSeconds: number,
  may: (sdk: Sdk) => VideoGrant,
): Promise<MediaToken> {
  const sdk = await loadSdk();
  const token = new sdk.AccessToken(config.apiKey, config.apiSecret, {
    identity,
    name,
    ttl: ttlSeconds,
    attributes: { ...attributes, [ISSUED_AT]: String(now) },
  });
  token.addGrant({ roomJoin: true, room, canSubscribe: true, canUpdateOwnMetadata: false, ...may(sdk) });
  const expiresAt = toIso((Math.floor(now / SECOND_MS) + ttlSeconds) * SECOND_MS); // whole seconds, like the token's own
  return { provider: 'livekit', token: await token.toJwt(), serverUrl, room, identity, expiresAt };
}
