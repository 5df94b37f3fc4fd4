/** Where a username is written down, the new one follows. */
import { expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { taskContext } from '#test/support/notifications';
import { aUser, eventually, inStorage, joinRoom, roomOf } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asViewer } from '#test/support/users';
import { roomTraces } from '@/domains/live/rooms/tables';
import { followName } from '@/domains/people/performers/follow-name';
import { newId } from '@/shared/ids';

const aName = () => `n_${newId().replaceAll('-', '').slice(-20)}`;

it('an open room shows the new username among its viewers', async () => {
  const viewer = await asViewer();
  const streamId = await anOpenStream(await asCreator());
  await viewer.post(`stream/${streamId}/join`);
  const seat = await joinRoom(streamId, aUser({}, viewer.userId));
  await seat.welcome();
  const username = aName();
  await viewer.put('user/username', { username });
  await eventually(async () => expect((await roomOf(streamId).viewers()).users).toMatchObject([{ username }]));
});

it('messages of rooms show the new username, also under a display name that stays', async () => {
  const viewer = await asViewer();
  await viewer.put('user/profile', { displayName: 'Ada' });
  const streamId = await anOpenStream(await asCreator());
  await roomOf(streamId).say(aUser({}, viewer.userId), { clientId: newId(), text: 'Hello' });
  await testContext().db.insert(roomTraces).values({ userId: viewer.userId, roomId: streamId });
  const username = aName();
  await viewer.put('user/username', { username });
  const tasks = taskContext();
  await followName(tasks.ctx, { type: 'follow-name', userId: viewer.userId, from: 'Ada', after: null });
  for (let step = 0; step < 2; step++) {
    await tasks.drain();
    await tasks.settle();
  }
  const stored = await inStorage<{ body: string }>(streamId, 'SELECT body FROM events');
  const said = stored.map(({ body }) => JSON.parse(body)).find(({ userId }) => userId === viewer.userId);
  expect(said).toMatchObject({ username, displayName: 'Ada', text: 'Hello' });
});
