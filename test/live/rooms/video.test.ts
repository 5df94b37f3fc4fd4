/** Tokens for the video and who they let be where: identities, several tabs, and what LiveKit reports of who joins. */
import { eq } from 'drizzle-orm';
import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { onAir } from '#test/support/on-air';
import { asCreator, asViewer } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { channels } from '@/domains/live/channels/tables';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { streams } from '@/domains/live/streams/tables';
import { MINUTE_MS } from '@/shared/time';

const FRESH_MS = 2 * MINUTE_MS;

type Air = Awaited<ReturnType<typeof onAir>>;

beforeEach(async () => {
  const ctx = testContext();
  await ctx.db.update(channels).set({ ingressId: null });
  await ctx.db.update(streams).set({ status: 'cancelled', mediaRoom: null });
});

/** A show that an encoder feeds. */
async function aShow() {
  const air = await onAir();
  await air.start();
  const streamId = (await air.state()).live?.id ?? '';
  const room = await air.room();
  return { ...air, streamId, room, inside: () => [...(air.livekit.participants.get(room) ?? [])].sort() };
}

describe('identities in the video', () => {
  it('give a viewer five identities in rotation, over all endpoints', async () => {
    const { streamId } = await aShow();
    const viewer = await asViewer();
    const ask = [
      async () => (await viewer.post(`stream/${streamId}/join`)).data.media,
      async () => (await viewer.post('viewer/token', { streamId })).data,
      async () => (await viewer.post(`sessions/${streamId}/token`)).data,
    ];
    const identities: string[] = [];
    for (let n = 0; n < 6; n += 1)
      for (const one of ask.slice(n % 3, (n % 3) + 1)) identities.push((await one()).identity);
    expect(identities).toEqual([0, 1, 2, 3, 4, 0].map((slot) => `${viewer.userId}#${slot}`));
  });

  it('are different for two requests at once, and for guests', async () => {
    const { streamId } = await aShow();
    const [viewer, guest] = [await asViewer(), client()];
    const asks = Array.from({ length: 5 }, () => viewer.post('viewer/token', { streamId }));
    const identities = (await Promise.all(asks)).map(({ data }) => data.identity);
    expect(new Set(identities).size).toBe(5);
    const { data } = await guest.post('viewer/token', { streamId });
    const again = client({ 'x-guest-token': data.guestToken });
    expect((await again.post('viewer/token', { streamId })).data.identity).toBe(`${data.viewer.id}#1`);
    expect(data.identity).toBe(`${data.viewer.id}#0`);
  });

  it('let the creator watch and publish beside the encoder', async () => {
    const { streamId, creator, room, livekit, inside, join } = await aShow();
    const id = creator.userId;
    const watching = [
      await creator.post('viewer/token', { streamId }),
      await creator.post(`stream/${streamId}/join`),
      await creator.post('stream/creator-token', {}),
    ];
    for (const { data } of watching) expect((data.media ?? data).identity).toBe(`watch:${id}`);
    for (const ask of [
      await creator.post('stream/creator-token', { purpose: 'publish' }),
      await creator.post(`sessions/${streamId}/token`),
    ]) {
      expect(ask.data).toMatchObject({ identity: id, room });
      await join(ask.data.token);
    }
    for (const { data } of watching.slice(0, 1)) await join(data.token);
    expect(inside()).toEqual([id, `enc:${id}`, `watch:${id}`].sort());
    expect(livekit.publishers).toEqual(new Set([`enc:${id}`]));
    expect((await creator.get('stream/status')).data).toMatchObject({ isLive: true, reconnecting: false });
  });

  it('belong to the room of the next show while no show is live', async () => {
    const air = await onAir();
    const { data: session } = await air.creator.post('sessions', { title: 'From the browser' });
    const { data: before } = await air.creator.post(`sessions/${session.id}/token`);
    const { data: started } = await air.creator.post(`sessions/${session.id}/start`);
    expect(before.room).toBe(started.token.room);
    await air.creator.post(`sessions/${session.id}/end`);
    const { data: next } = await air.creator.post('stream/creator-token', { purpose: 'publish' });
    expect(next.room).not.toBe(started.token.room);
    expect(next.room).toBe(await air.room());
  });
});

