import { env } from 'cloudflare:workers';
import { describe, expect, it, test } from 'vitest';
import { testContext } from '#test/support/context';
import { aBrowser } from '#test/support/notifications';
import { actorOf, asViewer, type Person } from '#test/support/users';
import { listNotifications } from '@/domains/base/notifications/list';
import { subscribeToPush } from '@/domains/base/notifications/push';

const browsersOf = async ({ userId }: Person): Promise<string[]> => {
  const { results } = await env.DB.prepare('SELECT endpoint FROM push_subscriptions WHERE user_id = ?')
    .bind(userId)
    .all<{ endpoint: string }>();
  return results.map(({ endpoint }) => endpoint);
};

describe('a browser', () => {
  it('is subscribed, once however often, and let go', async () => {
    const [me, browser] = [await asViewer(), await aBrowser()];
    for (let times = 0; times < 2; times += 1)
      expect((await me.post('user/push', browser.subscription)).status).toBe(201);
    expect(await browsersOf(me)).toEqual([browser.endpoint]);
    for (let times = 0; times < 2; times += 1)
      expect((await me.call('DELETE', 'user/push', { body: { endpoint: browser.endpoint } })).status).toBe(200);
    expect(await browsersOf(me)).toEqual([]);
  });

  it('moves to who subscribes it last, and nobody else lets go of it', async () => {
    const [one, other, browser] = [await asViewer(), await asViewer(), await aBrowser()];
    await one.post('user/push', browser.subscription);
    await other.post('user/push', browser.subscription);
    expect(await browsersOf(one)).toEqual([]);
    expect((await one.call('DELETE', 'user/push', { body: { endpoint: browser.endpoint } })).status).toBe(200);
    expect(await browsersOf(other)).toEqual([browser.endpoint]);
  });

  it('more than ten lets go of the oldest', async () => {
    const me = await asViewer();
    const browsers = await Promise.all(Array.from({ length: 11 }, () => aBrowser()));
    for (const { subscription } of browsers) await me.post('user/push', subscription);
    const kept = browsers.slice(1).map(({ endpoint }) => endpoint);
    expect((await browsersOf(me)).toSorted()).toEqual(kept.toSorted());
  });
});

test.each([
  'https://evil.test/push',
  'https://fcm.googleapis.com.evil.test/x',
  'https://evilfcm.googleapis.com/x',
  'https://push.services.mozilla.com/x',
  'https://evilpush.services.mozilla.com/x',
  'https://fcm.googleapis.com:8443/x',
  'https://me:pw@fcm.googleapis.com/x',
  'https://127.0.0.1/x',
])('%s is no push service', async (endpoint) => {
  const [me, { subscription }] = [await asViewer(), await aBrowser()];
  const { status, error } = await me.post('user/push', { ...subscription, endpoint });
  expect([status, error.code]).toEqual([422, 'PUSH_HOST_UNKNOWN']);
});

test.each(['fcm.googleapis.com', 'web.push.apple.com', 'wns2-am3p.notify.windows.com'])('%s is one', async (host) => {
  const me = await asViewer();
  expect((await me.post('user/push', (await aBrowser(host)).subscription)).status).toBe(201);
});

test('what is no subscription is refused', async () => {
  const [me, { subscription }] = [await asViewer(), await aBrowser()];
  const { keys, endpoint } = subscription;
  const offCurve = `BA${'A'.repeat(85)}`;
  for (const wrong of [
    { ...subscription, endpoint: endpoint.replace('https:', 'http:') },
    { ...subscription, endpoint: `${endpoint}${'x'.repeat(1_000)}` },
    { ...subscription, keys: { ...keys, auth: 'short' } },
    { ...subscription, keys: { p256dh: keys.p256dh } },
    { ...subscription, keys: { ...keys, p256dh: offCurve } },
    { ...subscription, userId: 'somebody' },
    {},
  ])
    expect((await me.post('user/push', wrong)).status).toBe(422);
  expect(await browsersOf(me)).toEqual([]);
});

test('without keys of its own the platform takes no subscription', async () => {
  const [me, { subscription }] = [await asViewer(), await aBrowser()];
  const ctx = { ...testContext(), push: undefined };
  await expect(subscribeToPush(ctx, actorOf(me), subscription)).rejects.toMatchObject({ code: 'PUSH_UNAVAILABLE' });
  expect(await listNotifications(ctx, me.userId, { perPage: 1 })).toMatchObject({ pushPublicKey: null });
});
