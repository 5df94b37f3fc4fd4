/** A video room a show: whoever stays, comes back or comes late gets nothing of the next one. */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { onAir } from '#test/support/on-air';
import { asViewer } from '#test/support/users';
import { outbox } from '@/db/outbox';
import { channels } from '@/domains/live/channels/tables';
import { endIfStillLost, endStream } from '@/domains/live/streams/end-stream';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { streams } from '@/domains/live/streams/tables';
import { SECOND_MS } from '@/shared/time';

const MINUTE = 60;

type Air = Awaited<ReturnType<typeof onAir>>;

beforeEach(async () => {
  const ctx = testContext();
  await ctx.db.delete(outbox);
  await ctx.db.update(channels).set({ ingressId: null });
  await ctx.db.update(streams).set({ status: 'cancelled', mediaRoom: null });
});

/** A guest in the video of the show that is on. */
async function aGuestIn({ join, streams }: Air) {
  const live = (await streams()).find(({ status }) => status === 'live');
  const { data } = await client().post('viewer/token', { streamId: live?.id });
  await join(data.token);
  return { token: String(data.token), identity: String(data.identity) };
}

describe('the end of a show', () => {
  it.each(['creator', 'staff', 'loss'] as const)(
    'by %s removes everyone from its video, and the next show has another room',
    async (why) => {
      const air = await onAir();
      await air.start();
      const room = await air.room();
      const guest = await aGuestIn(air);
      expect(air.livekit.audience(room)).toEqual([guest.identity]);
      if (why === 'loss') await air.endByLoss();
      else await endStream(air.ctx, (await air.state()).live?.id ?? '', why);
      await air.deliver();
      expect(air.livekit.participants.has(room)).toBe(false);
      expect(air.ingressRoom()).toBe(await air.room());
      expect(await air.room()).not.toBe(room);
    },
  );

  it('moves the encoder before it closes the room, since it would reconnect to it at once', async () => {
    const air = await onAir();
    await air.start();
    const room = await air.room();
    air.livekit.calls.length = 0;
    await endStream(air.ctx, (await air.state()).live?.id ?? '', 'creator');
    await air.deliver();
    const changes = air.livekit.calls.filter(({ method }) => /Update|DeleteRoom/.test(method));
    expect(changes).toMatchObject([
      {
        method: 'Ingress/UpdateIngress',
        body: { ingressId: air.ingressId, roomName: await air.room(), enabled: false },
      },
      { method: 'RoomService/DeleteRoom', body: { room } },
    ]);
  });

  it('does not close the room while the ingress cannot be moved', async () => {
    const air = await onAir();
    await air.start();
    const room = await air.room();
    const guest = await aGuestIn(air);
    air.livekit.broken.add('Ingress/UpdateIngress');
    await endStream(air.ctx, (await air.state()).live?.id ?? '', 'creator');
    await air.deliver(MINUTE);
    air.livekit.broken.clear();
    expect(air.livekit.audience(room)).toEqual([guest.identity]);
    await air.deliver(3 * MINUTE);
    expect(air.livekit.participants.has(room)).toBe(false);
  });

  it('takes effect while LiveKit is down, and LiveKit is told once it is back', async () => {
    const air = await onAir();
    await air.start();
    const room = await air.room();
    await aGuestIn(air);
    air.livekit.mode = 'away';
    await endStream(air.ctx, (await air.state()).live?.id ?? '', 'creator');
    await air.deliver();
    expect(await air.streams()).toMatchObject([{ status: 'ended', mediaRoom: room }]);
    air.livekit.mode = 'well';
    await air.deliver(MINUTE);
    expect(air.livekit.participants.has(room)).toBe(false);
    expect(air.ingressRoom()).toBe(await air.room());
  });

  it('reported twice, and during the next show, removes nobody from the next show', async () => {
    const air = await onAir();
    await air.start();
    await air.endByLoss();
    const [event] = (await air.streams()).map(({ mediaRoom }) => mediaRoom);
    await air.start(Date.now() + SECOND_MS);
    const guest = await aGuestIn(air);
    const again = { kind: 'close-video', channelId: air.channelId, room: String(event) } as const;
    await air.ctx.deliver([
      { id: 'again-1', event: again },
      { id: 'again-2', event: { ...again, room: await air.room() } },
    ]);
    expect(air.livekit.audience(await air.room())).toEqual([guest.identity]);
    expect(await air.streams()).toMatchObject([{ status: 'ended' }, { status: 'live', ingressLostAt: null }]);
  });
});

