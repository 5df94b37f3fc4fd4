import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { eq, sql } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { plansOf } from '#test/support/plans';
import {
  aGift,
  aUser,
  inStorage,
  joinRoom,
  openPolicy,
  openRoom,
  passFor,
  startClock,
  stopClock,
  stubOf,
} from '#test/support/rooms';
import { aVideo } from '#test/support/screenings';
import { aStream } from '#test/support/streams';
import { asCreator, asUser } from '#test/support/users';
import type { OutboxEvent } from '@/contracts/messages';
import type { RoomUser } from '@/contracts/room';
import { outbox } from '@/db/outbox';
import { users } from '@/domains/base/users/tables';
import { roomTraces } from '@/domains/live/rooms/tables';
import { dropTraces } from '@/domains/live/rooms/traces';
import { deliverOutbox } from '@/queues/outbox';
import { newId } from '@/shared/ids';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

afterEach(startClock);

const { db } = testContext();
/** Somebody with an account, as a room sees them. */
const anAccount = async () => aUser({}, (await asUser()).userId);
const endAccount = ({ id }: Pick<RoomUser, 'id'>) =>
  db.update(users).set({ status: 'deleted' }).where(eq(users.id, id));

/** A live room whose stream stands in D1. */
async function openStream(policy = openPolicy) {
  const creator = await asCreator();
  const opened = await openRoom({ creatorId: creator.userId, policy });
  await aStream(creator, { id: opened.roomId });
  return {
    ...opened,
    creator,
    known: async () =>
      (await db.select().from(roomTraces).where(eq(roomTraces.roomId, opened.roomId)))
        .map(({ userId }) => userId)
        .sort(),
  };
}

/** All that stands in the room's storage, as one text. */
async function storageOf(roomId: string): Promise<string> {
  const tables = await inStorage<{ name: string }>(roomId, `SELECT name FROM sqlite_master WHERE type = 'table'`);
  const named = tables.filter(({ name }) => !name.startsWith('_cf') && !name.startsWith('sqlite'));
  const rows = await Promise.all(named.map(({ name }) => inStorage(roomId, `SELECT * FROM "${name}"`)));
  return JSON.stringify(rows);
}