describe('a participant who LiveKit says has joined', () => {
  const aged = (token: string, ms: number) => {
    const {
      sub: identity = '',
      video,
      attributes,
    } = decodeJwt<{ video: { room: string }; attributes: Record<string, string> }>(token);
    const { issuedAt, ...rest } = attributes;
    return { room: video.room, identity, issuedAt: Number(issuedAt) - ms, attributes: rest };
  };
  /** Joins by a token that was issued so long ago; answers whether they were left in. */
  async function joinsLater(
    { livekit, ctx }: Pick<Air, 'livekit' | 'ctx'>,
    token: string,
    ms: number,
    changes: object = {},
  ): Promise<boolean> {
    const seen = { ...aged(token, ms), ...changes };
    livekit.join(seen.room, seen.identity, { ...seen.attributes, issuedAt: String(seen.issuedAt) });
    await applyMediaEvent(ctx, { type: 'participant_joined', at: Date.now(), isPublishing: false, ...seen });
    await ctx.settle();
    return livekit.participants.get(seen.room)?.has(seen.identity) ?? false;
  }
  const tokenOf = async (who: Pick<Awaited<ReturnType<typeof asViewer>>, 'post'>, streamId: string) =>
    String((await who.post('viewer/token', { streamId })).data.token);

  it('with a fresh token is not checked again, but with an older or undated one is', async () => {
    const show = await aShow();
    const viewer = await asViewer();
    const token = await tokenOf(viewer, show.streamId);
    await show.ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, viewer.userId));
    expect(await joinsLater(show, token, FRESH_MS - 5_000)).toBe(true);
    expect(await joinsLater(show, token, FRESH_MS)).toBe(false);
    expect(await joinsLater(show, token, 0, { issuedAt: 0, attributes: {} })).toBe(false);
  });

  it('with an older token stays if they could still enter', async () => {
    const show = await aShow();
    const viewer = await asViewer();
    expect(await joinsLater(show, await tokenOf(viewer, show.streamId), 10 * MINUTE_MS)).toBe(true);
    expect(await joinsLater(show, await tokenOf(client(), show.streamId), 10 * MINUTE_MS)).toBe(true);
  });

  it('is checked if the visibility has changed since, guests too', async () => {
    const show = await aShow();
    const [viewer, follower] = [await asViewer(), await asViewer()];
    await follower.post(`social/follow/${show.creator.userId}`);
    const tokens = [];
    for (const who of [viewer, client(), follower]) tokens.push(await tokenOf(who, show.streamId));
    await show.ctx.db.update(streams).set({ visibility: 'followers' }).where(eq(streams.id, show.streamId));
    const left = [];
    for (const token of tokens) left.push(await joinsLater(show, token, 0));
    expect(left).toEqual([false, false, true]);
  });

  it('with a fresh token is removed if they were banned, kicked or blocked since', async () => {
    const show = await aShow();
    const acts = {
      ban: (userId: string) => show.creator.post(`stream/${show.streamId}/moderation`, { action: 'ban', userId }),
      kick: (userId: string) => show.creator.post(`stream/${show.streamId}/moderation`, { action: 'kick', userId }),
      block: (userId: string) => show.creator.post(`social/block/${userId}`),
    };
    for (const [name, act] of Object.entries(acts)) {
      const viewer = await asViewer();
      const token = await tokenOf(viewer, show.streamId);
      expect((await act(viewer.userId)).status, name).toBeLessThan(300);
      expect(await joinsLater(show, token, 0), name).toBe(false);
    }
  });

  it('with a new token after a kick stays', async () => {
    const show = await aShow();
    const viewer = await asViewer();
    await show.creator.post(`stream/${show.streamId}/moderation`, { action: 'kick', userId: viewer.userId });
    await show.ctx.settle();
    expect(await joinsLater(show, await tokenOf(viewer, show.streamId), -1)).toBe(true);
  });

  it('in a room that is not ours is ignored', async () => {
    const show = await aShow();
    const token = await tokenOf(client(), show.streamId);
    expect(await joinsLater(show, token, 0, { room: 'of-another-application' })).toBe(true);
  });
});

