/** What a user chose, by kind and channel, is obeyed by each kind and each channel alone. */
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aBrowser, outside, taskContext } from '#test/support/notifications';
import { aUser, joinRoom } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { actorOf, asCreator, asViewer, type Person } from '#test/support/users';
import {
  NOTIFICATION_GROUPS,
  NOTIFICATION_KINDS,
  type NotificationGroup,
  type NotificationKind,
  waitsForStaff,
} from '@/contracts/notification-kinds';
import { commit } from '@/db/commit';
import { announceLive } from '@/domains/base/notifications/broadcast';
import { notify } from '@/domains/base/notifications/notify';
import { rememberRoom } from '@/domains/live/rooms/last-rooms';
import { followCreator } from '@/domains/people/social/follow';
import { newId } from '@/shared/ids';

const kindsOf = (group: NotificationGroup) =>
  (Object.keys(NOTIFICATION_KINDS) as NotificationKind[]).filter((kind) => NOTIFICATION_KINDS[kind] === group);

const CHANNELS = ['inApp', 'email', 'push'] as const;
const NONE = { inApp: false, email: false, push: false };

/** All that may follow of one notification: what is listed, shown in the room, mailed, pushed. */
async function reached(me: Person, kind: NotificationKind) {
  const [{ ctx, sent, settle, drain }, browser, creator] = [taskContext(), await aBrowser(), await asCreator()];
  await me.post('user/push', browser.subscription);
  const room = await anOpenStream(creator);
  const socket = await joinRoom(room, aUser({}, me.userId));
  await rememberRoom(testContext(), me.userId, room);
  outside(201);
  const done: string[] = [];
  if (kind === 'live') {
    await followCreator({ ...testContext(), deliver: async () => {} }, actorOf(me), creator.userId);
    const stream = { id: room, creatorId: creator.userId, title: 'Tonight', visibility: 'public' } as const;
    const { statements, events } = announceLive(ctx, stream);
    await commit(ctx, statements, { events });
    await settle();
    done.push(...(await drain()).map(({ type }) => type).filter((type) => type !== 'fan-out-broadcast'));
  }
  const gather = ['like', 'gift'].includes(kind) ? { gather: { group: newId(), actorId: creator.userId } } : {};
  if (kind !== 'live') await notify(ctx, newId(), { userId: me.userId, kind, title: 'News', body: '', ...gather });
  await socket.say('hello'); // what the room had to show came before
  const listed = (await me.get('user/notifications')).data;
  expect(listed.unreadCount).toBe(listed.items.length);
  return {
    list: listed.items.length,
    room: socket.eventsOf('user-notification').length,
    tasks: [...done, ...sent().map(({ type }) => type)],
  };
}

const TASKS = { none: [], inApp: [], email: ['send-notification-mail'], push: ['send-push'] };

/** Mails about what waits for staff are gathered by a sweep of their own. */
const expected = (channel: keyof typeof TASKS, kind: NotificationKind) => ({
  list: channel === 'inApp' ? 1 : 0,
  room: channel === 'inApp' ? 1 : 0,
  tasks: channel === 'email' && waitsForStaff(kind) ? [] : TASKS[channel],
});

describe.each([...NOTIFICATION_GROUPS])('what is chosen for %s', (choice) => {
  it.each(['none', ...CHANNELS] as const)('is obeyed: %s alone', async (channel) => {
    for (const kind of kindsOf(choice)) {
      const me = await asViewer();
      // All others the other way round, so that no other choice could be the one that is obeyed.
      const chosen = Object.fromEntries(
        NOTIFICATION_GROUPS.map((one) => [
          one,
          Object.fromEntries(CHANNELS.map((each) => [each, (one === choice) === (each === channel)])),
        ]),
      );
      expect((await me.put('user/settings', { notifications: chosen })).data.notifications[choice]).toEqual({
        ...NONE,
        ...(channel === 'none' ? {} : { [channel]: true }),
      });
      expect(await reached(me, kind)).toEqual(expected(channel, kind));
    }
  });
});
