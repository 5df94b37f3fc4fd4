import { decodeJwt } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import {
  LIVEKIT_API_KEY,
  LIVEKIT_API_SECRET,
  liveKitEvent,
  signedLiveKitWebhook,
  standInForLiveKit,
} from '#test/support/livekit';
import { PRODUCTION } from '#test/support/production';
import { refusalOf } from '#test/support/refusals';
import { type Env, readConfig } from '@/config';
import { openMedia } from '@/providers/media';

const variables: Partial<Env> = {
  ENVIRONMENT: 'development',
  JWT_SECRET: 'a-test-secret-that-is-long-enough-to-be-accepted',
  ENCRYPTION_KEY: 'a-test-encryption-key-that-is-long-enough-too',
  LIVEKIT_URL: 'ws://livekit.test:7880',
  LIVEKIT_API_KEY,
  LIVEKIT_API_SECRET,
};
const media = (more: Partial<Env> = {}) => openMedia(readConfig({ ...variables, ...more }));
const participant = { room: 'channel-1', identity: 'user-1', name: 'Ada' };

describe('an ingress', () => {
  it.each(['RTMP', 'WHIP'] as const)('by %s is transcoded to several layers', async (type) => {
    const liveKit = standInForLiveKit();
    const ingress = await media().createIngress(type, participant);
    expect(liveKit.ingresses.get(ingress.ingressId)).toMatchObject({
      stream_key: ingress.streamKey,
      url: ingress.serverUrl,
      input_type: `${type}_INPUT`,
      room_name: 'channel-1',
      participant_identity: 'user-1',
    });
    expect(liveKit.callsOf('Ingress/CreateIngress')).toMatchObject([
      {
        enableTranscoding: true,
        video: {
          source: 'CAMERA',
          options: {
            videoCodec: 'H264_BASELINE',
            layers: [
              { quality: 'HIGH', width: 1920, height: 1080 },
              { quality: 'MEDIUM', width: 1280, height: 720 },
              { width: 640, height: 360 },
            ],
          },
        },
        audio: { source: 'MICROPHONE', options: { audioCodec: 'OPUS', channels: 2 } },
      },
    ]);
  });

  it('that is deleted is gone at LiveKit, and deleting it again is fine', async () => {
    const liveKit = standInForLiveKit();
    const { ingressId } = await media().createIngress('RTMP', participant);
    await media().deleteIngress(ingressId);
    expect(liveKit.ingresses.size).toBe(0);
    await media().deleteIngress(ingressId);
  });

  it('is listed as active while it publishes, on whichever page it stands', async () => {
    const liveKit = standInForLiveKit();
    liveKit.pageSize = 2;
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await media().createIngress('RTMP', participant)).ingressId);
    for (const index of [0, 3, 4]) liveKit.setPublishing(ids[index] ?? '', true);
    expect(await media().listActiveIngresses()).toEqual(new Set([ids[0], ids[3], ids[4]]));
    expect(liveKit.callsOf('Ingress/ListIngress')).toHaveLength(3);
  });
});

describe('rooms', () => {
  it('are told by whether somebody publishes into them, not by who watches', async () => {
    const liveKit = standInForLiveKit();
    liveKit.join('on-air', 'creator-1');
    liveKit.join('on-air', 'viewer-1');
    liveKit.join('waiting', 'viewer-2');
    liveKit.join('not-asked-for', 'creator-2');
    for (const creator of ['creator-1', 'creator-2']) liveKit.publishers.add(creator);
    expect(await media().listPublishedRooms(['on-air', 'waiting', 'empty'])).toEqual(new Set(['on-air']));
    expect(await media().listPublishedRooms([])).toEqual(new Set());
    expect(liveKit.callsOf('RoomService/ListRooms')).toEqual([{ names: ['on-air', 'waiting', 'empty'] }]);
  });

  it('are asked for a thousand at a time', async () => {
    const liveKit = standInForLiveKit();
    const names = Array.from({ length: 2_001 }, (_, n) => `room-${n}`);
    liveKit.publishers.add('creator');
    for (const name of ['room-0', 'room-1000', 'room-2000']) liveKit.join(name, 'creator');
    expect((await media().listPublishedRooms(names))?.size).toBe(3);
    expect(liveKit.callsOf('RoomService/ListRooms')).toHaveLength(3);
  });
});

