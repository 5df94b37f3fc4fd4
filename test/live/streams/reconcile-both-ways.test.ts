/** What only a look at LiveKit tells: shows that nobody told of, encoders that died, keys that are gone, people who are back. */
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { onAir } from '#test/support/on-air';
import { asViewer } from '#test/support/users';
import { outbox } from '@/db/outbox';
import { channels, videoDenials } from '@/domains/live/channels/tables';
import { endIfStillLost, endStream } from '@/domains/live/streams/end-stream';
import { streams } from '@/domains/live/streams/tables';
import { SECOND_MS } from '@/shared/time';

const MINUTE = 60;
const GRACE = testContext().config.streamGraceSeconds;

beforeEach(async () => {
  const ctx = testContext();
  await ctx.db.delete(outbox);
  await ctx.db.delete(videoDenials);
  await ctx.db.update(channels).set({ ingressId: null });
  await ctx.db.update(streams).set({ status: 'cancelled', mediaRoom: null });
});

describe('an ingress whose process was killed', () => {
  it('still counts as publishing in LiveKit, but its stream loses its picture and ends anyway', async () => {
    const air = await onAir();
    await air.start();
    air.livekit.killEncoder(air.ingressId);
    await air.sweep(MINUTE);
    expect((await air.creator.get('stream/status')).data).toMatchObject({ isLive: false, reconnecting: true });
    const { live } = await air.state();
    expect(air.tasks.sent).toContainEqual({
      body: { type: 'end-if-still-lost', streamId: live?.id, lostAt: live?.ingressLostAt },
      delaySeconds: GRACE,
    });
    await air.deliver(GRACE);
    expect(await air.streams()).toMatchObject([{ status: 'ended' }]);
    await air.sweep(3 * MINUTE); // what still publishes, as LiveKit has it, is no start
    expect(await air.streams()).toHaveLength(1);
  });
});

describe('a start whose event never arrived', () => {
  it('is applied by the sweep, and the show is live', async () => {
    const air = await onAir();
    await air.creator.post('stream/create', { title: 'Prepared' });
    await air.start(Date.now(), { heard: false });
    expect(await air.streams()).toMatchObject([{ status: 'scheduled' }]);
    await air.sweep(MINUTE);
    expect(await air.streams()).toMatchObject([{ status: 'live', title: 'Prepared', ingressId: air.ingressId }]);
    await air.sweep(2 * MINUTE);
    expect(await air.streams()).toMatchObject([{ status: 'live', ingressLostAt: null }]);
  });

  it('is ignored if the session is older than the end that its creator made by hand', async () => {
    const air = await onAir();
    await air.start(Date.now() - 10 * SECOND_MS);
    await endStream(air.ctx, (await air.state()).live?.id ?? '', 'creator');
    await air.ctx.settle();
    const ingress = air.livekit.ingresses.get(air.ingressId);
    Object.assign(ingress ?? {}, { room_name: await air.room(), enabled: true });
    air.livekit.connectEncoder(air.ingressId, Date.now() - 10 * SECOND_MS);
    await air.sweep(2 * MINUTE);
    expect(await air.streams()).toMatchObject([{ status: 'ended' }]);
  });

  it('is sent on instead if it is in the room of a finished show', async () => {
    const air = await onAir();
    await air.start();
    const old = await air.room();
    air.livekit.mode = 'away';
    await endStream(air.ctx, (await air.state()).live?.id ?? '', 'creator');
    await air.ctx.settle();
    air.livekit.mode = 'well';
    await air.sweep(2 * MINUTE);
    expect(await air.streams()).toMatchObject([{ status: 'ended' }]);
    expect(air.ingressRoom()).toBe(await air.room());
    expect(air.livekit.participants.has(old)).toBe(false);
  });
});

describe('a picture that was reported lost', () => {
  it('does not end the stream if it is back when the grace is over, even if no event said so', async () => {
    const air = await onAir();
    await air.start();
    const { live } = await air.state();
    await air.ctx.db.update(streams).set({ ingressLostAt: 5 });
    await endIfStillLost(air.ctx, live?.id ?? '', 5);
    expect(await air.streams()).toMatchObject([{ status: 'live', ingressLostAt: null }]);
  });
});

describe('a creator who goes on from the browser', () => {
  it('after the encoder stopped keeps the show live, both at the sweep and at the end of the grace', async () => {
    for (const by of ['sweep', 'grace'] as const) {
      const air = await onAir();
      await air.start();
      const { data } = await air.creator.post('stream/creator-token', { purpose: 'publish' });
      await air.join(data.token);
      air.livekit.publish(await air.room(), air.creator.userId);
      if (by === 'grace') await air.endByLoss();
      else {
        air.livekit.disconnectEncoder(air.ingressId);
        await air.sweep(MINUTE);
      }
      expect(await air.streams(), by).toMatchObject([{ status: 'live', ingressId: null, ingressLostAt: null }]);
    }
  });
});