describe('D1 learns whose words and names a room has', () => {
  it('also those whom a text names, and who pinned an announcement or started a poll', async () => {
    const tick = stopClock();
    const { roomId, room, stub, known } = await openStream();
    const [writer, named, pinning, asking] = [
      await anAccount(),
      await anAccount(),
      await anAccount(),
      await anAccount(),
    ];
    await joinRoom(roomId, named);
    await room.say(writer, { clientId: newId(), text: `@${named.username} hi` });
    await room.pin(pinning, { text: 'Rules' });
    await room.startPoll(asking, { question: 'Yes?', options: ['Yes', 'No'], seconds: 1_800 });
    tick(10 * MINUTE_MS);
    await runDurableObjectAlarm(stub);
    expect(await known()).toEqual(expect.arrayContaining([writer, named, pinning, asking].map(({ id }) => id)));
  });

  it('also those whom a text names that waits, was dropped, or was deleted before anything was reported', async () => {
    const tick = stopClock();
    const { roomId, room, stub, known } = await openStream({ ...openPolicy, heldWords: ['maybe'] });
    const named = [await anAccount(), await anAccount(), await anAccount()];
    const say = async (text: string, user: RoomUser) => {
      await joinRoom(roomId, user);
      const said = await room.say(aUser(), { clientId: newId(), text: `@${user.username} ${text}` });
      return said.ok ? said.message.id : '';
    };
    const [, dropped, deleted] = [
      await say('maybe', named[0] ?? aUser()),
      await say('maybe', named[1] ?? aUser()),
      await say('hello', named[2] ?? aUser()),
    ];
    await room.resolveHeld(dropped, 'drop', newId());
    await room.deleteMessage(deleted, newId(), true);
    tick(10 * MINUTE_MS);
    await runDurableObjectAlarm(stub);
    expect(await known()).toEqual(expect.arrayContaining(named.map(({ id }) => id)));
  });

  it('some minutes after they came, not with each, and once', async () => {
    const tick = stopClock();
    const { roomId, room, stub, known, creator } = await openStream();
    const [one, other, giver] = [await anAccount(), await anAccount(), await anAccount()];
    for (const text of ['first', 'second', 'third']) await room.say(one, { clientId: newId(), text });
    await runDurableObjectAlarm(stub);
    expect(await known()).toEqual([]);
    tick(10 * MINUTE_MS);
    await runDurableObjectAlarm(stub);
    expect(await known()).toEqual([one.id, creator.userId].sort());
    expect(await inStorage(roomId, `SELECT what FROM due WHERE what = 'traces'`)).toEqual([]);
    await room.say(other, { clientId: newId(), text: 'later' });
    await room.apply(newId(), { type: 'event', event: aGift(giver) });
    tick(10 * MINUTE_MS);
    await runDurableObjectAlarm(stub);
    expect(await known()).toEqual([one.id, other.id, giver.id, creator.userId].sort());
  });

  it('when the stream ends, of those too whose words still waited', async () => {
    const { room, stub, change, known, creator } = await openStream({ ...openPolicy, chatDelaySeconds: 60 });
    const writer = await anAccount();
    await room.say(writer, { clientId: newId(), text: 'hold on' });
    await change({ status: 'ended', endedAt: Date.now() });
    await runDurableObjectAlarm(stub);
    expect(await known()).toEqual([writer.id, creator.userId].sort());
  });

  it('again after a D1 that failed, and page by page, however many they are', async () => {
    const tick = stopClock();
    const { roomId, stub, change, known, creator } = await openStream();
    const ids = Array.from({ length: 2_500 }, () => newId());
    await env.DB.prepare(
      `INSERT INTO users (id, email, email_key, username, display_name, status, created_at, updated_at)
       SELECT value, value, value, 'u' || replace(value, '-', ''), 'One of many', 'banned', 0, 0 FROM json_each(?)`,
    )
      .bind(JSON.stringify(ids))
      .run();
    await runInDurableObject(stubOf(roomId), (_room, { storage }) => {
      storage.sql.exec(
        `INSERT INTO events (seq, message_id, user_id, client_id, at, body)
         SELECT key + 2, value, value, value, 0, '{"type":"new-message"}' FROM json_each(?)`,
        JSON.stringify(ids),
      );
    });
    await evictDurableObject(stub); // it has numbered them itself, as far as it knows
    await env.DB.exec('ALTER TABLE room_traces RENAME TO room_traces_away');
    await change({ status: 'ended', endedAt: Date.now() });
    await runDurableObjectAlarm(stub);
    await env.DB.exec('ALTER TABLE room_traces_away RENAME TO room_traces');
    expect(await known()).toEqual([]);
    tick(MINUTE_MS);
    await runDurableObjectAlarm(stub);
    expect(await known()).toEqual([...ids, creator.userId].sort());
    tick(30 * DAY_MS);
    await runDurableObjectAlarm(stub);
    expect(await known()).toEqual([]);
  });

  it('no longer when the room goes, by an index, however many events it had', async () => {
    const [plan] = await plansOf((ctx) => dropTraces(ctx, 'x'));
    expect(plan).toContain('room_traces_by_room');
    expect(plan).not.toContain('SCAN');
  });

  it('all over again when it is asked to: of rooms from before it was told, and after a restore', async () => {
    const { roomId, room, stub, change, known } = await openStream();
    const writer = await anAccount();
    await room.say(writer, { clientId: newId(), text: 'hello' });
    await change({ status: 'ended', endedAt: Date.now() });
    await runDurableObjectAlarm(stub);
    const old = await aStream(await asCreator(), { status: 'ended', updatedAt: Date.now() - 40 * DAY_MS });
    await db.delete(roomTraces).where(eq(roomTraces.roomId, roomId));
    const migration = env.MIGRATIONS.find(({ name }) => name.includes('whose_words_rooms_have'));
    await env.DB.prepare(migration?.queries.at(-1) ?? '').run();
    const asked = (await db.select().from(outbox)).filter(({ event }) => isQuestion(event));
    await db.delete(outbox).where(sql`event ->> '$.command.type' = 'tell-traces'`);
    expect(asked.map(({ event }) => event)).not.toContainEqual(expect.objectContaining({ roomId: old }));
    await deliverOutbox(
      testContext(),
      asked.filter(({ event }) => event.kind === 'room' && event.roomId === roomId),
    );
    await runDurableObjectAlarm(stub);
    expect(await known()).toContain(writer.id);
  });
});

