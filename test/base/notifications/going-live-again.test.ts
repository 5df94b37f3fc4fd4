/** A creator who goes live again within an hour of the last announcement notifies nobody again. */
import { env } from 'cloudflare:workers';
import { afterEach, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aBrowser, outside, taskContext } from '#test/support/notifications';
import { joinRoom, startClock, stopClock } from '#test/support/rooms';
import { aStream } from '#test/support/streams';
import { giveSubscribers } from '#test/support/subscriptions';
import { actorOf, asCreator, asViewer, type Person } from '#test/support/users';
import type { Visibility } from '@/contracts/room-command';
import { commit } from '@/db/commit';
import { announceLive, withdrawBroadcast } from '@/domains/base/notifications/broadcast';
import { listNotifications } from '@/domains/base/notifications/list';
import { followCreator } from '@/domains/people/social/follow';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

afterEach(startClock);

type Creator = Person & { channelId: string };

/** Announces a new stream of theirs, which is live, as its start does. */
async function announce(creator: Creator, tasks: ReturnType<typeof taskContext>, visibility: Visibility = 'public') {
  await end(creator);
  const id = await aStream(creator, { visibility, status: 'live' });
  const { statements, events } = announceLive(tasks.ctx, {
    ...{ id, creatorId: creator.userId, title: `Show ${id}`, visibility },
  });
  await commit(tasks.ctx, statements, { events });
  await tasks.settle();
  return id;
}

const end = (creator: Creator) =>
  env.DB.prepare("UPDATE streams SET status = 'ended', ended_at = 1 WHERE channel_id = ?")
    .bind(creator.channelId)
    .run();

/** Wants mail too, and has a browser. */
async function asFan(): Promise<Person> {
  const fan = await asViewer();
  await fan.post('user/push', (await aBrowser()).subscription);
  await fan.put('user/settings', { notifications: { live: { email: true } } });
  return fan;
}

async function asFollower(creator: Creator): Promise<Person> {
  const fan = await asFan();
  await followCreator(testContext(), actorOf(fan), creator.userId);
  return fan;
}

/** Not over HTTP: an access token is older than its quarter of an hour here. */
const listOf = ({ userId }: Person) => listNotifications(testContext(), userId, { perPage: 20 });

/** Who is mailed and pushed by what is queued. */
async function reached(tasks: ReturnType<typeof taskContext>): Promise<string[]> {
  const done = await tasks.drain();
  return done.flatMap((task) => ('userId' in task && /^send-/.test(task.type) ? [`${task.type} ${task.userId}`] : []));
}

const both = ({ userId }: Person) => [`send-push ${userId}`, `send-notification-mail ${userId}`];

it('within an hour nobody is notified again, and after it everybody is', async () => {
  outside(201);
  const pass = stopClock(3 * HOUR_MS);
  const creator = await asCreator();
  const fan = await asFollower(creator);
  const tasks = taskContext();
  pass(MINUTE_MS);
  const first = await announce(creator, tasks);
  expect(await reached(tasks)).toEqual(both(fan));
  await fan.put(`user/notifications/${first}/read`);
  pass(HOUR_MS - 1);
  const second = await announce(creator, tasks);
  expect(await reached(tasks)).toEqual([]);
  // The notification that they had leads to the new stream, and stays read.
  expect(await listOf(fan)).toMatchObject({
    unreadCount: 0,
    items: [
      { id: first, body: `Show ${second}`, data: { streamId: second, streamTitle: `Show ${second}` }, read: true },
    ],
  });
  expect((await listOf(fan)).items).toHaveLength(1);
  pass(1);
  const third = await announce(creator, tasks);
  expect(await reached(tasks)).toEqual(both(fan));
  expect(await listOf(fan)).toMatchObject({ unreadCount: 1, items: [{ id: third }, { id: first }] });
});

it('the hour is counted from the last announcement, not from a start that was not announced', async () => {
  const pass = stopClock(3 * HOUR_MS);
  const creator = await asCreator();
  const fan = await asFollower(creator);
  const tasks = taskContext();
  pass(MINUTE_MS);
  await announce(creator, tasks);
  for (const _ of [1, 2]) {
    pass(30 * MINUTE_MS);
    await announce(creator, tasks);
  }
  expect((await listOf(fan)).items).toHaveLength(2);
});

it('of several starts at the same time one is announced', async () => {
  const creator = await asCreator();
  const fan = await asFollower(creator);
  const { ctx } = taskContext();
  const ids = await Promise.all([1, 2, 3].map(() => aStream(creator, { status: 'ended' })));
  const start = (id: string) =>
    announceLive(ctx, { id, creatorId: creator.userId, title: `Show ${id}`, visibility: 'public' }).statements;
  await Promise.all(ids.map((id) => commit(ctx, start(id))));
  expect((await listOf(fan)).items).toHaveLength(1);
});

it('an announcement that is not sent yet reaches everybody with the stream that is live by then', async () => {
  outside(201);
  const creator = await asCreator();
  const fan = await asFollower(creator);
  const tasks = taskContext();
  await announce(creator, tasks);
  await announce(creator, tasks);
  expect(await reached(tasks)).toEqual(both(fan));
});

it('a stream that staff hid counts as announced, and its notification is gone', async () => {
  const creator = await asCreator();
  const fan = await asFollower(creator);
  const tasks = taskContext();
  const hide = (id: string) => commit(tasks.ctx, [withdrawBroadcast(tasks.ctx, { id, creatorId: creator.userId })]);
  const first = await announce(creator, tasks);
  const second = await announce(creator, tasks);
  await hide(first); // the notification is about the second by now
  expect((await listOf(fan)).items).toHaveLength(1);
  await hide(second);
  expect((await listOf(fan)).items).toEqual([]);
  await announce(creator, tasks);
  expect((await listOf(fan)).items).toEqual([]);
});

it('a stream for everybody soon after one for subscribers is announced to those who were not notified of that', async () => {
  outside(201);
  const creator = await asCreator();
  const [follower, subscriber, follows] = [await asFollower(creator), await asFan(), await asFollower(creator)];
  await giveSubscribers(creator.userId, [subscriber.userId, follows.userId]);
  const tasks = taskContext();
  await announce(creator, tasks, 'subscribers');
  expect((await reached(tasks)).toSorted()).toEqual([...both(subscriber), ...both(follows)].toSorted());
  await announce(creator, tasks, 'private');
  expect(await reached(tasks)).toEqual([]);
  await announce(creator, tasks, 'followers');
  expect(await reached(tasks)).toEqual(both(follower));
  await announce(creator, tasks, 'subscribers');
  expect(await reached(tasks)).toEqual([]);
});

it('who waits for a scheduled stream hears of its start, though nobody is notified', async () => {
  const creator = await asCreator();
  const fan = await asFollower(creator);
  await announce(creator, taskContext());
  await end(creator);
  const { data } = await creator.post('sessions', { title: 'Now' });
  const waiting = await joinRoom(data.id);
  await waiting.welcome();
  expect((await creator.post(`sessions/${data.id}/start`)).status).toBe(200);
  expect(await waiting.next('stream-started')).toMatchObject({ title: 'Now' });
  expect(await listOf(fan)).toMatchObject({ items: [{ data: { streamId: data.id, streamTitle: 'Now' } }] });
  expect((await listOf(fan)).items).toHaveLength(1);
});
