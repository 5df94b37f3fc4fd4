import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { recordingContext } from '#test/support/outbox';
import { asCreator, asUser, asViewer } from '#test/support/users';
import { getCredentials } from '@/domains/live/channels/credentials';
import { resealStreamKeys } from '@/domains/live/channels/reseal-stream-keys';
import { channels } from '@/domains/live/channels/tables';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { createIngress, deleteIngress } from '@/domains/live/studio/ingress';
import { MINUTE_MS } from '@/shared/time';

const RTMP = { ingressType: 'RTMP' };

const channelOf = async (userId: string) =>
  (await testContext().db.select().from(channels).where(eq(channels.creatorId, userId)))[0];

describe('a stream key', () => {
  it('is created at LiveKit for the channel, shown to its creator, and stored encrypted', async () => {
    const livekit = standInForLiveKit();
    const creator = await asCreator();
    const made = await creator.post('stream/ingress', RTMP);
    expect(made).toMatchObject({ status: 201, data: { userId: creator.userId, serverUrl: 'rtmp://livekit.test/x' } });
    expect(livekit.callsOf('Ingress/CreateIngress')).toMatchObject([
      { roomName: creator.channelId, participantIdentity: `enc:${creator.userId}` },
    ]);
    const shown = await creator.get('stream/credentials');
    expect(shown).toMatchObject({ status: 200, data: made.data });
    expect(shown.headers.get('cache-control')).toBe('no-store');
    const row = await channelOf(creator.userId);
    expect(row).toMatchObject({ ingressId: made.data.ingressId, ingressClaimedAt: null });
    expect(JSON.stringify(row)).not.toContain(made.data.streamKey);
  });

  it('for WHIP has the URL of WHIP', async () => {
    standInForLiveKit();
    const creator = await asCreator();
    const made = await creator.post('stream/ingress', { ingressType: 'WHIP' });
    expect(made.data).toMatchObject({ ingressType: 'WHIP', serverUrl: 'https://livekit.test/w' });
  });

  it('makes the channel of a creator who has none', async () => {
    standInForLiveKit();
    const creator = await asUser({ role: 'creator', creatorStatus: 'APPROVED' });
    expect((await creator.post('stream/ingress', RTMP)).status).toBe(201);
    expect((await channelOf(creator.userId))?.ingressId).not.toBeNull();
  });

  it('can exist only once: a second is refused until the first is deleted', async () => {
    const livekit = standInForLiveKit();
    const creator = await asCreator();
    const first = await creator.post('stream/ingress', RTMP);
    expect(await creator.post('stream/ingress', RTMP)).toMatchObject({
      status: 409,
      error: { code: 'INGRESS_EXISTS' },
    });
    expect((await creator.delete('stream/ingress')).status).toBe(200);
    expect(livekit.ingresses.size).toBe(0);
    expect(await creator.get('stream/credentials')).toMatchObject({
      status: 404,
      error: { code: 'INGRESS_NOT_FOUND' },
    });
    const second = await creator.post('stream/ingress', RTMP);
    expect(second.status).toBe(201);
    expect(second.data.streamKey).not.toBe(first.data.streamKey);
  });

  it('is created once if ten requests ask at once', async () => {
    const livekit = standInForLiveKit();
    const creator = await asCreator();
    const answers = await Promise.all(Array.from({ length: 10 }, () => creator.post('stream/ingress', RTMP)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    expect([...livekit.ingresses.keys()]).toEqual([(await channelOf(creator.userId))?.ingressId]);
    expect(livekit.callsOf('Ingress/CreateIngress')).toHaveLength(1);
  });

  it.each(['away', 'slow', 'failing'] as const)('leaves nothing half done while LiveKit is %s', async (mode) => {
    const livekit = standInForLiveKit();
    const creator = await asCreator();
    livekit.mode = mode;
    const refused = await creator.post('stream/ingress', RTMP);
    expect(refused).toMatchObject({ status: 503, error: { code: 'MEDIA_UNAVAILABLE' } });
    livekit.mode = 'well';
    expect((await creator.post('stream/ingress', RTMP)).status).toBe(201);
    livekit.mode = mode;
    expect(await creator.delete('stream/ingress')).toMatchObject({ status: 503 });
    expect((await creator.get('stream/credentials')).status).toBe(200); // still there, so still shown
  });

  it('can be created a minute after an attempt that died, and not sooner', async () => {
    standInForLiveKit();
    const creator = await asCreator();
    const ctx = testContext();
    const claimedBefore = (ms: number) =>
      ctx.db
        .update(channels)
        .set({ ingressClaimedAt: ctx.now() - ms })
        .where(eq(channels.id, creator.channelId));
    await claimedBefore(MINUTE_MS / 2);
    expect((await creator.post('stream/ingress', RTMP)).status).toBe(409);
    await claimedBefore(MINUTE_MS + 1);
    expect((await creator.post('stream/ingress', RTMP)).status).toBe(201);
  });

  it('is deleted at LiveKit again if it cannot be stored', async () => {
    const livekit = standInForLiveKit();
    const creator = await asCreator();
    const ctx = testContext();
    const stolen: typeof ctx = {
      ...ctx,
      media: {
        ...ctx.media,
        async createIngress(...call) {
          const made = await ctx.media.createIngress(...call);
          await ctx.db.update(channels).set({ ingressClaimedAt: 1 }).where(eq(channels.id, creator.channelId));
          return made;
        },
      },
    };
    await expect(createIngress(stolen, creator.userId, { type: 'RTMP' })).rejects.toMatchObject({
      code: 'INGRESS_EXISTS',
    });
    expect(livekit.ingresses.size).toBe(0);
    expect((await channelOf(creator.userId))?.ingressId).toBeNull();
  });

  it('can be deleted although LiveKit has lost it', async () => {
    const livekit = standInForLiveKit();
    const creator = await asCreator();
    await creator.post('stream/ingress', RTMP);
    livekit.ingresses.clear();
    expect((await creator.delete('stream/ingress')).status).toBe(200);
    expect(await creator.delete('stream/ingress')).toMatchObject({ status: 404, error: { code: 'INGRESS_NOT_FOUND' } });
  });

  it('cuts the picture if it is deleted while it feeds a stream, which ends after the grace', async () => {
    standInForLiveKit();
    const creator = await asCreator();
    const { data } = await creator.post('stream/ingress', RTMP);
    const { ctx, events } = recordingContext();
    const at = ctx.now();
    await applyMediaEvent(ctx, { type: 'ingress_started', ingressId: data.ingressId, room: creator.channelId, at });
    expect((await creator.get('stream/status')).data).toMatchObject({ isLive: true, reconnecting: false });
    events.length = 0;
    await deleteIngress(ctx, creator.userId);
    expect((await creator.get('stream/status')).data).toMatchObject({ isLive: false, reconnecting: true });
    expect(events).toMatchObject([
      { kind: 'room', command: { type: 'setup', changes: { reconnecting: true } } },
      { kind: 'task', task: { type: 'end-if-still-lost' }, delaySeconds: 60 },
    ]);
  });

  it('is re-encrypted while the encryption key rotates, and stays readable at every step', async () => {
    standInForLiveKit();
    const creator = await asCreator();
    const { data } = await creator.post('stream/ingress', RTMP);
    const sealed = async () => String((await channelOf(creator.userId))?.streamKey);
    const [before, current, next] = [
      await sealed(),
      String(env.ENCRYPTION_KEY),
      'the-next-encryption-key-of-this-test',
    ];
    const rotated = testContext({ ENCRYPTION_KEY: next, ENCRYPTION_KEY_PREVIOUS: current });
    expect((await getCredentials(rotated, creator.userId)).streamKey).toBe(data.streamKey);
    await resealStreamKeys(rotated);
    expect((await sealed()).split('.')[0]).not.toBe(before.split('.')[0]);
    const alone = testContext({ ENCRYPTION_KEY: next });
    expect((await getCredentials(alone, creator.userId)).streamKey).toBe(data.streamKey);
    await resealStreamKeys(testContext({ ENCRYPTION_KEY: current, ENCRYPTION_KEY_PREVIOUS: next }));
    expect((await creator.get('stream/credentials')).data).toEqual(data);
  });

  it('requires an approved creator', async () => {
    const viewer = await asViewer();
    for (const call of [() => viewer.post('stream/ingress', RTMP), () => viewer.get('stream/credentials')])
      expect(await call()).toMatchObject({ status: 403, error: { code: 'CREATOR_APPROVAL_REQUIRED' } });
    expect((await client().post('stream/ingress', RTMP)).status).toBe(401);
    expect((await client().get('stream/credentials')).status).toBe(401);
  });

  it.each([
    ['ingressType', {}],
    ['ingressType', { ingressType: 'URL' }],
    ['room', { ingressType: 'RTMP', room: 'another' }],
  ])('is refused with an invalid %s', async (path, body) => {
    const creator = await asCreator();
    const refused = await creator.post('stream/ingress', body);
    expect(refused).toMatchObject({ status: 422, error: { details: [{ path }] } });
  });
});
