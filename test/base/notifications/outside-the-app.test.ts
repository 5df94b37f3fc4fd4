/** Who turned a kind off in the app, and has it mailed: told of the same as everybody else, and in the app of none of it. */
import { describe, expect, it, test } from 'vitest';
import { taskContext } from '#test/support/notifications';
import { recordingContext } from '#test/support/outbox';
import { aPost } from '#test/support/posts';
import { actorOf, asViewer, type Person } from '#test/support/users';
import { notify } from '@/domains/base/notifications/notify';
import { likePost } from '@/domains/content/posts/like';
import { newId } from '@/shared/ids';
import { HOUR_MS } from '@/shared/time';

const choose = async (reader: Person, kind: string, inApp: boolean) =>
  expect((await reader.put('user/settings', { notifications: { [kind]: { inApp, email: true } } })).status).toBe(200);

async function toldTo(reader: Person) {
  const { data } = await reader.get('user/notifications');
  return { titles: data.items.map(({ title }: { title: string }) => title), unreadCount: data.unreadCount };
}

const NOTHING = { titles: [], unreadCount: 0 };

/** A post of mine, its likes, and the mails that they come to. */
async function aLikedPost({ inApp }: { inApp: boolean }) {
  const me = await asViewer();
  await choose(me, 'like', inApp);
  const postId = await aPost(me);
  const { ctx, sent } = taskContext();
  let later = 0;
  return {
    me,
    subjects: () => sent().map((task) => task.type === 'send-notification-mail' && task.title),
    pass: (ms: number) => {
      later += ms;
    },
    async like(person: Person, liked = true) {
      const recording = recordingContext();
      await likePost(recording.ctx, actorOf(person), postId, liked);
      for (const event of recording.events)
        if (event.kind === 'notify')
          await notify({ ...ctx, now: () => Date.now() + later }, newId(), event.notification);
    },
  };
}

describe('likes of one post', () => {
  it('are mailed once for each who likes it again and again', async () => {
    const [{ me, subjects, pass, like }, fan] = [await aLikedPost({ inApp: false }), await asViewer()];
    for (let times = 0; times < 3; times += 1) {
      await like(fan);
      await like(fan, false);
      pass(2 * HOUR_MS);
    }
    expect(subjects()).toEqual([`${fan.username} liked your post`]);
    expect(await toldTo(me)).toEqual(NOTHING);
  });

  it('gather for an hour, since there is nothing to mark as read', async () => {
    const { me, subjects, pass, like } = await aLikedPost({ inApp: false });
    const [one, other, third, last] = [await asViewer(), await asViewer(), await asViewer(), await asViewer()];
    await like(one);
    await like(other);
    pass(HOUR_MS / 2);
    await like(third);
    expect(subjects()).toHaveLength(1);
    pass(HOUR_MS / 2);
    await like(last);
    expect(subjects().slice(1)).toEqual([`${last.username} and 3 others liked your post`]);
    expect(await toldTo(me)).toEqual(NOTHING);
  });

  it('of the time when they were off are neither counted nor named once they are on', async () => {
    const { me, subjects, like } = await aLikedPost({ inApp: false });
    const [one, other, third] = [await asViewer(), await asViewer(), await asViewer()];
    await like(one);
    await choose(me, 'like', true);
    expect(await toldTo(me)).toEqual(NOTHING);
    await like(other);
    expect(await toldTo(me)).toEqual({ titles: [`${other.username} liked your post`], unreadCount: 1 });
    await like(third);
    expect((await toldTo(me)).titles).toEqual([`${third.username} and 1 other liked your post`]);
    for (const person of [one, other, third]) await like(person, false);
    expect(await toldTo(me)).toEqual(NOTHING);
    expect(subjects()).toEqual([one, other].map(({ username }) => `${username} liked your post`));
  });

  it('leave what was told before they were turned off as it was', async () => {
    const { me, subjects, like } = await aLikedPost({ inApp: true });
    const [one, other, third] = [await asViewer(), await asViewer(), await asViewer()];
    await like(one);
    const before = (await me.get('user/notifications')).data;
    expect(before).toMatchObject({ items: [{ title: `${one.username} liked your post` }], unreadCount: 1 });
    await choose(me, 'like', false);
    await like(other);
    expect((await me.get('user/notifications')).data).toEqual(before);
    expect((await me.put(`user/notifications/${before.items[0].id}/read`)).data.unreadCount).toBe(0);
    await like(third);
    await choose(me, 'like', true);
    expect((await me.get('user/notifications')).data).toMatchObject({
      items: [{ ...before.items[0], read: true }],
      unreadCount: 0,
    });
    await like(await asViewer());
    expect((await me.get('user/notifications')).data).toMatchObject({
      items: [{ id: before.items[0].id, data: { actorCount: 2 } }],
      unreadCount: 1,
    });
    expect(subjects()).toHaveLength(3); // who was first, who was first while they were off, who came when that was read
  });

  it('given again on the other side of the choice are told again to nobody', async () => {
    const { me, subjects, like } = await aLikedPost({ inApp: true });
    const [one, other] = [await asViewer(), await asViewer()];
    for (const person of [one, other]) await like(person);
    await like(other, false);
    await choose(me, 'like', false);
    await like(other);
    expect(await toldTo(me)).toEqual({ titles: [`${one.username} liked your post`], unreadCount: 1 });
    expect(subjects()).toEqual([`${one.username} liked your post`]);
    const next = await asViewer();
    await like(next);
    expect(subjects().slice(1)).toEqual([`${next.username} and 1 other liked your post`]);
    await like(other, false);
    await choose(me, 'like', true);
    await like(other);
    expect((await toldTo(me)).titles).toEqual([`${other.username} and 1 other liked your post`]);
    expect(subjects()).toHaveLength(2);
  });

  it('of who was mailed of them while they were off are shown once they are given again, and not mailed', async () => {
    const [{ me, subjects, like }, fan] = [await aLikedPost({ inApp: false }), await asViewer()];
    await like(fan);
    await like(fan, false);
    await choose(me, 'like', true);
    await like(fan);
    expect((await toldTo(me)).titles).toEqual([`${fan.username} liked your post`]);
    expect(subjects()).toHaveLength(1);
    await me.post(`social/block/${fan.userId}`);
    expect(await toldTo(me)).toEqual(NOTHING);
  });
});

test('what was told while a kind was off is in no list later, nor can it be marked as read', async () => {
  const me = await asViewer();
  await choose(me, 'comment', false);
  const { ctx, sent } = taskContext();
  const id = newId();
  for (const each of [id, id])
    await notify(ctx, each, { userId: me.userId, kind: 'comment', title: 'Off', body: '', data: {} });
  expect(sent()).toHaveLength(2); // of one key: delivered again, and sent once
  await choose(me, 'comment', true);
  expect(await toldTo(me)).toEqual(NOTHING);
  expect((await me.put(`user/notifications/${id}/read`)).error.code).toBe('NOTIFICATION_NOT_FOUND');
  await notify(ctx, newId(), { userId: me.userId, kind: 'comment', title: 'On', body: '', data: {} });
  expect(await toldTo(me)).toEqual({ titles: ['On'], unreadCount: 1 });
  await choose(me, 'comment', false);
  expect(await toldTo(me)).toEqual({ titles: ['On'], unreadCount: 1 });
});