describe('removing a participant', () => {
  it('voids the tokens issued until then, by the second', async () => {
    const liveKit = standInForLiveKit();
    liveKit.join('channel-1', 'user-1');
    await media().removeParticipant('channel-1', 'user-1', 1_700_000_000_250);
    expect(liveKit.participants.get('channel-1')?.size).toBe(0);
    expect(liveKit.callsOf('RoomService/RemoveParticipant')).toEqual([
      { room: 'channel-1', identity: 'user-1', revokeTokenTs: '1700000001' },
    ]);
  });

  it('who is not there is fine', async () => {
    standInForLiveKit();
    await media().removeParticipant('channel-1', 'nobody', Date.now());
  });

  it("is done where none runs on one's own machine: nobody can be in its rooms", async () => {
    const here = { LIVEKIT_URL: 'ws://localhost:7880' };
    const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('Network connection lost.'));
    await media(here).removeParticipant('channel-1', 'user-1', 0);
    expect(await refusalOf(media(here).deleteIngress('IN_1'))).toMatchObject({ code: 'MEDIA_UNAVAILABLE' });
    for (const more of [{}, PRODUCTION])
      expect(
        await refusalOf(media(more).removeParticipant('channel-1', 'user-1', 0)),
        JSON.stringify(more),
      ).toMatchObject({
        code: 'MEDIA_UNAVAILABLE',
      });
    fetched.mockRejectedValue(new DOMException('The operation timed out.', 'TimeoutError'));
    expect(await refusalOf(media(here).removeParticipant('channel-1', 'user-1', 0))).toMatchObject({
      code: 'MEDIA_UNAVAILABLE',
    });
  });
});

describe('LiveKit being away', () => {
  it.each(['away', 'slow', 'failing'] as const)('is MEDIA_UNAVAILABLE when it is %s', async (mode) => {
    standInForLiveKit().mode = mode;
    const calls = [
      media().createIngress('RTMP', participant),
      media().deleteIngress('IN_1'),
      media().listActiveIngresses(),
      media().listPublishedRooms(['channel-1']),
      media().removeParticipant('channel-1', 'user-1', 0),
    ];
    for (const refusal of await Promise.all(calls.map(refusalOf)))
      expect(refusal).toMatchObject({ code: 'MEDIA_UNAVAILABLE', status: 503 });
  });

  it('is seen too when the secret is wrong', async () => {
    const liveKit = standInForLiveKit();
    const stranger = media({ LIVEKIT_API_SECRET: 'another-secret-of-at-least-32-bytes!' });
    expect(await refusalOf(stranger.createIngress('RTMP', participant))).toMatchObject({ code: 'MEDIA_UNAVAILABLE' });
    expect(await refusalOf(stranger.listActiveIngresses())).toMatchObject({ code: 'MEDIA_UNAVAILABLE' });
    expect(liveKit.ingresses.size).toBe(0);
  });

  it('a 404 that is not LiveKit saying so does not pass for done', async () => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('no such page', { status: 404 }));
    expect(await refusalOf(media().deleteIngress('IN_1'))).toMatchObject({ code: 'MEDIA_UNAVAILABLE' });
  });

  it('a list that never ends is refused rather than half believed', async () => {
    const liveKit = standInForLiveKit();
    liveKit.pageSize = 0;
    await media().createIngress('RTMP', participant);
    expect(await refusalOf(media().listActiveIngresses())).toMatchObject({ code: 'MEDIA_UNAVAILABLE' });
  });
});