it('an outdated count of publishers does not keep a show live whose encoder stopped', async () => {
  const air = await onAir();
  await air.start();
  air.livekit.isCountLate = true;
  await air.endByLoss();
  expect(await air.streams()).toMatchObject([{ status: 'ended' }]);
});

describe('a key that LiveKit has lost', () => {
  it('is marked and shown as lost, and a new one replaces it', async () => {
    const air = await onAir();
    air.livekit.ingresses.clear();
    expect((await air.creator.get('stream/credentials')).data).toMatchObject({ lost: false });
    await air.sweep(0);
    expect((await air.creator.get('stream/credentials')).data).toMatchObject({ ingressId: air.ingressId, lost: true });
    expect((await air.creator.get('stream/status')).data).toMatchObject({
      encoder: 'error',
      lastError: expect.any(String),
    });
    const made = await air.creator.post('stream/ingress', { ingressType: 'WHIP' });
    expect(made).toMatchObject({ status: 201, data: { ingressType: 'WHIP', lost: false } });
    expect((await air.creator.get('stream/credentials')).data).toEqual(made.data);
    expect(await air.creator.post('stream/ingress', { ingressType: 'RTMP' })).toMatchObject({ status: 409 });
  });

  it('is replaced before the sweep sees the loss, and once if ten requests ask at once', async () => {
    const air = await onAir();
    air.livekit.ingresses.clear();
    const asks = Array.from({ length: 10 }, () => air.creator.post('stream/ingress', { ingressType: 'RTMP' }));
    expect((await Promise.all(asks)).map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    expect([...air.livekit.ingresses.keys()]).toEqual([(await air.channel())?.ingressId]);
  });

  it('is no longer shown as lost once LiveKit has it again', async () => {
    const air = await onAir();
    const kept = new Map(air.livekit.ingresses);
    air.livekit.ingresses.clear();
    await air.sweep(0);
    for (const [id, ingress] of kept) air.livekit.ingresses.set(id, ingress);
    await air.sweep(0);
    expect((await air.creator.get('stream/credentials')).data).toMatchObject({ lost: false });
  });

  it.each(['away', 'failing'] as const)('is not replaced while LiveKit is %s', async (mode) => {
    const air = await onAir();
    air.livekit.mode = mode;
    await air.sweep(0);
    expect(await air.creator.post('stream/ingress', { ingressType: 'RTMP' })).toMatchObject({ status: 503 });
    air.livekit.mode = 'well';
    expect((await air.creator.get('stream/credentials')).data).toMatchObject({ ingressId: air.ingressId, lost: false });
  });
});

describe('a participant who was removed', () => {
  async function kicked() {
    const air = await onAir();
    await air.start();
    const { live } = await air.state();
    const viewer = await asViewer();
    const token = async () => String((await viewer.post('viewer/token', { streamId: live?.id })).data.token);
    const before = await token();
    await air.creator.post(`stream/${live?.id}/moderation`, { action: 'kick', userId: viewer.userId });
    return { air, viewer, before, token, room: await air.room() };
  }

  it('is removed again for 15 minutes if they come back with an old token and no event says so', async () => {
    const { air, before, room } = await kicked();
    air.livekit.joinWith(before);
    await air.sweep(14 * MINUTE);
    expect(air.livekit.audience(room)).toEqual([]);
    air.livekit.joinWith(before);
    await air.sweep(16 * MINUTE);
    expect(await air.ctx.db.select().from(videoDenials)).toEqual([]);
  });

  it('stays if they got a new token since', async () => {
    const { air, token, room } = await kicked();
    const { identity } = air.livekit.joinWith(await token());
    await air.sweep(MINUTE);
    expect(air.livekit.audience(room)).toEqual([identity]);
  });

  it('costs the sweep one call per room, however many are in it', async () => {
    const { air, before } = await kicked();
    air.livekit.joinWith(before);
    for (let n = 0; n < 20; n += 1) air.livekit.join(await air.room(), `guest-${n}#0`);
    air.livekit.calls.length = 0;
    await air.sweep(MINUTE);
    expect(air.livekit.callsOf('RoomService/ListParticipants')).toHaveLength(1);
    expect(air.livekit.callsOf('RoomService/RemoveParticipant')).toHaveLength(1);
  });
});

it('the sweep calls LiveKit twice, however many streams and keys there are', async () => {
  const air = await onAir();
  await air.start();
  const more = await Promise.all([1, 2, 3].map(() => onAir(air.livekit)));
  await Promise.all(more.map((one) => one.start()));
  air.livekit.calls.length = 0;
  await air.sweep(MINUTE);
  expect(air.livekit.calls.map(({ method }) => method).sort()).toEqual([
    'Ingress/ListIngress',
    'RoomService/ListRooms',
  ]);
});
