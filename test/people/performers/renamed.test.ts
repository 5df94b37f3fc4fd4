import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { taskContext } from '#test/support/notifications';
import { asPerformer, goAnonymous } from '#test/support/performers';
import { aGift, aUser, eventually, inStorage, joinRoom, roomOf } from '#test/support/rooms';
import { anOpenStream, aStream } from '#test/support/streams';
import { asCreator, asViewer, type Person } from '#test/support/users';
import { broadcasts, notifications } from '@/domains/base/notifications/tables';
import { users } from '@/domains/base/users/tables';
import { channels } from '@/domains/live/channels/tables';
import { roomTraces } from '@/domains/live/rooms/tables';
import { listTracedRooms, ROOMS_A_STEP } from '@/domains/live/rooms/traces';
import { followName } from '@/domains/people/performers/follow-name';
import { newId } from '@/shared/ids';

const { db } = testContext();

/** Does all that follows from the new name. */
async function follow(userId: string, from: string) {
  const tasks = taskContext();
  await followName(tasks.ctx, { type: 'follow-name', userId, from, after: null });
  await tasks.drain();
  await tasks.settle();
  await tasks.drain();
  await tasks.settle();
}

it('messages, waiting messages and gifts of past and open rooms show the new name', async () => {
  const performer = await asPerformer();
  const streamId = await anOpenStream(await asCreator());
  const [room, speaker] = [roomOf(streamId), aUser({}, performer.userId)];
  await room.say(speaker, { clientId: newId(), text: 'Hello' });
  await room.say(aUser(), { clientId: newId(), text: `Hello ${speaker.displayName}` });
  await room.apply(newId(), { type: 'event', event: aGift(speaker) });
  await room.apply(newId(), { type: 'event', event: aGift(aUser(), speaker) });
  await db.insert(roomTraces).values({ userId: performer.userId, roomId: streamId });
  const names = await goAnonymous(performer);
  await follow(performer.userId, performer.username);
  const stored = await inStorage<{ body: string }>(streamId, 'SELECT body FROM events');
  const said = stored.map(({ body }) => JSON.parse(body));
  const shown = { username: names.stageHandle, displayName: names.stageName };
  expect(said.find(({ userId }) => userId === performer.userId)).toMatchObject({ ...shown, text: 'Hello' });
  expect(said.find(({ sender }) => sender?.id === performer.userId).sender).toMatchObject(shown);
  expect(said.find(({ recipient }) => recipient?.id === performer.userId).recipient).toMatchObject(shown);
  // What others wrote is theirs.
  expect(said.filter(({ text }) => text?.includes(speaker.displayName))).toHaveLength(1);
});

it('an open room shows the new name in what is written next', async () => {
  const performer = await asPerformer();
  const streamId = await anOpenStream(await asCreator());
  const { data } = await performer.post(`stream/${streamId}/join`);
  const seat = await joinRoom(streamId, aUser({}, performer.userId));
  await seat.welcome();
  expect(data.viewer.id).toBe(performer.userId);
  const names = await goAnonymous(performer);
  await eventually(async () => {
    const inside = await roomOf(streamId).viewers();
    expect(inside.users).toMatchObject([{ username: names.stageHandle, displayName: names.stageName }]);
  });
});

it('every room is reached, however many there are', async () => {
  const performer = await asPerformer();
  const { userId, channelId } = performer;
  const roomIds = Array.from({ length: ROOMS_A_STEP + 5 }, newId);
  const ids = JSON.stringify(roomIds);
  await db.batch([
    db.run(sql`INSERT INTO streams (id, channel_id, creator_id, title, status, created_at, updated_at)
      SELECT value, ${channelId}, ${userId}, 'A show', 'ended', 1, 1 FROM json_each(${ids})`),
    db.run(sql`INSERT INTO room_traces (user_id, room_id) SELECT ${userId}, value FROM json_each(${ids})`),
  ]);
  const reached: string[] = [];
  const tasks = taskContext({
    deliver: async (delivered) => {
      for (const { event } of delivered) {
        if (event.kind === 'room' && event.command.type === 'rename-user') reached.push(event.roomId);
        if (event.kind === 'task') await tasks.ctx.queues.tasks.send(event.task);
      }
    },
  });
  await followName(tasks.ctx, { type: 'follow-name', userId, from: 'Ada', after: '' });
  for (let step = 0; step < 3; step += 1) {
    await tasks.settle();
    await tasks.drain();
  }
  expect(reached.toSorted()).toEqual(roomIds.toSorted());
});