const isQuestion = (event: OutboxEvent) => event.kind === 'room' && event.command.type === 'tell-traces';

describe('who is to be forgotten', () => {
  it('leaves no word and no name in the room: not in its storage, its history or what is played again', async () => {
    const { roomId, room } = await openStream({ ...openPolicy, chatDelaySeconds: 0 });
    const [gone, friend] = [await anAccount(), await anAccount()];
    const sayings = await joinRoom(roomId, gone);
    await sayings.say('my secret');
    await room.say(friend, { clientId: newId(), text: 'what secret?' });
    await room.apply(newId(), { type: 'event', event: aGift(gone, friend, 'my gift') });
    await room.apply(newId(), { type: 'event', event: aGift(friend, gone, 'thanks') });
    await room.moderate(friend.id, { action: 'timeout', userId: gone.id, seconds: 60, reason: 'too secret' });
    const command = { type: 'forget-user', userId: gone.id } as const;
    await room.apply(newId(), command);
    await room.apply(newId(), command);
    expect((await sayings.closed()).code).toBe(4403);

    const stored = await storageOf(roomId);
    for (const word of [gone.username, gone.displayName, 'my secret', 'my gift', 'too secret'])
      expect(stored).not.toContain(word);
    for (const word of [friend.username, 'what secret?', 'thanks']) expect(stored).toContain(word);
    const blank = { username: 'deleted', displayName: 'Deleted user', avatarUrl: null };
    const { messages } = await room.history(null, 10);
    expect(messages).toMatchObject([
      { userId: friend.id, text: 'what secret?', deleted: false },
      { userId: gone.id, text: '', deleted: true, badges: [], ...blank },
    ]);
    const replayed = await joinRoom(roomId, friend, { since: 0 });
    expect(await replayed.next('gift-sent', ({ sender }) => sender.id === gone.id)).toMatchObject({
      sender: { role: 'viewer', ...blank },
      message: null,
      coins: 10,
    });
    expect(await replayed.next('gift-sent', ({ recipient }) => recipient.id === gone.id)).toMatchObject({
      recipient: blank,
      message: 'thanks',
    });
    expect(await replayed.next('new-message')).toMatchObject({ text: '', ...blank });
  });

  it('has nothing more to say: words that wait, and passes of theirs, are void', async () => {
    const tick = stopClock();
    const { roomId, room, stub } = await openStream({ ...openPolicy, chatDelaySeconds: 5 });
    const gone = await anAccount();
    const pass = passFor(roomId, gone);
    const client = await joinRoom(roomId, gone);
    await client.say('wait for it');
    const resume = await client.resumePass();
    await room.apply(newId(), { type: 'forget-user', userId: gone.id });
    tick(10_000);
    await runDurableObjectAlarm(stub);
    expect((await room.history(null, 10)).messages).toEqual([]);
    expect(await storageOf(roomId)).not.toContain('wait for it');
    for (const old of [pass, resume])
      expect((await (await joinRoom(roomId, gone, { pass: old })).closed()).code).toBe(4401);
  });

  it('leaves nothing in gifts that wait, nor in why they were banned', async () => {
    const tick = stopClock();
    const { roomId, room, stub, known } = await openStream();
    const [gone, friend] = [await anAccount(), await anAccount()];
    for (const event of [aGift(gone, friend, 'my words'), aGift(friend, gone, 'kept')])
      await room.apply(newId(), { type: 'event', event, delayMs: 20 * MINUTE_MS });
    await room.apply(newId(), { type: 'ban', userId: gone.id, reason: 'my shame', by: friend.id });
    tick(10 * MINUTE_MS);
    await room.say(friend, { clientId: newId(), text: 'hello' }); // so that D1 is told
    tick(10 * MINUTE_MS - 1);
    await room.apply(newId(), { type: 'forget-user', userId: gone.id });
    const stored = await storageOf(roomId);
    for (const word of ['my words', 'my shame', gone.username, gone.displayName]) expect(stored).not.toContain(word);
    expect(stored).toContain('kept');
    tick(1);
    await runDurableObjectAlarm(stub);
    const replayed = await joinRoom(roomId, friend, { since: 0 });
    await replayed.next('gift-sent', ({ message }) => message === 'kept');
    expect(replayed.eventsOf('gift-sent').map(({ message, coins }) => [message, coins])).toEqual([
      [null, 10],
      ['kept', 10],
    ]);
    expect(await known()).toContain(friend.id);
  });

  it('is forgotten when the room tells of them only after the account has gone', async () => {
    const { roomId, room, stub, change, known } = await openStream();
    const gone = await anAccount();
    await room.say(gone, { clientId: newId(), text: 'last words' });
    await endAccount(gone);
    await change({ status: 'ended', endedAt: Date.now() });
    await runDurableObjectAlarm(stub);
    expect(await known()).not.toContain(gone.id);
    expect(await storageOf(roomId)).not.toContain('last words');
  });

  it('takes along the videos of somebody who is not the host', async () => {
    const tick = stopClock();
    const { roomId, room, known } = await openStream();
    const [opener, queuer] = [await anAccount(), await anAccount()];
    await room.screen(opener, { type: 'start', video: aVideo({ title: 'The film of the opener' }) });
    await room.screen(queuer, { type: 'queue', queue: [aVideo({ title: 'The film of the queuer' })] });
    tick(10 * MINUTE_MS);
    await runDurableObjectAlarm(stubOf(roomId));
    expect(await known()).toEqual(expect.arrayContaining([opener.id, queuer.id]));
    await room.screen(opener, { type: 'stop' });
    await room.screen(opener, { type: 'queue', queue: [] });
    for (const { id: userId } of [opener, queuer]) await room.apply(newId(), { type: 'forget-user', userId });
    expect(await storageOf(roomId)).not.toContain('The film');
  });

  it('takes the titles along when the room was theirs', async () => {
    const { roomId, room, change, setup } = await openStream({ ...openPolicy, blockedWords: ['my enemy'] });
    await change({ title: 'My own show' }, { description: 'About me', category: 'mine' });
    await change({ status: 'ended', endedAt: Date.now() });
    await room.apply(newId(), { type: 'forget-user', userId: setup.creatorId });
    const stored = await storageOf(roomId);
    for (const word of ['My own show', 'A show', 'About me', 'my enemy']) expect(stored).not.toContain(word);
  });

  it('is nothing to a room that is gone, which does not begin anew', async () => {
    const tick = stopClock();
    const { roomId, room, stub, change } = await openStream();
    await change({ status: 'ended', endedAt: Date.now() });
    tick(30 * DAY_MS);
    await runDurableObjectAlarm(stub);
    await room.apply(newId(), { type: 'forget-user', userId: newId() });
    await room.apply(newId(), { type: 'tell-traces' });
    expect(await inStorage(roomId, `SELECT name FROM sqlite_master WHERE name = 'events'`)).toEqual([]);
    expect(await room.messagesOf(newId(), 0, 10)).toEqual([]);
  });
});

it('what a user wrote is read back page by page, without what was deleted', async () => {
  const { room } = await openStream();
  const [writer, other] = [await anAccount(), await anAccount()];
  for (const text of ['one', 'two', 'three']) {
    await room.say(writer, { clientId: newId(), text });
    await room.say(other, { clientId: newId(), text: `not ${text}` });
  }
  const first = await room.messagesOf(writer.id, 0, 2);
  expect(first.map(({ text }) => text)).toEqual(['one', 'two']);
  const [, second] = first;
  await room.deleteMessage(second?.id ?? '', writer.id, false);
  const rest = await room.messagesOf(writer.id, first[0]?.seq ?? 0, 2);
  expect(rest.map(({ text }) => text)).toEqual(['three']);
});
