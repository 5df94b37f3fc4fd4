import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { randomAddress } from '#test/support/api';
import { entry } from '#test/support/app';
import { testContext } from '#test/support/context';
import { coinsOf, giveCoins, once } from '#test/support/money';
import { joinRoom } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { actorOf, asCreator, asViewer, type Person } from '#test/support/users';
import { app } from '@/app';
import { type Env, readConfig } from '@/config';
import type { Context } from '@/contracts/context';
import { outbox } from '@/db/outbox';
import { keepMaintenance } from '@/domains/base/maintenance/read';
import { sendGift } from '@/domains/money/gifts/send-gift';
import { deliverOutbox, sweepOutbox } from '@/queues/outbox';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import { makeCountingD1, readCounts, resetCounts } from '../../../scripts/bench/counting-d1';

const ROSE = '01900000-0000-7000-9001-000000000001';
const ROWS_WRITTEN_MAX = 20;

async function aShow() {
  const [viewer, creator] = [await asViewer(), await asCreator()];
  await giveCoins(viewer.userId, 1_000);
  const streamId = await anOpenStream(creator);
  return { viewer, creator, streamId, watcher: await joinRoom(streamId) };
}

beforeEach(async () => {
  await testContext().db.delete(outbox);
});

describe('a gift into a live stream', () => {
  it('is announced in the room once, as it was paid', async () => {
    const { viewer, creator, streamId, watcher } = await aShow();
    const body = { giftId: ROSE, quantity: 2, streamId, message: 'Encore!' };
    const { status, data } = await viewer.post('payment/gift', body, once());
    expect(status).toBe(201);
    const heard = await watcher.next('gift-sent');
    expect(heard).toMatchObject({
      seq: expect.any(Number),
      id: data.id,
      sender: { id: viewer.userId, username: viewer.username },
      recipient: { id: creator.userId, isLive: true },
      gift: { id: ROSE, name: 'Rose', icon: '🌹', animationUrl: null, coins: 10 },
      quantity: 2,
      coins: 20,
      message: 'Encore!',
      at: data.createdAt,
    });
    expect(heard).not.toHaveProperty('diamonds');
    expect(data).toMatchObject({ streamId, recipient: { id: creator.userId } });
  });

  it('that is a tip names no gift', async () => {
    const { viewer, streamId, watcher } = await aShow();
    await viewer.post('payment/tip', { coins: 50, streamId }, once());
    expect(await watcher.next('gift-sent')).toMatchObject({ gift: null, quantity: 1, coins: 50, message: null });
  });

  it('that is not paid is not announced', async () => {
    const { viewer, streamId, watcher } = await aShow();
    expect((await viewer.post('payment/tip', { coins: 1_001, streamId }, once())).status).toBe(402);
    await viewer.post('payment/tip', { coins: 10, streamId }, once());
    await watcher.next('gift-sent', ({ coins }) => coins === 10);
    expect(watcher.eventsOf('gift-sent')).toHaveLength(1);
  });

  it('is announced once by the sweep if its request is killed after the payment', async () => {
    const { viewer, streamId, watcher } = await aShow();
    const ctx = testContext();
    const killed: Context = { ...ctx, deliver: async () => {} };
    const wish = { giftId: ROSE, quantity: 1, streamId };
    const gift = await sendGift(killed, actorOf(viewer), wish, { idempotencyKey: newId(), bodyHash: '' });
    expect(await coinsOf(viewer.userId)).toBe(990);
    const rows = await ctx.db.select().from(outbox);
    expect(rows).toHaveLength(1);

    const later: Context = { ...ctx, now: () => ctx.now() + MINUTE_MS };
    await sweepOutbox(later);
    await ctx.db.insert(outbox).values(rows); // as a kill between delivery and deletion leaves them
    await deliverOutbox(ctx, rows);
    await viewer.post('payment/tip', { coins: 10, streamId }, once());
    await watcher.next('gift-sent', ({ coins, gift: kind }) => coins === 10 && kind === null);
    expect(watcher.eventsOf('gift-sent').map(({ id }) => id)).toContain(gift.id);
    expect(watcher.eventsOf('gift-sent')).toHaveLength(2);
    expect(await ctx.db.select().from(outbox)).toEqual([]);
  });

  it('that is repeated with its key is announced once', async () => {
    const { viewer, streamId, watcher } = await aShow();
    const [body, key] = [{ giftId: ROSE, streamId }, once()];
    await Promise.all([1, 2, 3].map(() => viewer.post('payment/gift', body, key)));
    await viewer.post('payment/tip', { coins: 50, streamId }, once());
    await watcher.next('gift-sent', ({ coins }) => coins === 50);
    expect(watcher.eventsOf('gift-sent')).toHaveLength(2);
  });

  it('takes four round trips, and writes only the necessary rows', async () => {
    const { viewer, streamId } = await aShow();
    await viewer.post('payment/gift', { giftId: ROSE, streamId }, once()); // opens the accounts and the day
    const execution = createExecutionContext();
    const counted = { ...env, DB: makeCountingD1(env.DB) } as Env; // the meter stands for the database
    const request = new Request('http://localhost:8787/api/v1/payment/gift', {
      method: 'POST',
      headers: {
        ...viewer.headers,
        ...once().headers,
        'cf-connecting-ip': randomAddress(),
        'content-type': 'application/json',
      },
      body: JSON.stringify({ giftId: ROSE, streamId, message: 'Again' }),
    });
    // An isolate reads the maintenance window once in ten seconds.
    keepMaintenance({ config: readConfig(counted), now: Date.now }, { revision: 0, window: null });
    resetCounts();
    const response = await app.fetch(request, entry(counted, execution), execution);
    expect(response.status).toBe(201);
    await waitOnExecutionContext(execution);
    const { rowsWritten, calls } = readCounts();
    expect(rowsWritten).toBeLessThanOrEqual(ROWS_WRITTEN_MAX);
    // The guard, the facts, the batch; and the outbox row's end.
    expect(calls).toBe(4);
  });
});

describe('gifts outside of a stream', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('notify the creator once a minute per sender, however many they send', async () => {
    // From the start of a minute, so that none ends between two gifts.
    vi.useFakeTimers({ toFake: ['Date'], now: (Math.floor(Date.now() / MINUTE_MS) + 1) * MINUTE_MS });
    const [first, second, creator] = [await asViewer(), await asViewer(), await asCreator()];
    for (const { userId } of [first, second]) await giveCoins(userId, 1_000);
    const give = async (sender: Person) =>
      expect((await sender.post('payment/gift', { giftId: ROSE, recipientId: creator.userId }, once())).status).toBe(
        201,
      );
    const noticesOf = async ({ userId }: Person) =>
      (await testContext().db.select().from(outbox)).filter(
        ({ event }) => event.kind === 'notify' && event.notification.gather?.actorId === userId,
      ).length;

    for (const sender of [first, first, first, second]) await give(sender);
    expect([await noticesOf(first), await noticesOf(second)]).toEqual([1, 1]);
    vi.setSystemTime(Date.now() + MINUTE_MS);
    for (const sender of [first, first]) await give(sender);
    expect([await noticesOf(first), await noticesOf(second)]).toEqual([2, 1]);

    await sweepOutbox(testContext());
    const { items } = (await creator.get('user/notifications')).data;
    expect(items).toMatchObject([{ kind: 'gift', read: false }]);
  });
});
