import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { type LiveKitStandIn, standInForLiveKit } from '#test/support/livekit';
import { recordingContext } from '#test/support/outbox';
import { asCreator } from '#test/support/users';
import type { Context } from '@/context';
import { goLive } from '@/domains/streams/go-live';
import { applyMediaEvent } from '@/domains/streams/media-events';
import { reconcileStreams } from '@/domains/streams/reconcile';
import { streams } from '@/domains/streams/tables';
import { SECOND_MS } from '@/shared/time';

const { ctx } = recordingContext();
const later = (seconds: number): Context => ({ ...ctx, now: () => ctx.now() + seconds * SECOND_MS });

/** A stream that an ingress feeds, which runs at LiveKit or does not. */
async function fedStream(livekit: LiveKitStandIn, publishing: boolean) {
  const creator = await asCreator();
  const { data } = await creator.post('stream/ingress', { ingressType: 'RTMP' });
  const event = { ingressId: data.ingressId, room: creator.channelId };
  const say = (type: 'ingress_started' | 'ingress_ended', second: number) =>
    applyMediaEvent(ctx, { type, ...event, at: second * SECOND_MS });
  await say('ingress_started', 10);
  livekit.setPublishing(data.ingressId, publishing);
  const row = async () => (await ctx.db.select().from(streams).where(eq(streams.channelId, creator.channelId)))[0];
  return { ...creator, ingressId: String(data.ingressId), say, row };
}

async function browserStream() {
  const creator = await asCreator();
  const { data } = await creator.post('sessions', { title: 'From the browser' });
  await goLive(ctx, data.id);
  const row = async () => (await ctx.db.select().from(streams).where(eq(streams.id, data.id)))[0];
  return { ...creator, row };
}

const asked = (livekit: LiveKitStandIn) => livekit.callsOf('Ingress/ListIngress').length;

beforeEach(async () => {
  await ctx.db.update(streams).set({ status: 'cancelled' });
});

describe('the sweep of streams', () => {
  it('asks LiveKit once for all of them, and nothing where there is nothing to ask', async () => {
    const livekit = standInForLiveKit();
    await browserStream();
    await reconcileStreams(ctx);
    expect(asked(livekit)).toBe(0);
    for (const _ of [1, 2, 3]) await fedStream(livekit, true);
    await reconcileStreams(ctx);
    expect(asked(livekit)).toBe(1);
  });

  it('reads every page of the answer', async () => {
    const livekit = standInForLiveKit();
    livekit.pageSize = 2;
    const fed = [];
    for (const _ of [1, 2, 3, 4, 5]) fed.push(await fedStream(livekit, true));
    await reconcileStreams(ctx);
    expect(asked(livekit)).toBe(3);
    for (const { row } of fed) expect(await row()).toMatchObject({ status: 'live', ingressLostAt: null });
  });

  it('notes a loss that nobody told, waits for the grace, and ends the stream', async () => {
    const livekit = standInForLiveKit();
    const { row } = await fedStream(livekit, false);
    await reconcileStreams(ctx);
    const lostAt = (await row())?.ingressLostAt ?? 0;
    expect(lostAt).toBeGreaterThan(0);
    await reconcileStreams(later(ctx.config.streamGraceSeconds - 5));
    expect(await row()).toMatchObject({ status: 'live', ingressLostAt: lostAt });
    await reconcileStreams(later(ctx.config.streamGraceSeconds + 5));
    expect(await row()).toMatchObject({ status: 'ended' });
  });

  it('finds again what runs after all, however long it seemed lost', async () => {
    const livekit = standInForLiveKit();
    const { row, say } = await fedStream(livekit, true);
    await say('ingress_ended', 20);
    await reconcileStreams(later(ctx.config.streamGraceSeconds + 5));
    expect(await row()).toMatchObject({ status: 'live', ingressLostAt: null });
  });

  it.each(['away', 'slow', 'failing'] as const)('changes nothing while LiveKit is %s', async (mode) => {
    const livekit = standInForLiveKit();
    const [sound, lost] = [await fedStream(livekit, false), await fedStream(livekit, false)];
    await lost.say('ingress_ended', 20);
    const before = [await sound.row(), await lost.row()];
    livekit.mode = mode;
    await reconcileStreams(later(ctx.config.streamGraceSeconds + 5));
    expect([await sound.row(), await lost.row()]).toEqual(before);
    livekit.mode = 'well';
    await reconcileStreams(later(ctx.config.streamGraceSeconds + 5));
    expect(await lost.row()).toMatchObject({ status: 'ended' });
  });

  it('leaves to an event what it told while LiveKit was being asked', async () => {
    const livekit = standInForLiveKit();
    const { row, say } = await fedStream(livekit, true);
    await say('ingress_ended', 20);
    const media = {
      ...ctx.media,
      async listActiveIngresses() {
        const active = await ctx.media.listActiveIngresses();
        await say('ingress_started', 30);
        await say('ingress_ended', 40);
        return active;
      },
    };
    await reconcileStreams({ ...ctx, media });
    expect((await row())?.ingressLostAt).not.toBeNull();
  });

  it('ends a browser’s stream that has been lost too long, without asking', async () => {
    const livekit = standInForLiveKit();
    const { row, channelId } = await browserStream();
    await applyMediaEvent(ctx, { type: 'room_finished', room: channelId, at: 10 * SECOND_MS });
    await reconcileStreams(later(ctx.config.streamGraceSeconds + 5));
    expect(await row()).toMatchObject({ status: 'ended' });
    expect(asked(livekit)).toBe(0);
  });

  it('run twice at once ends a stream once', async () => {
    const livekit = standInForLiveKit();
    const { row, say } = await fedStream(livekit, false);
    await say('ingress_ended', 20);
    const { ctx: recording, events } = recordingContext();
    const late: Context = { ...recording, now: later(ctx.config.streamGraceSeconds + 5).now };
    await Promise.all([reconcileStreams(late), reconcileStreams(late)]);
    expect(await row()).toMatchObject({ status: 'ended' });
    expect(events).toHaveLength(1);
  });
});