it('notifications and default titles show the new name, and other texts stay', async () => {
  const performer = await asPerformer();
  const [creator, follower] = [await asCreator(), await asViewer()];
  await db.update(users).set({ displayName: 'Ada Moreno' }).where(eq(users.id, performer.userId));
  await db.update(channels).set({ title: 'Ada Moreno live' }).where(eq(channels.id, performer.channelId));
  const [made, own] = [
    await aStream(performer, { title: 'Ada Moreno live', status: 'ended' }),
    await aStream(performer, { title: 'Ada Moreno sings', status: 'ended' }),
  ];
  await performer.post(`social/follow/${creator.userId}`);
  const bodiesOf = async (who: Pick<Person, 'get'>) =>
    (await who.get('user/notifications')).data.items.map(({ body }: { body: string }) => body);
  await eventually(async () => expect(await bodiesOf(creator)).toContain('Ada Moreno now follows you.'));
  const names = await goAnonymous(performer);
  await follow(performer.userId, 'Ada Moreno');
  expect(await bodiesOf(creator)).toEqual([`${names.stageName} now follows you.`]);
  const titleOf = async (id: string) => (await follower.get(`sessions/${id}`)).data.title;
  expect([await titleOf(made), await titleOf(own)]).toEqual([`${names.stageName} live`, 'Ada Moreno sings']);
  expect((await performer.get('stream/info')).data.title).toBe(`${names.stageName} live`);
  // Late and again, it goes by the name that is true then.
  await performer.put('performer/privacy-settings', { anonymousMode: false });
  await follow(performer.userId, 'Ada Moreno');
  await follow(performer.userId, names.stageName);
  expect(await bodiesOf(creator)).toEqual(['Ada Moreno now follows you.']);
  expect(await titleOf(made)).toBe('Ada Moreno live');
});

it('rooms show a title that is made of the name by the new one, to those who come and to those who are there', async () => {
  const performer = await asPerformer();
  await db.update(users).set({ displayName: 'Ada Moreno' }).where(eq(users.id, performer.userId));
  const [waits, live] = [
    await anOpenStream(performer, { title: 'Ada Moreno live', status: 'scheduled' }),
    await anOpenStream(performer, { title: 'Ada Moreno live', status: 'scheduled' }),
  ];
  await performer.post(`sessions/${live}/start`);
  const reader = await joinRoom(live);
  expect(await reader.welcome()).toMatchObject({ title: 'Ada Moreno live' });
  const names = await goAnonymous(performer);
  await follow(performer.userId, 'Ada Moreno');
  const title = `${names.stageName} live`;
  expect(await reader.next('stream-updated')).toMatchObject({ title });
  for (const id of [waits, live]) {
    expect(await (await joinRoom(id)).welcome()).toMatchObject({ title });
    const stored = await inStorage<{ body: string }>(id, 'SELECT body FROM events');
    expect(stored.filter(({ body }) => body.includes('Ada Moreno'))).toEqual([]);
  }
});

it('an open room of the user’s own is reached before it has reported its host', async () => {
  const performer = await asPerformer();
  const { data } = await performer.post('rooms', { title: 'Evening' });
  expect(await listTracedRooms(testContext(), performer.userId, '')).toContain(data.id);
});

it('the encoder has the new name in the video room, unless it is running', async () => {
  const livekit = standInForLiveKit();
  const performer = await asPerformer();
  const { data } = await performer.post('stream/ingress', { ingressType: 'RTMP' });
  const nameThere = () => livekit.ingresses.get(data.ingressId)?.participant_name;
  expect(nameThere()).toBe(performer.username);
  const names = await goAnonymous(performer);
  await follow(performer.userId, performer.username);
  expect(nameThere()).toBe(names.stageName);
});

