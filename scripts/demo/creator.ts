/** The creator's part of the demo, from the sign-in to the final figures. */
import { Client, type RoomSocket, waitFor } from '../local/client.ts';
import type { DevVars } from '../local/home.ts';
import { ingressEvent, type LiveKitKeys, postWebhook } from '../local/livekit.ts';
import { type Encoder, openEncoder } from './encoder.ts';
import { expectSame, tell } from './show.ts';

const EMAIL = 'creator1@footlight.test';
/** Covers the minute's sweep, which polls a LiveKit whose webhooks go elsewhere, plus the grace and queue delays. */
const PATIENCE_MS = 100_000;

export interface Stage {
  readonly origin: string;
  readonly vars: DevVars;
  readonly anyone: Client;
  readonly livekit: LiveKitKeys;
  readonly encoder: Encoder;
}

export interface Show {
  readonly streamId: string;
}

/** The figures that the room should report. */
export interface Tally {
  readonly sockets: readonly RoomSocket[];
  readonly uniqueViewers: number;
  /** Viewers who were banned during the show. */
  readonly removed: number;
  readonly peakViewers: number;
  readonly messages: number;
  readonly reactions: Readonly<Record<string, number>>;
}

export async function openStage(origin: string, vars: DevVars): Promise<Stage> {
  const livekit: LiveKitKeys = {
    url: vars.LIVEKIT_URL ?? 'ws://localhost:7880',
    apiKey: vars.LIVEKIT_API_KEY ?? 'devkey',
    apiSecret: vars.LIVEKIT_API_SECRET ?? 'secret',
  };
  return { origin, vars, anyone: new Client(origin), livekit, encoder: await openEncoder(origin, livekit) };
}

export async function signIn({ anyone, vars }: Stage): Promise<Client> {
  const creator = await anyone.signIn(EMAIL, vars.DEMO_PASSWORD);
  const { username, creatorStatus } = await creator.call('GET', '/auth/me');
  expectSame(`${username} signed in, and the creator application is`, creatorStatus, 'APPROVED');
  return creator;
}

export async function goLive(stage: Stage, creator: Client): Promise<Show> {
  await clearStage(creator);
  const key = await creator.call('POST', '/stream/ingress', { ingressType: 'RTMP' });
  tell(`The creator gets a stream key for OBS: ${key.serverUrl} ${key.streamKey.slice(0, 4)}…`);
  const { title } = await creator.call('PUT', '/stream/info', { title: 'Live from the rooftop' });

  await stage.encoder.start(key);
  tell('The encoder starts.');
  const forged = { ...stage.livekit, apiSecret: 'not-the-secret-not-the-secret-32' };
  const refused = await postWebhook(stage.origin, forged, ingressEvent('ingress_ended', key.ingressId, 'a-room'));
  expectSame('A forged webhook that claims the stream ended is rejected with', refused.status, 401);

  const { currentStreamId } = await waitForStatus(creator, 'the stream to be live', (status) => status.isLive);
  expectSame(
    'The stream is live, with the title',
    (await stage.anyone.call('GET', `/stream/${currentStreamId}`)).title,
    title,
  );
  return { streamId: currentStreamId };
}

/** Cleans up what an interrupted demo may have left. */
async function clearStage(creator: Client): Promise<void> {
  const { isLive, reconnecting, currentStreamId } = await creator.call('GET', '/stream/status');
  if (isLive || reconnecting) await creator.call('POST', `/sessions/${currentStreamId}/end`);
  const left = await creator.try('DELETE', '/stream/ingress');
  if (left.status >= 500) throw new Error(`The old stream key could not be deleted: ${left.error?.message}`);
  await creator.call('PUT', '/stream/chat-settings', {
    isChatEnabled: true,
    isChatDelayed: false,
    isChatFollowersOnly: false,
    slowModeSeconds: 0,
  });
}

export async function endShow(
  { vars, encoder }: Stage,
  creator: Client,
  { streamId }: Show,
  tally: Tally,
): Promise<void> {
  await encoder.stop();
  await waitForStatus(creator, 'the stream to notice the lost encoder', (status) => status.reconnecting);
  const lostAt = performance.now();
  tell(`The encoder disconnects. The stream waits ${vars.STREAM_GRACE_SECONDS ?? 60} s for it to come back.`);
  await waitForStatus(creator, 'the grace period to end', ({ isLive, reconnecting }) => !isLive && !reconnecting);
  tell(`It does not come back, and the stream ends after ${((performance.now() - lostAt) / 1_000).toFixed(1)} s.`);
  for (const socket of tally.sockets) await socket.waitForEvent('stream-ended');
  expectSame('Sockets notified of the end', tally.sockets.length, tally.uniqueViewers - tally.removed);

  const past = await waitFor('the figures', async () => {
    const { items } = await creator.call('GET', '/stream/past');
    // biome-ignore lint/suspicious/noExplicitAny: as the contract has it
    return items.find((item: any) => item.id === streamId && item.figures);
  });
  const { figures } = past;
  expectSame('Unique viewers', figures.uniqueViewers, tally.uniqueViewers);
  expectSame('Peak viewers', figures.peakViewers, tally.peakViewers);
  expectSame('Messages', figures.messages, tally.messages);
  expectSame('Reactions', figures.reactions, tally.reactions);
}

interface Status {
  readonly isLive: boolean;
  readonly reconnecting: boolean;
  readonly currentStreamId: string;
}

function waitForStatus(creator: Client, what: string, matches: (status: Status) => boolean): Promise<Status> {
  const look = async () => {
    const status: Status = await creator.call('GET', '/stream/status');
    return matches(status) ? status : undefined;
  };
  return waitFor(what, look, PATIENCE_MS);
}
