import { exports } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { liveKitEvent, signedLiveKitWebhook, standInForLiveKit, type WebhookOptions } from '#test/support/livekit';
import { aStream } from '#test/support/streams';
import { asCreator, asViewer } from '#test/support/users';
import { channelBans, channels } from '@/domains/live/channels/tables';
import { streams } from '@/domains/live/streams/tables';
import { WEBHOOK_BYTES_MAX } from '@/domains/operations/webhooks/store';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { newId } from '@/shared/ids';

/** What `wrangler.toml` grants an ordinary caller. */
const WRITES_A_MINUTE = 240;

type Webhook = Awaited<ReturnType<typeof signedLiveKitWebhook>>;

const post = ({ body, headers }: { body: string; headers: Partial<Webhook['headers']> }) =>
  client().post('webhook/livekit', body, { headers: headers as Record<string, string> }); // no header is undefined here
const event = () => liveKitEvent.ingress('ingress_started', 'IN_nobody', 'no-channel');
const storedEvents = () => testContext().db.select().from(webhookEvents);

beforeEach(async () => {
  await testContext().db.delete(webhookEvents);
});

describe('POST /webhook/livekit', () => {
  it('stores and applies what LiveKit signed: the encoder comes, the stream is live', async () => {
    const ctx = testContext();
    const { channelId } = await asCreator();
    const ingressId = `IN_${newId()}`;
    await ctx.db.update(channels).set({ ingressId, ingressType: 'RTMP' }).where(eq(channels.id, channelId));
    const answer = await post(
      await signedLiveKitWebhook(liveKitEvent.ingress('ingress_started', ingressId, channelId)),
    );
    expect(answer).toMatchObject({ status: 200, body: { success: true } });
    await vi.waitFor(
      async () => {
        expect(await storedEvents()).toMatchObject([
          { provider: 'livekit', type: 'ingress_started', state: 'processed' },
        ]);
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(await ctx.db.select().from(streams).where(eq(streams.channelId, channelId))).toMatchObject([
      { status: 'live' },
    ]);
  });

  it('keeps no stream key', async () => {
    await post(await signedLiveKitWebhook(event()));
    const rows = await storedEvents();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('never-to-be-stored');
  });

  it('is 200 and does nothing for an event that it knows, however often and at once', async () => {
    const webhook = await signedLiveKitWebhook(event());
    const answers = await Promise.all([post(webhook), post(webhook), post(webhook)]);
    answers.push(await post(webhook));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await storedEvents()).toHaveLength(1);
  });

  it.each<[string, WebhookOptions]>([
    ['forged', { secret: 'a-secret-that-somebody-guessed-wrong' }],
    ['of another key', { apiKey: 'another-key' }],
    ['expired', { ttl: '-5m' }],
  ])('refuses a signature that is %s, and leaves no trace', async (_, options) => {
    const answer = await post(await signedLiveKitWebhook(event(), options));
    expect(answer).toMatchObject({ status: 401, error: { code: 'WEBHOOK_SIGNATURE_INVALID' } });
    expect(await storedEvents()).toEqual([]);
  });

  it('refuses a body that was changed on the way, and one that is not signed', async () => {
    const { body, headers } = await signedLiveKitWebhook(event());
    const { authorization: _, ...unsigned } = headers;
    for (const webhook of [
      { body: body.replace('IN_nobody', 'IN_other1'), headers },
      { body: `\ufeff${body}`, headers },
      { body: '', headers },
      { body, headers: unsigned },
    ])
      expect(await post(webhook)).toMatchObject({ status: 401, error: { code: 'WEBHOOK_SIGNATURE_INVALID' } });
    expect(await storedEvents()).toEqual([]);
  });

  it('takes 256 KB and not a byte more, whether the length is told or not', async () => {
    const filled = async (bytes: number) => {
      const empty = await signedLiveKitWebhook({ ...event(), padding: '' });
      return signedLiveKitWebhook({ ...event(), padding: 'x'.repeat(bytes - empty.body.length) });
    };
    const largest = await filled(WEBHOOK_BYTES_MAX);
    expect(largest.body.length).toBe(WEBHOOK_BYTES_MAX);
    expect((await post(largest)).status).toBe(200);
    const tooLarge = await filled(WEBHOOK_BYTES_MAX + 1);
    expect(await post(tooLarge)).toMatchObject({ status: 413, error: { code: 'BODY_TOO_LARGE' } });
    const untold = new Request('http://localhost:8787/api/v1/webhook/livekit', {
      method: 'POST',
      headers: tooLarge.headers,
      body: new Blob([tooLarge.body]).stream(),
    });
    expect((await exports.default.fetch(untold)).status).toBe(413);
    expect(await storedEvents()).toHaveLength(1);
  });

  it('removes a banned viewer who joins again, leaves the others, and stores neither', async () => {
    const liveKit = standInForLiveKit();
    const ctx = testContext();
    const creator = await asCreator();
    await aStream(creator);
    const [banned, welcome] = [await asViewer(), await asViewer()];
    await ctx.db.insert(channelBans).values({
      channelId: creator.channelId,
      userId: banned.userId,
      bannedBy: creator.userId,
      createdAt: ctx.now(),
    });
    for (const { userId } of [banned, welcome]) {
      liveKit.join(creator.channelId, userId);
      const joined = liveKitEvent.participant('participant_joined', creator.channelId, userId);
      expect((await post(await signedLiveKitWebhook(joined))).status).toBe(200);
    }
    await vi.waitFor(() => expect(liveKit.participants.get(creator.channelId)).toEqual(new Set([welcome.userId])));
    const left = liveKitEvent.participant('participant_left', creator.channelId, banned.userId);
    expect((await post(await signedLiveKitWebhook(left))).status).toBe(200);
    expect(await storedEvents()).toEqual([]);
  });

  it('takes the first track of the creator’s browser for the picture, which can be lost from then on', async () => {
    const creator = await asCreator();
    const { data } = await creator.post('sessions', { title: 'From the browser' });
    const { room } = (await creator.post(`sessions/${data.id}/start`)).data.token;
    const say = async (event: 'participant_joined' | 'track_published' | 'participant_left', second: number) => {
      const said = liveKitEvent.participant(event, room, creator.userId);
      return post(await signedLiveKitWebhook({ ...said, createdAt: String(second) }));
    };
    const isReconnecting = async () => (await creator.get('stream/status')).data.reconnecting;
    await say('participant_joined', 10);
    await say('participant_left', 20);
    expect(await isReconnecting()).toBe(false);
    await say('track_published', 30);
    await say('participant_left', 40);
    expect(await isReconnecting()).toBe(true);
  });

  it('is not limited by address: one LiveKit server speaks for thousands of viewers', async () => {
    const liveKit = client();
    const requests = Array.from({ length: WRITES_A_MINUTE + 10 }, () => liveKit.post('webhook/livekit', 'not signed'));
    const statuses = new Set((await Promise.all(requests)).map(({ status }) => status));
    expect(statuses).toEqual(new Set([401]));
  });

  it('is 200 for what it has no use for', async () => {
    expect((await post(await signedLiveKitWebhook({ event: 'track_published' }))).status).toBe(200);
    expect(await storedEvents()).toEqual([]);
  });
});

describe('GET /webhook/livekit/health', () => {
  it('tells when the last event came, and no secret', async () => {
    expect((await client().get('webhook/livekit/health')).data).toEqual({
      status: 'ok',
      secretConfigured: true,
      lastEventAt: null,
    });
    await post(await signedLiveKitWebhook(event()));
    const { status, data } = await client().get('webhook/livekit/health');
    expect(status).toBe(200);
    expect(Math.abs(Date.parse(data.lastEventAt) - Date.now())).toBeLessThan(10_000);
  });
});
