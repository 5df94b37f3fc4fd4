import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { type LiveKitStandIn, standInForLiveKit } from '#test/support/livekit';
import { recordingContext } from '#test/support/outbox';
import { consumed, recordingQueue } from '#test/support/queues';
import { asCreator } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { channels } from '@/domains/live/channels/tables';
import { streamVideoRoomOf } from '@/domains/live/channels/video-room';
import { goLive } from '@/domains/live/streams/go-live';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { reconcileStreams } from '@/domains/live/streams/reconcile';
import { streams } from '@/domains/live/streams/tables';
import { consumeTasks } from '@/queues/tasks';
import { SECOND_MS } from '@/shared/time';

const { ctx } = recordingContext();
const later = (seconds: number): Context => ({ ...ctx, now: () => ctx.now() + seconds * SECOND_MS });

/** The sweep, and what it hands to the queue. */
async function reconcile(at: Context): Promise<void> {
  const tasks = recordingQueue<TaskMessage>();
  await reconcileStreams({ ...at, queues: testContext({ TASKS: tasks.queue }).queues });
  await consumed((batch) => consumeTasks(at, batch), 'footlight-tasks', tasks.sent);
}

/** A stream that an ingress feeds, which runs at LiveKit or does not. */
async function fedStream(livekit: LiveKitStandIn, publishing: boolean) {
  const creator = await asCreator();
  const { data } = await creator.post('stream/ingress', { ingressType: 'RTMP' });
  const room = String(livekit.ingresses.get(data.ingressId)?.room_name);
  const say = (type: 'ingress_started' | 'ingress_ended', second: number) =>
    applyMediaEvent(ctx, { type, ingressId: data.ingressId, room, at: second * SECOND_MS });
  await say('ingress_started', 10);
  if (publishing) livekit.connectEncoder(data.ingressId, 10 * SECOND_MS);
  const row = async () => (await ctx.db.select().from(streams).where(eq(streams.channelId, creator.channelId)))[0];
  return { ...creator, ingressId: String(data.ingressId), room, say, row };
}

/** A stream that its creator has started, and into which a browser publishes or does not. */
async function browserStream(livekit: LiveKitStandIn, publishing: boolean) {
  const creator = await asCreator();
  const { data } = await creator.post('sessions', { title: 'From the browser' });
  const room = streamVideoRoomOf(await goLive(ctx, data.id));
  const publish = () => livekit.publish(room, creator.userId);
  if (publishing) publish();
  const row = async () => (await ctx.db.select().from(streams).where(eq(streams.id, data.id)))[0];
  return { ...creator, room, publish, row };
}

const asked = (livekit: LiveKitStandIn) => livekit.callsOf('Ingress/ListIngress').length;
const askedOfRooms = (livekit: LiveKitStandIn) => livekit.callsOf('RoomService/ListRooms').length;
const grace = ctx.config.streamGraceSeconds;
/** LiveKit's counts are a few seconds old, so what has just changed is left alone. */
const SETTLED = 20;

beforeEach(async () => {
  await ctx.db.update(streams).set({ status: 'cancelled', mediaRoom: null });
  await ctx.db.update(channels).set({ ingressId: null });
});

describe('the sweep of streams', () => {
  it('calls LiveKit once for all of them, and not at all if there are none', async () => {
    const livekit = standInForLiveKit();
    await reconcile(ctx);
    expect(livekit.calls).toEqual([]);
    for (const _ of [1, 2, 3]) await browserStream(livekit, true);
    await reconcile(ctx);
    expect([asked(livekit), askedOfRooms(livekit)]).toEqual([0, 1]);
    for (const _ of [1, 2, 3]) await fedStream(livekit, true);
    livekit.calls.length = 0;
    await reconcile(ctx);
    expect(livekit.calls.map(({ method }) => method).sort()).toEqual(['Ingress/ListIngress', 'RoomService/ListRooms']);
  });

  it('reads every page of the answer', async () => {
    const livekit = standInForLiveKit();
    livekit.pageSize = 2;
    const fed = [];
    for (const _ of [1, 2, 3, 4, 5]) fed.push(await fedStream(livekit, true));
    livekit.calls.length = 0;
    await reconcile(later(SETTLED));
    expect(asked(livekit)).toBe(3);
    for (const { row } of fed) expect(await row()).toMatchObject({ status: 'live', ingressLostAt: null });
  });

  it('detects a loss without an event, waits for the grace, and ends the stream', async () => {
    const livekit = standInForLiveKit();
    const { row } = await fedStream(livekit, false);
    const { ctx: recording, events } = recordingContext();
    const at = { ...recording, now: later(SETTLED).now };
    await reconcile(at);
    const lostAt = (await row())?.ingressLostAt ?? 0;
    expect(lostAt).toBeGreaterThan(0);
    expect(events).toMatchObject([
      { kind: 'room', command: { changes: { reconnecting: true } } },
      { kind: 'task', task: { type: 'end-if-still-lost', lostAt }, delaySeconds: grace },
    ]);
    await reconcile(later(SETTLED + grace - 5));
    expect(await row()).toMatchObject({ status: 'live', ingressLostAt: lostAt });
    await reconcile(later(SETTLED + grace + 5));
    expect(await row()).toMatchObject({ status: 'ended' });
  });

  it('keeps a stream that turns out to run, however long it seemed lost', async () => {
    const livekit = standInForLiveKit();
    const { row, say } = await fedStream(livekit, true);
    await say('ingress_ended', 20);
    await reconcile(later(grace + 5));
    expect(await row()).toMatchObject({ status: 'live', ingressLostAt: null });
  });

  it.each(['away', 'slow', 'failing'] as const)('changes nothing while LiveKit is %s', async (mode) => {
    const livekit = standInForLiveKit();
    const [sound, lost] = [await fedStream(livekit, false), await fedStream(livekit, false)];
    await lost.say('ingress_ended', 20);
    const before = [await sound.row(), await lost.row()];
    livekit.mode = mode;
    await reconcile(later(grace + 5));
    expect([await sound.row(), await lost.row()]).toEqual(before);
    livekit.mode = 'well';
    await reconcile(later(grace + 5));
    expect(await lost.row()).toMatchObject({ status: 'ended' });
  });

  it('does not overwrite an event that arrived while it was calling LiveKit', async () => {
    const livekit = standInForLiveKit();
    const { row, say } = await fedStream(livekit, true);
    await say('ingress_ended', 20);
    const media = {
      ...ctx.media,
      async listIngresses() {
        const ingresses = await ctx.media.listIngresses();
        await say('ingress_started', 30);
        await say('ingress_ended', 40);
        return ingresses;
      },
    };
    await reconcile({ ...ctx, media });
    expect((await row())?.ingressLostAt).not.toBeNull();
  });

  it('run twice at once ends a stream once', async () => {
    const livekit = standInForLiveKit();
    const { row, say } = await fedStream(livekit, false);
    await say('ingress_ended', 20);
    const { ctx: recording, events } = recordingContext();
    const late: Context = { ...recording, now: later(grace + 5).now };
    await Promise.all([reconcile(late), reconcile(late)]);
    expect(await row()).toMatchObject({ status: 'ended' });
    expect(events.map(({ kind }) => kind)).toEqual(['room', 'close-video']);
  });
});