describe('a token', () => {
  it('of a viewer lets them watch for two minutes and publish nothing, data included', async () => {
    const now = Date.now();
    const { token, ...rest } = await media().viewerToken(participant, now);
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({
      iss: LIVEKIT_API_KEY,
      sub: 'user-1',
      name: 'Ada',
      video: {
        roomJoin: true,
        room: 'channel-1',
        canSubscribe: true,
        canPublish: false,
        canPublishData: false,
        canUpdateOwnMetadata: false,
        hidden: true,
      },
    });
    expect(rest).toMatchObject({
      provider: 'livekit',
      serverUrl: 'ws://livekit.test:7880',
      room: 'channel-1',
      identity: 'user-1',
    });
    expect(Math.abs(Date.parse(rest.expiresAt) - now - 120_000)).toBeLessThanOrEqual(1_000);
    expect(Math.abs((claims.exp ?? 0) * 1_000 - Date.parse(rest.expiresAt))).toBeLessThanOrEqual(1_000);
  });

  it('of a publisher lets them publish', async () => {
    const { token } = await media().publisherToken(participant, Date.now());
    expect(decodeJwt(token).video).toMatchObject({ room: 'channel-1', canPublish: true, canSubscribe: true });
  });

  it('names a WebSocket URL when LiveKit is configured by its HTTP one', async () => {
    const { serverUrl } = await media({ LIVEKIT_URL: 'https://livekit.test' }).viewerToken(participant, Date.now());
    expect(serverUrl).toBe('wss://livekit.test');
  });
});

describe('a webhook', () => {
  const read = ({ body, headers }: { body: string; headers: { authorization?: string } }) =>
    media().readWebhook(body, headers.authorization);

  it.each([
    [liveKitEvent.ingress('ingress_started', 'IN_1', 'r'), { type: 'ingress_started', ingressId: 'IN_1', room: 'r' }],
    [liveKitEvent.ingress('ingress_ended', 'IN_1', 'r'), { type: 'ingress_ended', ingressId: 'IN_1', room: 'r' }],
    [liveKitEvent.roomFinished('r'), { type: 'room_finished', room: 'r' }],
    [
      liveKitEvent.participant('participant_joined', 'r', 'u'),
      { type: 'participant_joined', room: 'r', identity: 'u' },
    ],
    [liveKitEvent.participant('participant_left', 'r', 'u'), { type: 'participant_left', room: 'r', identity: 'u' }],
    [{ event: 'track_published' }, { type: 'other', name: 'track_published' }],
    [
      { event: 'from_the_future', aField: { of: 'tomorrow' } },
      { type: 'other', name: 'from_the_future' },
    ],
  ])('says $event in our words', async (event, expected) => {
    const webhook = await signedLiveKitWebhook({ ...event, id: 'EV_1', createdAt: '1700000000' });
    expect(await read(webhook)).toEqual({ id: 'EV_1', event: { ...expected, at: 1_700_000_000_000 } });
  });

  it('without an id is known by its body', async () => {
    const [one, same, other] = await Promise.all(
      ['r', 'r', 'other'].map((room) =>
        signedLiveKitWebhook({ ...liveKitEvent.roomFinished(room), id: '', createdAt: '1700000000' }).then(read),
      ),
    );
    expect(one?.id).toBeTruthy();
    expect(one?.id).toBe(same?.id);
    expect(one?.id).not.toBe(other?.id);
  });

  it('that is forged, expired, changed on the way or not signed at all says nothing', async () => {
    const event = liveKitEvent.roomFinished('r');
    const genuine = await signedLiveKitWebhook(event);
    const viewer = await media().viewerToken(participant, Date.now());
    expect(await read(genuine)).toBeDefined();
    for (const webhook of [
      await signedLiveKitWebhook(event, { secret: 'a-secret-that-somebody-guessed-wrong' }),
      await signedLiveKitWebhook(event, { apiKey: 'another-key' }),
      await signedLiveKitWebhook(event, { ttl: '-5m' }),
      { ...genuine, body: genuine.body.replace('"r"', '"s"') },
      { ...genuine, body: `${genuine.body} ` },
      { body: genuine.body, headers: { authorization: viewer.token } },
      { body: genuine.body, headers: { authorization: 'nonsense' } },
      { body: genuine.body, headers: {} },
    ])
      expect(await read(webhook)).toBeUndefined();
  });
});
