/** How much a user is mailed and pushed within an hour has an end, whoever brings it about; the list has all of it. */
import { env } from 'cloudflare:workers';
import { expect, it, test } from 'vitest';
import { testContext } from '#test/support/context';
import { aBrowser, anAnnouncedStream, outside, taskContext } from '#test/support/notifications';
import { actorOf, asCreator, asViewer, type Person } from '#test/support/users';
import type { NotificationKind } from '@/contracts/notification-kinds';
import { fanOutBroadcast } from '@/domains/base/notifications/broadcast';
import { notify } from '@/domains/base/notifications/notify';
import { NOTIFIED_OUTSIDE_MAX } from '@/domains/base/notifications/outside';
import { followCreator } from '@/domains/people/social/follow';
import { newId } from '@/shared/ids';
import { HOUR_MS } from '@/shared/time';

/** A reader who has comments mailed, and what is on its way to them. */
async function aReader() {
  const me = await asViewer();
  await me.put('user/settings', { notifications: { comment: { email: true }, live: { email: true } } });
  const { ctx, sent, drain } = taskContext();
  let later = 0;
  return {
    ...{ me, ctx, sent, drain },
    tell: (kind: NotificationKind = 'comment', eventId = newId()) =>
      notify({ ...ctx, now: () => Date.now() + later }, eventId, { userId: me.userId, kind, title: 'News', body: '' }),
    pass: (ms: number) => {
      later += ms;
    },
  };
}

const times = (count: number) => Array.from({ length: count }, (_, index) => index);

const rowsOf = async ({ userId }: Person) =>
  (await env.DB.prepare('SELECT 1 FROM told_outside WHERE user_id = ?').bind(userId).all()).results.length;

it('is kept one after another, and begins anew an hour later', async () => {
  const { me, sent, tell, pass } = await aReader();
  for (const _ of times(NOTIFIED_OUTSIDE_MAX + 5)) await tell();
  expect(sent()).toHaveLength(NOTIFIED_OUTSIDE_MAX);
  expect((await me.get('user/notifications')).data.unreadCount).toBe(NOTIFIED_OUTSIDE_MAX + 5);
  pass(HOUR_MS + 60_000);
  await tell();
  expect(sent()).toHaveLength(NOTIFIED_OUTSIDE_MAX + 1);
  expect(await rowsOf(me)).toBe(1);
});

it('is kept at the same time', async () => {
  const { me, sent, tell } = await aReader();
  await Promise.all(times(2 * NOTIFIED_OUTSIDE_MAX).map(() => tell()));
  expect(sent()).toHaveLength(NOTIFIED_OUTSIDE_MAX);
  expect(await rowsOf(me)).toBe(NOTIFIED_OUTSIDE_MAX);
});

it('counts an event once, by however many ways and however often it comes', async () => {
  const { me, sent, tell, drain } = await aReader();
  await me.post('user/push', (await aBrowser()).subscription);
  await me.post('user/push', (await aBrowser()).subscription);
  outside(503, 201);
  const first = newId();
  for (const _ of times(3)) await tell('comment', first);
  expect(sent()).toHaveLength(3 * 3); // two browsers and a mail, of one key each time
  await drain();
  expect(await rowsOf(me)).toBe(1);
  for (const _ of times(NOTIFIED_OUTSIDE_MAX)) await tell();
  await drain();
  await tell('comment', first);
  expect(sent()).toHaveLength(3);
});

test.each(['payout-paid', 'target-reached', 'creator-approved', 'purchase-paid', 'ticket-reply'] as const)(
  '%s is never held back, nor counted',
  async (kind) => {
    const { me, sent, tell } = await aReader();
    for (const _ of times(NOTIFIED_OUTSIDE_MAX + 1)) await tell(kind);
    expect(sent()).toHaveLength(NOTIFIED_OUTSIDE_MAX + 1);
    expect(await rowsOf(me)).toBe(0);
    for (const _ of times(NOTIFIED_OUTSIDE_MAX + 1)) await tell();
    await tell(kind);
    expect(sent()).toHaveLength(2 * NOTIFIED_OUTSIDE_MAX + 2);
  },
);

it('holds back of those who follow a creator who goes live whoever has been told enough, and nobody else', async () => {
  const [creator, one, other] = [await asCreator(), await aReader(), await aReader()];
  for (const { me } of [one, other]) await followCreator(testContext(), actorOf(me), creator.userId);
  for (const _ of times(NOTIFIED_OUTSIDE_MAX)) await one.tell();
  const { streamId, at } = await anAnnouncedStream(creator);
  const { ctx, sent } = taskContext();
  await fanOutBroadcast(ctx, streamId, at, null);
  expect(sent()).toMatchObject([{ type: 'send-notification-mail', userId: other.me.userId }]);
  expect((await one.me.get('user/notifications')).data.items[0]).toMatchObject({ id: streamId });
});
