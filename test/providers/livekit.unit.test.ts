import { decodeJwt } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import {
  anIngress,
  LIVEKIT_API_KEY,
  LIVEKIT_API_SECRET,
  type LiveKitStandIn,
  liveKitEvent,
  signedLiveKitWebhook,
  standInForLiveKit,
} from '#test/support/livekit';
import { PRODUCTION } from '#test/support/production';
import { refusalOf } from '#test/support/refusals';
import { type Env, readConfig } from '@/config';
import { openMedia } from '@/providers/open-media';

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
  const boxes = (liveKit: LiveKitStandIn) =>
    liveKit.callsOf('Ingress/CreateIngress').map(({ video }) => {
      const { options } = video as { options?: { layers: { width: number; height: number }[] } }; // as the SDK sends it
      return options?.layers.map(({ width, height }) => [width, height]);
    });

  it.each(['RTMP', 'WHIP'] as const)(
    'by %s is transcoded to several sizes, whichever way the picture is turned',
    async (type) => {
      const liveKit = standInForLiveKit();
      const ingress = await media().createIngress(anIngress({ type }));
      expect(liveKit.ingresses.get(ingress.ingressId)).toMatchObject({
        stream_key: ingress.streamKey,
        url: ingress.serverUrl,
        input_type: `${type}_INPUT`,
        room_name: 'channel-1',
        participant_identity: 'enc:user-1',
        enabled: true,
      });
      expect(liveKit.callsOf('Ingress/CreateIngress')).toMatchObject([
        {
          enableTranscoding: true,
          video: { source: 'CAMERA', options: { videoCodec: 'H264_BASELINE' } },
          audio: { source: 'MICROPHONE', options: { audioCodec: 'OPUS', channels: 2 } },
        },
      ]);
      expect(boxes(liveKit)).toEqual([
        [
          [1920, 1920],
          [1280, 1280],
          [640, 640],
        ],
      ]);
    },
  );

  it('is as large as its quality says, and WHIP is passed on as it comes at the source’s', async () => {
    const liveKit = standInForLiveKit();
    await media().createIngress(anIngress({ quality: '720p' }));
    await media().createIngress(anIngress({ quality: 'source' }));
    await media().createIngress(anIngress({ quality: 'source', type: 'WHIP' }));
    expect(boxes(liveKit)).toEqual([
      [
        [1280, 1280],
        [640, 640],
      ],
      [[2560, 2560]],
      undefined,
    ]);
    expect(liveKit.callsOf('Ingress/CreateIngress').map((call) => call.enableTranscoding)).toEqual([true, true, false]);
  });

  it.each(['RTMP', 'WHIP'] as const)(
    'by %s keeps its key when room, identity, quality or admittance change',
    async (type) => {
      const liveKit = standInForLiveKit();
      const { ingressId, streamKey } = await media().createIngress(anIngress({ type }));
      for (const quality of ['source', '720p', '1080p', 'source'] as const) {
        const form = anIngress({ type, room: `room of ${quality}`, identity: 'enc:user-2', quality, enabled: false });
        expect(await media().updateIngress(ingressId, form)).toBe(true);
        expect(liveKit.ingresses.get(ingressId)?.stream_key).toBe(streamKey);
        expect(await media().findIngress(ingressId)).toMatchObject({
          room: `room of ${quality}`,
          identity: 'enc:user-2',
          quality,
          enabled: false,
          status: 'idle',
        });
      }
    },
  );

  it('that LiveKit does not know is neither found nor changed', async () => {
    standInForLiveKit();
    expect(await media().findIngress('IN_nobody')).toBeUndefined();
    expect(await media().updateIngress('IN_nobody', anIngress())).toBe(false);
  });

  it('says how its encoder is doing', async () => {
    const liveKit = standInForLiveKit();
    const { ingressId } = await media().createIngress(anIngress());
    const video = { width: 720, height: 1280, framerate: 29.97, average_bitrate: 2_500_400 };
    const state = { started_at: '1700000000123456789', video } as const;
    liveKit.setState(ingressId, { status: 'ENDPOINT_PUBLISHING', ...state });
    expect(await media().findIngress(ingressId)).toMatchObject({
      status: 'publishing',
      startedAt: 1_700_000_000_123,
      error: null,
      input: { width: 720, height: 1280, fps: 30, kbps: 2_500 },
    });
    liveKit.setState(ingressId, { status: 'ENDPOINT_ERROR', error: 'unsupported codec' });
    expect(await media().findIngress(ingressId)).toMatchObject({
      status: 'failed',
      error: 'unsupported codec',
      input: null,
    });
  });

  it('that is deleted is gone at LiveKit, and deleting it again is fine', async () => {
    const liveKit = standInForLiveKit();
    const { ingressId } = await media().createIngress(anIngress());
    await media().deleteIngress(ingressId);
    expect(liveKit.ingresses.size).toBe(0);
    await media().deleteIngress(ingressId);
  });

  it('is listed with what it does, on whichever page it stands', async () => {
    const liveKit = standInForLiveKit();
    liveKit.pageSize = 2;
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await media().createIngress(anIngress())).ingressId);
    for (const index of [0, 3, 4]) liveKit.setPublishing(ids[index] ?? '', true);
    const seen = await media().listIngresses();
    expect(ids.map((id) => seen.get(id)?.status)).toEqual(['publishing', 'idle', 'idle', 'publishing', 'publishing']);
    expect(liveKit.callsOf('Ingress/ListIngress')).toHaveLength(3);
  });
});