describe('a guest who stays after a public stream', () => {
  it('receives nothing of the following subscribers-only stream, however late LiveKit is told of the end', async () => {
    const air = await onAir();
    await air.start();
    const old = await air.room();
    const guest = await aGuestIn(air);
    air.livekit.mode = 'away'; // close-video is late
    await endStream(air.ctx, (await air.state()).live?.id ?? '', 'creator');
    await air.ctx.settle();
    air.livekit.mode = 'well';
    await air.creator.post('stream/create', { title: 'For subscribers', visibility: 'subscribers' });
    // The encoder never stopped: its session in the old room is told as a start, half a minute after the end.
    await air.start(Date.now() + 30 * SECOND_MS);
    expect((await air.streams()).filter(({ status }) => status === 'live')).toEqual([]);
    expect(air.livekit.participants.has(old)).toBe(false);
    // Sent on, it comes back by itself.
    await air.start(Date.now() + 32 * SECOND_MS);
    expect((await air.streams()).at(-1)).toMatchObject({ status: 'live', visibility: 'subscribers' });
    expect(air.livekit.audience(await air.room())).toEqual([]);
    expect(await air.join(guest.token)).toBe(old);
    expect(air.livekit.audience(await air.room())).toEqual([]);
  });

  it('does not meet the encoder that reconnects after half a second: it starts the next show elsewhere', async () => {
    const air = await onAir();
    await air.start();
    const old = await air.room();
    await aGuestIn(air);
    const { live } = await air.state();
    const dying = { ...air.ctx, deliver: async () => {} }; // nothing is delivered yet
    air.livekit.disconnectEncoder(air.ingressId);
    const lost = { ingressId: air.ingressId, room: old, at: Date.now() + 1 };
    await applyMediaEvent(dying, { type: 'ingress_ended', ...lost });
    await endIfStillLost(dying, live?.id ?? '', (await air.state()).live?.ingressLostAt ?? 0);
    await air.start(Date.now() + SECOND_MS / 2);
    expect((await air.streams()).map(({ status }) => status)).toEqual(['ended']);
    expect(air.livekit.participants.has(old)).toBe(false);
    await air.start(Date.now() + 3 * SECOND_MS);
    expect((await air.streams()).map(({ status }) => status)).toEqual(['ended', 'live']);
    expect(air.livekit.audience(await air.room())).toEqual([]);
  });

  it('by an old token makes the deleted room anew, and is put out of it; what LiveKit did not tell, the sweep closes', async () => {
    const air = await onAir();
    await air.start();
    const guest = await aGuestIn(air);
    const old = await air.room();
    await air.endByLoss();
    await air.join(guest.token);
    expect(air.livekit.participants.get(old)).toEqual(new Set());
    air.livekit.joinWith(guest.token);
    await air.sweep(MINUTE);
    expect(air.livekit.participants.has(old)).toBe(false);
  });

  it('and a publisher with old tokens meet only in a room of their own, which the sweep closes', async () => {
    const air = await onAir();
    const { data: session } = await air.creator.post('sessions', { title: 'From the browser' });
    const { data } = await air.creator.post(`sessions/${session.id}/start`);
    const room = data.token.room;
    await air.creator.post(`sessions/${session.id}/end`);
    air.livekit.joinWith(data.token.token);
    air.livekit.publish(room, air.creator.userId);
    await air.sweep(MINUTE);
    expect(air.livekit.participants.has(room)).toBe(false);
  });
});