describe('leaving', () => {
  it('leaves the video too, in every tab, and a new token lets the viewer in again', async () => {
    const { streamId, join, inside, creator, ctx } = await aShow();
    const [viewer, other] = [await asViewer(), await asViewer()];
    const token = async (who: typeof viewer) => String((await who.post('viewer/token', { streamId })).data.token);
    await join(await token(viewer));
    await join(await token(viewer));
    await join(await token(other));
    expect((await viewer.post(`stream/${streamId}/leave`)).status).toBe(200);
    await expect.poll(inside).toEqual([`enc:${creator.userId}`, `${other.userId}#0`].sort());
    await join(await token(viewer));
    await ctx.settle();
    expect(inside()).toContain(`${viewer.userId}#2`);
  });

  it('by the creator ends their viewing of the show, but not the show', async () => {
    const { streamId, creator, join, inside } = await aShow();
    await join((await creator.post('viewer/token', { streamId })).data.token);
    await join((await creator.post('stream/creator-token', { purpose: 'publish' })).data.token);
    await creator.post(`stream/${streamId}/leave`);
    await expect.poll(inside).toEqual([creator.userId, `enc:${creator.userId}`].sort());
  });
});

describe('the encoder’s state', () => {
  it('is shown with what it sends, and with its last error', async () => {
    const air = await onAir();
    const status = async () => (await air.creator.get('stream/status')).data;
    expect(await status()).toMatchObject({ encoder: 'off', lastError: null, input: null, quality: '1080p' });
    await air.start();
    const video = { width: 720, height: 1_280, framerate: 30, average_bitrate: 2_500_000 };
    air.livekit.setState(air.ingressId, { status: 'ENDPOINT_PUBLISHING', started_at: '1000000', video });
    expect(await status()).toMatchObject({
      encoder: 'connected',
      input: { width: 720, height: 1_280, fps: 30, kbps: 2_500 },
    });
    air.livekit.killEncoder(air.ingressId);
    expect(await status()).toMatchObject({ encoder: 'off', input: null });
    air.livekit.setState(air.ingressId, { status: 'ENDPOINT_ERROR', error: 'unsupported video codec' });
    expect(await status()).toMatchObject({ encoder: 'error', lastError: 'unsupported video codec' });
  });

  it('is the last known one while LiveKit is down', async () => {
    const air = await onAir();
    await air.start();
    air.livekit.mode = 'away';
    expect((await air.creator.get('stream/status')).data).toMatchObject({
      isLive: true,
      encoder: 'connected',
      input: null,
    });
  });
});

describe('the quality', () => {
  it('is chosen with the key or later, and is applied once the ingress is idle', async () => {
    const { livekit, deliver, sweep, start, endByLoss, ...air } = await onAir();
    const creator = await asCreator();
    const made = await creator.post('stream/ingress', { ingressType: 'WHIP', quality: 'source' });
    expect(made.data).toMatchObject({ quality: 'source' });
    expect(livekit.ingresses.get(made.data.ingressId)).toMatchObject({ enable_transcoding: false });
    expect((await creator.get('stream/info')).data).toMatchObject({ quality: 'source' });

    await start();
    expect((await air.creator.put('stream/info', { quality: '720p' })).data).toMatchObject({ quality: '720p' });
    await deliver();
    await sweep(60);
    const layers = () => {
      const { options } = (livekit.ingresses.get(air.ingressId)?.video ?? {}) as { options?: { layers: unknown[] } }; // as LiveKit has it
      return options?.layers;
    };
    expect(layers()).toHaveLength(3); // it is sending
    await endByLoss();
    expect(layers()).toMatchObject([
      { width: 1_280, height: 1_280 },
      { width: 640, height: 640 },
    ]);
  });

  it('is refused if it is unknown', async () => {
    const creator = await asCreator();
    for (const call of [
      creator.put('stream/info', { quality: '4k' }),
      creator.post('stream/ingress', { ingressType: 'RTMP', quality: 'best' }),
    ])
      expect(await call).toMatchObject({ status: 422, error: { details: [{ path: 'quality' }] } });
  });
});