describe('rooms', () => {
  it('are told with how many publish into them, all at once or those that are named', async () => {
    const liveKit = standInForLiveKit();
    liveKit.publish('on-air', 'creator-1');
    liveKit.join('on-air', 'viewer-1');
    liveKit.join('waiting', 'viewer-2');
    liveKit.publish('not-asked-for', 'creator-2');
    const [onAir, waiting] = [
      { participants: 2, publishers: 1 },
      { participants: 1, publishers: 0 },
    ];
    expect(await media().listRooms(['on-air', 'waiting', 'nowhere'])).toEqual(
      new Map(Object.entries({ 'on-air': onAir, waiting })),
    );
    expect(await media().listRooms([])).toEqual(new Map());
    expect([...(await media().listRooms()).keys()]).toEqual(['on-air', 'waiting', 'not-asked-for']);
    expect(liveKit.callsOf('RoomService/ListRooms')).toEqual([{ names: ['on-air', 'waiting', 'nowhere'] }, {}]);
  });

  it('are asked for a thousand at a time', async () => {
    const liveKit = standInForLiveKit();
    const names = Array.from({ length: 2_001 }, (_, n) => `room-${n}`);
    for (const name of ['room-0', 'room-1000', 'room-2000']) liveKit.publish(name, 'creator');
    expect((await media().listRooms(names)).size).toBe(3);
    expect(liveKit.callsOf('RoomService/ListRooms')).toHaveLength(3);
  });

  it('say who is in them, and when their tokens were issued', async () => {
    const liveKit = standInForLiveKit();
    const now = Date.now();
    const { token } = await media().viewerToken({ ...participant, attributes: { door: 'public' } }, now);
    liveKit.joinWith(token);
    liveKit.join(participant.room, 'from-before');
    expect(await media().listParticipants(participant.room)).toEqual([
      { identity: 'user-1', issuedAt: now, attributes: { door: 'public' }, isPublishing: false },
      { identity: 'from-before', issuedAt: 0, attributes: {}, isPublishing: false },
    ]);
  });

  it('that are deleted are empty and gone, and deleting them again is fine', async () => {
    const liveKit = standInForLiveKit();
    liveKit.join('channel-1', 'user-1');
    await media().deleteRoom('channel-1');
    expect(liveKit.participants.has('channel-1')).toBe(false);
    await media().deleteRoom('channel-1');
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

  it('leaves those whose token was issued afterwards', async () => {
    const liveKit = standInForLiveKit();
    const now = Date.now();
    liveKit.joinWith((await media().viewerToken(participant, now)).token);
    await media().removeParticipant(participant.room, participant.identity, now - 1);
    expect(liveKit.participants.get(participant.room)?.size).toBe(1);
    await media().removeParticipant(participant.room, participant.identity, now);
    expect(liveKit.participants.get(participant.room)?.size).toBe(0);
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
      media().createIngress(anIngress()),
      media().deleteIngress('IN_1'),
      media().updateIngress('IN_1', anIngress()),
      media().findIngress('IN_1'),
      media().listIngresses(),
      media().listRooms(),
      media().listParticipants('channel-1'),
      media().deleteRoom('channel-1'),
      media().removeParticipant('channel-1', 'user-1', 0),
    ];
    for (const refusal of await Promise.all(calls.map(refusalOf)))
      expect(refusal).toMatchObject({ code: 'MEDIA_UNAVAILABLE', status: 503 });
  });

  it('is seen too when the secret is wrong', async () => {
    const liveKit = standInForLiveKit();
    const stranger = media({ LIVEKIT_API_SECRET: 'another-secret-of-at-least-32-bytes!' });
    expect(await refusalOf(stranger.createIngress(anIngress()))).toMatchObject({ code: 'MEDIA_UNAVAILABLE' });
    expect(await refusalOf(stranger.listIngresses())).toMatchObject({ code: 'MEDIA_UNAVAILABLE' });
    expect(liveKit.ingresses.size).toBe(0);
  });

  it('a 404 that is not LiveKit saying so does not pass for done', async () => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('no such page', { status: 404 }));
    expect(await refusalOf(media().deleteIngress('IN_1'))).toMatchObject({ code: 'MEDIA_UNAVAILABLE' });
  });

  it('a list that never ends is refused rather than half believed', async () => {
    const liveKit = standInForLiveKit();
    liveKit.pageSize = 0;
    await media().createIngress(anIngress());
    expect(await refusalOf(media().listIngresses())).toMatchObject({ code: 'MEDIA_UNAVAILABLE' });
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

  it('of a publisher lets them publish camera, microphone and screen', async () => {
    const { token } = await media().publisherToken(participant, Date.now());
    expect(decodeJwt(token).video).toMatchObject({
      room: 'channel-1',
      canPublish: true,
      canPublishSources: ['camera', 'microphone', 'screen_share', 'screen_share_audio'],
      canSubscribe: true,
    });
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
      liveKitEvent.participant('participant_joined', 'r', 'u', { issuedAt: '5', door: 'public' }),
      {
        type: 'participant_joined',
        room: 'r',
        identity: 'u',
        issuedAt: 5,
        attributes: { door: 'public' },
        isPublishing: false,
      },
    ],
    [
      liveKitEvent.participant('participant_left', 'r', 'u'),
      { type: 'participant_left', room: 'r', identity: 'u', issuedAt: 0, attributes: {}, isPublishing: false },
    ],
    [
      liveKitEvent.participant('track_published', 'r', 'u'),
      { type: 'track_published', room: 'r', identity: 'u', issuedAt: 0, attributes: {}, isPublishing: false },
    ],
    [{ event: 'egress_started' }, { type: 'other', name: 'egress_started' }],
    [
      { event: 'from_the_future', aField: { of: 'tomorrow' } },
      { type: 'other', name: 'from_the_future' },
    ],
  ])('says $event in our words', async (event, expected) => {
    const webhook = await signedLiveKitWebhook({ ...event, id: 'EV_1', createdAt: '1700000000' });
    expect(await read(webhook)).toEqual({
      id: 'EV_1',
      name: event.event,
      event: { ...expected, at: 1_700_000_000_000 },
    });
  });

  it('that is not of its shape is unreadable, with the reason', async () => {
    for (const event of [
      { event: 'ingress_started', ingressInfo: {} },
      { event: 'ingress_ended' },
      { event: 'room_finished', room: {} },
      { event: 'room_finished', room: 'r' },
    ]) {
      const webhook = await signedLiveKitWebhook(event);
      const said = await read(webhook);
      expect(said).toMatchObject({ id: expect.any(String), event: { type: 'unreadable', reason: expect.any(String) } });
      expect(await media().readAgain(webhook.body)).toEqual(said?.event);
    }
  });

  it('of an ingress says to the millisecond when its session began and ended', async () => {
    for (const type of ['ingress_started', 'ingress_ended'] as const) {
      const said = liveKitEvent.ingress(type, 'IN_1', 'r', 1_700_000_000_123);
      const webhook = await signedLiveKitWebhook({ ...said, createdAt: '1700000002' });
      expect((await read(webhook))?.event).toMatchObject({ type, at: 1_700_000_000_123 });
    }
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