describe('a name that begins with the other', () => {
  /** Notifications to `reader` that name the performer, and a broadcast of theirs. */
  async function aTold(performer: Person, reader: Person, name: string) {
    const data = JSON.stringify({ userId: performer.userId });
    const texts: [kind: string, title: string, body: string][] = [
      ['follower', 'New follower', `${name} now follows you.`],
      ['comment', `${name} replied to your comment`, `${name} was here, I subscribed to ${name} today`],
      ['comment', `${name} commented on your post`, 'Hello'],
      ['subscription', 'You have a new subscriber', `${name} subscribed to Gold.`],
      ['subscription-short', 'Not enough coins', `The next month of your subscription to ${name} costs 5 coins. Add`],
      ['subscription-ended', `Your subscription to ${name} has ended`, `I went to ${name} yesterday`],
      ['decision', 'Removed', `${name} sings`],
    ];
    await db.batch([
      db.insert(broadcasts).values({
        ...{ id: newId(), creatorId: performer.userId, kind: 'live', title: `${name} is live`, body: `${name} live` },
        createdAt: Date.now(),
      }),
      ...texts.map(([kind, title, body]) =>
        db.run(sql`INSERT INTO notifications (id, user_id, kind, title, body, data, created_at)
          VALUES (${newId()}, ${reader.userId}, ${kind}, ${title}, ${body}, ${data}, 1)`),
      ),
    ]);
  }

  const textsOf = async (performer: Person, reader: Person) => [
    ...(await db
      .select({ title: notifications.title, body: notifications.body })
      .from(notifications)
      .where(eq(notifications.userId, reader.userId))
      .orderBy(notifications.id)),
    ...(await db
      .select({ title: broadcasts.title, body: broadcasts.body })
      .from(broadcasts)
      .where(eq(broadcasts.creatorId, performer.userId))),
  ];

  it.each([
    ['Ada', 'Ada Lovelace'],
    ['Ada Lovelace', 'Ada'],
    ['Ada', 'Ada is live'],
    ['Ada is live', 'Ada'],
  ])('stands once in what the platform wrote, however often it is followed: from %s to %s', async (from, to) => {
    const [performer, reader] = [await asPerformer(), await asCreator()];
    await aTold(performer, reader, from);
    await db.update(users).set({ displayName: to }).where(eq(users.id, performer.userId));
    await follow(performer.userId, from);
    await follow(performer.userId, from);
    expect(await textsOf(performer, reader)).toEqual([
      { title: 'New follower', body: `${to} now follows you.` },
      { title: `${to} replied to your comment`, body: `${from} was here, I subscribed to ${from} today` },
      { title: `${to} commented on your post`, body: 'Hello' },
      { title: 'You have a new subscriber', body: `${to} subscribed to Gold.` },
      { title: 'Not enough coins', body: `The next month of your subscription to ${to} costs 5 coins. Add` },
      { title: `Your subscription to ${to} has ended`, body: `I went to ${from} yesterday` },
      { title: 'Removed', body: `${from} sings` },
      { title: `${to} is live`, body: `${to} live` },
    ]);
  });

  it('reaches every notification, and then ends', async () => {
    const [performer, reader] = [await asPerformer(), await asCreator()];
    await db.run(sql`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
      INSERT INTO notifications (id, user_id, kind, title, body, data, created_at)
      SELECT 'n' || i, ${reader.userId}, 'follower', '', 'Ada now follows you.',
        json_object('userId', ${performer.userId}), 1 FROM n`);
    await db.update(users).set({ displayName: 'Ada Lovelace' }).where(eq(users.id, performer.userId));
    await follow(performer.userId, 'Ada');
    const texts = await textsOf(performer, reader);
    expect(texts).toHaveLength(1100);
    expect(new Set(texts.map(({ body }) => body))).toEqual(new Set(['Ada Lovelace now follows you.']));
  });
});