describe('an encoder that goes on sending after an explicit end', () => {
  async function refused() {
    const air = await onAir();
    await air.start();
    await endStream(air.ctx, (await air.state()).live?.id ?? '', 'creator');
    await air.deliver();
    expect(await air.start(Date.now() + 2 * SECOND_MS)).toBe(false);
    expect((await air.creator.get('stream/status')).data).toMatchObject({ encoder: 'refused', isLive: false });
    return air;
  }

  it('is refused, and accepted when its creator prepares the next stream', async () => {
    const air = await refused();
    await air.creator.post('stream/create', { title: 'Next' });
    await air.deliver();
    await air.sweep(0);
    expect(await air.start(Date.now() + 5 * SECOND_MS)).toBe(true);
    expect((await air.streams()).at(-1)).toMatchObject({ status: 'live', title: 'Next' });
  });

  it('is accepted when its creator starts the next stream', async () => {
    const air = await refused();
    const { data } = await air.creator.post('sessions', {
      title: 'Another day',
      scheduledFor: new Date(Date.now() + 7_200_000).toISOString(),
    });
    await air.deliver();
    expect(await air.start(Date.now() + 3 * SECOND_MS)).toBe(false);
    await air.creator.post(`sessions/${data.id}/start`);
    await air.sweep(0);
    expect(await air.start(Date.now() + 5 * SECOND_MS)).toBe(true);
  });

  it('is accepted after a minute by a task', async () => {
    const air = await onAir();
    await air.start();
    await endStream(air.ctx, (await air.state()).live?.id ?? '', 'creator');
    await air.ctx.settle();
    expect(air.livekit.ingresses.get(air.ingressId)?.enabled).toBe(false);
    await air.deliver(MINUTE + 1);
    expect(air.livekit.ingresses.get(air.ingressId)?.enabled).toBe(true);
  });

  it('is accepted after a minute by the sweep, if the task was lost', async () => {
    const air = await refused();
    await air.sweep(MINUTE - 5);
    expect(air.livekit.ingresses.get(air.ingressId)?.enabled).toBe(false);
    await air.sweep(MINUTE + 1);
    expect(air.livekit.ingresses.get(air.ingressId)?.enabled).toBe(true);
  });

  it('is not refused if it was lost before the end, or if a browser fed the stream', async () => {
    const air = await onAir();
    const { data } = await air.creator.post('sessions', { title: 'From the browser' });
    await air.creator.post(`sessions/${data.id}/start`);
    await air.creator.post(`sessions/${data.id}/end`);
    expect(await air.channel()).toMatchObject({ encoderRefusedUntil: null });
    await air.start();
    await air.endByLoss();
    expect(await air.channel()).toMatchObject({ encoderRefusedUntil: null });
  });
});

describe('a stream that is live across the deploy', () => {
  /** As the version before has started it: in the room that is named after the channel, with bare identities. */
  async function fromBefore() {
    const air = await onAir();
    await air.ctx.db.update(channels).set({ mediaRoom: null }).where(eq(channels.id, air.channelId));
    Object.assign(air.livekit.ingresses.get(air.ingressId) ?? {}, {
      room_name: air.channelId,
      participant_identity: air.creator.userId,
    });
    await air.start();
    await air.ctx.db.update(streams).set({ mediaRoom: null }).where(eq(streams.channelId, air.channelId));
    return air;
  }

  it('keeps its room until its end, and the ingress gets its new form when it is idle', async () => {
    const air = await fromBefore();
    const viewer = await asViewer();
    const { live } = await air.state();
    expect((await viewer.post('viewer/token', { streamId: live?.id })).data.room).toBe(air.channelId);
    await air.sweep(MINUTE);
    expect(air.livekit.callsOf('Ingress/UpdateIngress')).toEqual([]);
    expect(await air.streams()).toMatchObject([{ status: 'live', ingressLostAt: null }]);
    await air.endByLoss();
    expect(air.livekit.participants.has(air.channelId)).toBe(false);
    expect(air.livekit.ingresses.get(air.ingressId)).toMatchObject({
      room_name: await air.room(),
      participant_identity: `enc:${air.creator.userId}`,
    });
    expect(await air.room()).not.toBe(air.channelId);
  });

  it('on a channel whose room was drawn meanwhile is left where it is as well', async () => {
    const air = await fromBefore();
    await air.ctx.db.update(channels).set({ mediaRoom: 'drawn' }).where(eq(channels.id, air.channelId));
    air.livekit.calls.length = 0;
    await air.sweep(MINUTE);
    expect(air.livekit.calls).toHaveLength(2); // nothing is out of place
    expect(air.ingressRoom()).toBe(air.channelId);
    expect(await air.streams()).toMatchObject([{ status: 'live', ingressLostAt: null }]);
    await air.endByLoss();
    expect(air.ingressRoom()).toBe(await air.room());
  });

  it('removes viewers of the previous version, whose identities are bare ids', async () => {
    const air = await fromBefore();
    const viewer = await asViewer();
    const { live } = await air.state();
    air.livekit.join(air.channelId, viewer.userId);
    await air.creator.post(`stream/${live?.id}/moderation`, { action: 'kick', userId: viewer.userId });
    await expect.poll(() => air.livekit.audience(air.channelId)).toEqual([]);
  });
});