describe('a stream from a browser', () => {
  const published = (room: string, identity: string) =>
    applyMediaEvent(ctx, {
      type: 'track_published',
      room,
      identity,
      at: 10 * SECOND_MS,
      issuedAt: 0,
      attributes: {},
      isPublishing: false,
    });

  it('that was started and never published is lost after five minutes, and ends after the grace', async () => {
    const livekit = standInForLiveKit();
    const { row, room, get } = await browserStream(livekit, false);
    livekit.join(room, 'a-viewer-who-waits');
    await reconcile(later(5 * 60 - 5));
    expect(await row()).toMatchObject({ status: 'live', ingressLostAt: null });
    await reconcile(later(5 * 60 + 5));
    expect((await row())?.ingressLostAt).toBeGreaterThan(0);
    expect((await get('stream/status')).data).toMatchObject({ isLive: false, reconnecting: true });
    await reconcile(later(5 * 60 + grace));
    expect(await row()).toMatchObject({ status: 'live' });
    await reconcile(later(5 * 60 + grace + 10));
    expect(await row()).toMatchObject({ status: 'ended' });
  });

  it('is lost if its creator left without an event, and found again when they publish', async () => {
    const livekit = standInForLiveKit();
    const { row, room, userId, publish } = await browserStream(livekit, true);
    await reconcile(later(5 * 60));
    expect(await row()).toMatchObject({ status: 'live', ingressLostAt: null });
    livekit.leave(room, userId);
    await reconcile(later(6 * 60));
    expect((await row())?.ingressLostAt).toBeGreaterThan(0);
    publish();
    await reconcile(later(10 * grace));
    expect(await row()).toMatchObject({ status: 'live', ingressLostAt: null });
  });

  it('ends after the grace once an event reported it lost', async () => {
    const livekit = standInForLiveKit();
    const { row, room, userId } = await browserStream(livekit, false);
    await published(room, userId);
    await applyMediaEvent(ctx, { type: 'room_finished', room, at: 20 * SECOND_MS });
    await reconcile(later(grace + 5));
    expect(await row()).toMatchObject({ status: 'ended' });
  });

  it.each(['away', 'slow', 'failing'] as const)('stays as it is while LiveKit is %s', async (mode) => {
    const livekit = standInForLiveKit();
    const [sound, lost] = [await browserStream(livekit, false), await browserStream(livekit, false)];
    await published(lost.room, lost.userId);
    await applyMediaEvent(ctx, { type: 'room_finished', room: lost.room, at: 20 * SECOND_MS });
    const before = [await sound.row(), await lost.row()];
    livekit.mode = mode;
    await reconcile(later(10 * grace));
    expect([await sound.row(), await lost.row()]).toEqual(before);
  });

  it('stays as it is if the provider cannot tell who publishes, as with Agora', async () => {
    const livekit = standInForLiveKit();
    const { row } = await browserStream(livekit, false);
    const keys = { MEDIA_PROVIDER: 'agora', AGORA_APP_ID: '0'.repeat(32), AGORA_APP_CERTIFICATE: '1'.repeat(32) };
    const agora = testContext(keys);
    await reconcile({ ...agora, now: () => ctx.now() + 10 * grace * SECOND_MS });
    expect(await row()).toMatchObject({ status: 'live', ingressLostAt: null });
  });
});
