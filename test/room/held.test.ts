import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import {
  aGift,
  aGuest,
  aUser,
  eventually,
  inStorage,
  joinRoom,
  openPolicy,
  openRoom,
  passFor,
  startClock,
  stopClock,
} from '#test/support/rooms';
import { asStaff, asUser } from '#test/support/users';
import { staffLog } from '@/domains/base/permissions/tables';
import { HELD_MAX, HELD_OF_USER_MAX } from '@/room/held';
import { SCHEMA } from '@/room/schema';
import { newId } from '@/shared/ids';

afterEach(startClock);

const strict = { ...openPolicy, heldWords: ['maybe'], links: 'hold' as const };

/** A room in which somebody waits with a message, before the eyes of a moderator. */
async function aHeldMessage(policy: Partial<typeof strict> = {}, text = 'Maybe not') {
  const opened = await openRoom({ policy: { ...strict, ...policy } });
  const { roomId } = opened;
  const [moderator, author, viewer] = await Promise.all([
    joinRoom(roomId, aUser({ moderator: true })),
    joinRoom(roomId),
    joinRoom(roomId, aGuest()),
  ]);
  const id = newId();
  const ack = await author.say(text, id);
  const held = await moderator.next('message-held');
  return { ...opened, moderator, author, viewer, id, ack, held, messageId: held.id as string };
}

describe('a message that waits for a moderator', () => {
  it.each([
    ['blocked-words', 'Well, MAYBE', {}],
    ['link', 'look at example.com', {}],
    ['first-message', 'hello', { holdFirstMessages: true }],
    ['blocked-words', 'maybe example.com', { chatDelaySeconds: 5 }],
  ])('because of %s is shown to moderators alone, and its author hears that it waits', async (reason, text, policy) => {
    const { roomId, room, author, viewer, moderator, ack, id, held } = await aHeldMessage(policy, text);
    expect(ack).toEqual({ type: 'ack', id, messageId: held.id, held: reason });
    expect(held).toEqual({
      type: 'message-held',
      id: expect.any(String),
      streamId: roomId,
      userId: author.viewer.id,
      username: expect.any(String),
      displayName: expect.any(String),
      avatarUrl: null,
      badges: [],
      text,
      at: expect.any(String),
      deleted: false,
      reason,
    });
    await moderator.say('still here');
    await viewer.next('new-message', (event) => event.text === 'still here');
    for (const client of [viewer, author]) expect(client.eventsOf('message-held')).toEqual([]);
    expect(JSON.stringify(viewer.events())).not.toContain(text);
    expect((await room.history(null, 10)).messages.map((message) => message.text)).toEqual(['still here']);
  });

  it('has the same answer when it is sent again, also after an eviction', async () => {
    const { author, stub, ack, id, moderator, room } = await aHeldMessage();
    expect(await author.say('Maybe not', id)).toEqual(ack);
    await evictDurableObject(stub);
    expect(await author.say('Maybe not', id)).toEqual(ack);
    const overHttp = await room.say(aUser({}, author.viewer.id), { clientId: id, text: 'Maybe not' });
    expect(overHttp).toMatchObject({ ok: true, message: { seq: null, held: 'blocked-words' } });
    expect(moderator.eventsOf('message-held')).toHaveLength(1);
  });

  it('is an ordinary message for all, in order, once it is let through', async () => {
    const { author, viewer, moderator, messageId, id, room, stub } = await aHeldMessage();
    await moderator.say('before');
    await evictDurableObject(stub);
    expect(await moderator.ask({ type: 'resolve-held', messageId, action: 'allow' })).toMatchObject({ type: 'ack' });
    const before = await viewer.next('new-message', ({ text }) => text === 'before');
    const shown = await viewer.next('new-message', (event) => event.id === messageId);
    expect(shown).toMatchObject({ text: 'Maybe not', seq: before.seq + 1, deleted: false });
    expect(shown.held).toBeUndefined();
    const own = await author.next('new-message', (event) => event.id === messageId);
    expect(own).toEqual({ ...shown, clientId: id });
    expect(await moderator.next('held-resolved')).toMatchObject({
      messageId,
      action: 'allow',
      by: moderator.viewer.id,
    });
    expect(await author.say('Maybe not', id)).toEqual({ type: 'ack', id, messageId, seq: shown.seq });
    expect((await room.history(null, 1)).messages).toMatchObject([{ id: messageId, seq: shown.seq }]);
    expect(author.eventsOf('held-resolved')).toEqual([]);
  });

  it('is erased and never seen once it is dropped, and all sockets of its author hear of it', async () => {
    const { roomId, author, viewer, moderator, messageId, id, room, ack } = await aHeldMessage();
    const other = await joinRoom(roomId, aUser({}, author.viewer.id));
    await other.welcome();
    await moderator.ask({ type: 'resolve-held', messageId, action: 'drop' });
    for (const client of [author, other])
      expect(await client.next('message-dropped')).toEqual({
        type: 'message-dropped',
        streamId: roomId,
        messageId,
        id,
      });
    expect(await moderator.next('held-resolved')).toMatchObject({ messageId, action: 'drop' });
    expect(await author.say('Maybe not', id)).toEqual(ack);
    await eventually(() => expect(author.eventsOf('message-dropped')).toHaveLength(2));
    expect((await room.history(null, 10)).messages).toEqual([]);
    for (const type of ['message-dropped', 'held-resolved']) expect(viewer.eventsOf(type)).toEqual([]);
    expect(await inStorage(roomId, `SELECT 1 FROM pending WHERE body LIKE '%Maybe not%'`)).toEqual([]);
    expect(await author.say('Maybe not')).toMatchObject({ type: 'ack', held: 'blocked-words' });
  });

  it('is decided once: the same decision again is accepted, another one hears what was decided', async () => {
    const { moderator, messageId, room } = await aHeldMessage();
    const [one, other] = [moderator.viewer.id, newId()];
    const answers = await Promise.all([
      room.resolveHeld(messageId, 'allow', one),
      room.resolveHeld(messageId, 'drop', other),
      room.resolveHeld(messageId, 'allow', other),
    ]);
    expect(answers).toMatchObject([
      { ok: true, action: 'allow', by: one, seq: expect.any(Number) },
      { ok: false, code: 'HELD_DECIDED', decided: { action: 'allow', by: one } },
      { ok: true, action: 'allow', by: one },
    ]);
    expect(await moderator.ask({ type: 'resolve-held', messageId, action: 'drop' })).toMatchObject({
      type: 'error',
      code: 'HELD_DECIDED',
      decided: { action: 'allow', by: one },
    });
    expect(moderator.eventsOf('new-message')).toHaveLength(1);
  });

  it('is decided by moderators alone', async () => {
    const { roomId, author, viewer, messageId, moderator, room } = await aHeldMessage();
    const subscriber = await joinRoom(roomId, aUser({ subscriber: true, follower: true }));
    const staff = await joinRoom(roomId, aUser({ rank: 'support' }));
    for (const client of [author, viewer, subscriber, staff])
      expect(await client.ask({ type: 'resolve-held', messageId, action: 'allow' })).toMatchObject({
        type: 'error',
        code: 'NOT_ALLOWED',
      });
    for (const frame of [
      { messageId: newId(), action: 'allow' },
      { messageId: author.viewer.id, action: 'drop' },
    ])
      expect(await moderator.ask({ type: 'resolve-held', ...frame })).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    expect(await moderator.ask({ type: 'resolve-held', messageId, action: 'hide' })).toMatchObject({
      code: 'FRAME_INVALID',
    });
    expect(await room.heldMessages(null, 10)).toMatchObject([
      { id: messageId, reason: 'blocked-words', releaseAt: null },
    ]);
  });

  it('is shown to a moderator who enters, and to nobody else', async () => {
    const { roomId, stub, held } = await aHeldMessage();
    await evictDurableObject(stub);
    for (const standing of [{ creator: true }, { moderator: true }, { rank: 'admin_l1' as const, decides: true }]) {
      const newcomer = await joinRoom(roomId, aUser(standing));
      expect(await newcomer.next('message-held')).toEqual(held);
    }
    for (const viewer of [aUser({ rank: 'support' }), aUser({ subscriber: true }), aGuest()]) {
      const newcomer = await joinRoom(roomId, viewer);
      await newcomer.welcome();
      expect(newcomer.events()).toHaveLength(1);
    }
  });

  it.each([
    ['timeout', 'withdraw'],
    ['kick', 'withdraw'],
    ['ban', 'withdraw'],
    ['forget-user', 'withdraw'],
    ['delete', 'delete'],
    ['end', 'end'],
  ])('ends with a %s', async (cause, action) => {
    const { roomId, room, change, author, moderator, messageId } = await aHeldMessage();
    const by = newId();
    const userId = author.viewer.id;
    if (cause === 'timeout') await room.moderate(by, { action: cause, userId, seconds: 60, reason: null });
    else if (cause === 'kick') await room.moderate(by, { action: cause, userId, reason: null });
    else if (cause === 'ban') await room.apply(newId(), { type: cause, userId, reason: null, by });
    else if (cause === 'forget-user') await room.apply(newId(), { type: cause, userId });
    else if (cause === 'delete') await room.deleteMessage(messageId, userId, false);
    else await change({ status: 'ended', endedAt: Date.now() });
    expect(await moderator.next('held-resolved')).toMatchObject({ messageId, action });
    expect(await room.resolveHeld(messageId, 'allow', by)).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    expect(await room.heldMessages(null, 10)).toEqual([]);
    expect(await inStorage(roomId, `SELECT 1 FROM pending WHERE body LIKE '%Maybe not%'`)).toEqual([]);
    if (cause === 'end') expect(await author.next('message-dropped')).toMatchObject({ messageId });
    expect(moderator.eventsOf('new-message')).toEqual([]);
  });

  it('counts for slow mode and as the one that another repeats', async () => {
    const { author, change, setup } = await aHeldMessage({}, 'maybe, maybe');
    expect(await author.say('Maybe, MAYBE')).toMatchObject({ code: 'DUPLICATE_MESSAGE' });
    await change({ policy: { ...setup.policy, slowModeSeconds: 60 } });
    expect(await author.say('something else')).toMatchObject({ code: 'SLOW_MODE' });
  });

  it('is refused while too many of its author wait', async () => {
    const tick = stopClock();
    const { roomId, room } = await openRoom({ policy: strict });
    const author = await joinRoom(roomId);
    for (let count = 0; count < HELD_OF_USER_MAX; count += 1) {
      expect(await author.say(`maybe ${count}`)).toMatchObject({ type: 'ack' });
      tick(2_000);
    }
    expect(await author.say('maybe more')).toMatchObject({ type: 'error', code: 'TOO_MANY_HELD' });
    expect(await author.say('something else')).toMatchObject({ type: 'ack', seq: expect.any(Number) });
    const [oldest] = await room.heldMessages(null, 1);
    await room.resolveHeld(oldest?.id ?? '', 'drop', newId());
    expect(await author.say('maybe more')).toMatchObject({ type: 'ack', held: 'blocked-words' });
  });

  it('is refused while too many wait in the room, also when they come at once', async () => {
    const { room } = await openRoom({ policy: strict });
    const answers = await Promise.all(
      Array.from({ length: HELD_MAX + 5 }, () => room.say(aUser(), { clientId: newId(), text: 'maybe' })),
    );
    const refused = answers.filter((answer) => !answer.ok);
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({ code: 'TOO_MANY_HELD' });
    const pages = [await room.heldMessages(null, 100)];
    for (let last = pages[0]?.at(-1); last; last = pages.at(-1)?.at(-1)) {
      pages.push(await room.heldMessages(last, 100));
      if (pages.at(-1)?.length === 0) break;
    }
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(HELD_MAX);
  });

  it('has the name that its author has now, and counts in no figure', async () => {
    const { roomId, room } = await openRoom({ policy: strict });
    const { userId, username } = await asUser();
    await room.say(aUser({}, userId), { clientId: newId(), text: 'maybe' });
    await room.apply(newId(), { type: 'rename-user', userId, from: 'Somebody' });
    expect(await room.heldMessages(null, 10)).toMatchObject([{ userId, username }]);
    expect((await room.figures()).messages).toBe(0);
    const newcomer = await joinRoom(roomId, aUser({ creator: true }));
    expect(await newcomer.next('message-held')).toMatchObject({ username });
  });

  it('is decided by staff over the socket within their reach, which is logged once', async () => {
    const { roomId, room } = await openRoom({ policy: strict });
    const [here, elsewhere] = [await asUser({ country: 'DE' }), await asUser({ country: 'FR' })];
    for (const { userId } of [here, elsewhere]) await room.say(aUser({}, userId), { clientId: newId(), text: 'maybe' });
    const [one, other] = await room.heldMessages(null, 10);
    const staff = await asStaff('country_admin', { country: 'DE' });
    const client = await joinRoom(roomId, aUser({ rank: 'country_admin', decides: true }, staff.userId));
    const ask = (messageId = '') => client.ask({ type: 'resolve-held', messageId, action: 'drop' });
    expect(await ask(one?.id)).toMatchObject({ type: 'ack' });
    expect(await ask(one?.id)).toMatchObject({ type: 'ack' });
    expect(await ask(other?.id)).toMatchObject({ code: 'NOT_ALLOWED' });
    const logged = await testContext().db.select().from(staffLog).where(eq(staffLog.staffId, staff.userId));
    expect(logged).toMatchObject([{ action: 'held-message.drop', targetId: one?.id, subjectId: here.userId }]);
    const former = await joinRoom(roomId, aUser({ rank: 'admin_l1', decides: true }, here.userId));
    expect(await former.ask({ type: 'resolve-held', messageId: other?.id, action: 'drop' })).toMatchObject({
      code: 'NOT_ALLOWED',
    });
  });
});

describe('a message of a delayed chat', () => {
  const policy = { chatDelaySeconds: 30 };

  it('is shown to moderators with its time, who let it through early', async () => {
    const tick = stopClock();
    const { stub, viewer, moderator, held, messageId, ack } = await aHeldMessage(policy, 'hello');
    expect(ack).toMatchObject({ held: 'delay' });
    expect(held).toMatchObject({ reason: 'delay', releaseAt: new Date(Date.now() + 30_000).toISOString() });
    await moderator.ask({ type: 'resolve-held', messageId, action: 'allow' });
    await viewer.next('new-message', ({ id }) => id === messageId);
    tick(40_000);
    await runDurableObjectAlarm(stub);
    expect(viewer.eventsOf('new-message')).toHaveLength(1);
  });

  it('is never shown once it is dropped', async () => {
    const tick = stopClock();
    const { stub, viewer, author, moderator, messageId, room } = await aHeldMessage(policy, 'hello');
    await moderator.ask({ type: 'resolve-held', messageId, action: 'drop' });
    await author.next('message-dropped');
    tick(40_000);
    await runDurableObjectAlarm(stub);
    expect((await room.history(null, 10)).messages).toEqual([]);
    expect(viewer.eventsOf('new-message')).toEqual([]);
  });

  it('is resolved for moderators when its time has come, and there is nothing to decide then', async () => {
    const tick = stopClock();
    const { stub, moderator, messageId, author } = await aHeldMessage(policy, 'hello');
    tick(31_000);
    await runDurableObjectAlarm(stub);
    expect(await moderator.next('held-resolved')).toMatchObject({ messageId, action: 'allow', by: null });
    expect(await moderator.ask({ type: 'resolve-held', messageId, action: 'drop' })).toMatchObject({
      code: 'MESSAGE_NOT_FOUND',
    });
    expect(author.eventsOf('held-resolved')).toEqual([]);
  });

  it('still comes out after the end of the stream, unlike one that waits for a moderator', async () => {
    const tick = stopClock();
    const { stub, author, room, change } = await aHeldMessage(policy, 'hello');
    await author.say('maybe');
    await change({ status: 'ended', endedAt: Date.now() });
    tick(31_000);
    await runDurableObjectAlarm(stub);
    expect((await room.history(null, 10)).messages).toMatchObject([{ text: 'hello' }]);
  });
});

describe('first messages', () => {
  it('wait until one of them was shown', async () => {
    const { roomId, author, moderator, messageId, stub } = await aHeldMessage({ holdFirstMessages: true }, 'hello');
    expect(await author.say('anybody there?')).toMatchObject({ held: 'first-message' });
    await moderator.ask({ type: 'resolve-held', messageId, action: 'allow' });
    await evictDurableObject(stub);
    expect(await author.say('thank you')).toMatchObject({ seq: expect.any(Number) });
    const regular = await joinRoom(roomId, aUser({ hasWritten: true }));
    expect(await regular.say('hi')).toMatchObject({ seq: expect.any(Number) });
  });
});

it('a room of the previous version keeps what waits in it', async () => {
  const tick = stopClock();
  const { roomId, stub, room } = await openRoom({ policy: { ...openPolicy, chatDelaySeconds: 5 } });
  const author = await joinRoom(roomId);
  await author.say('from before');
  await author.say('deleted before');
  const [, deleted] = await room.heldMessages(null, 10);
  await room.deleteMessage(deleted?.id ?? '', author.viewer.id, false);
  const version = SCHEMA.findIndex((step) => step.includes('CREATE TABLE held_decisions'));
  const later = SCHEMA.slice(version).flatMap((step) =>
    [...step.matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => name),
  );
  await inStorage(
    roomId,
    `DROP INDEX pending_waiting; ALTER TABLE pending DROP COLUMN reason; ALTER TABLE moderation DROP COLUMN mentions;
     ${later.map((name) => `DROP TABLE ${name};`).join(' ')}
     UPDATE meta SET value = '${version}' WHERE key = 'schema'`,
  );
  await evictDurableObject(stub);
  expect(await room.heldMessages(null, 10)).toMatchObject([{ text: 'from before', reason: 'delay' }]);
  tick(6_000);
  await runDurableObjectAlarm(stub);
  expect(await author.next('new-message')).toMatchObject({ text: 'from before' });
});

describe("a gift's text", () => {
  it('that would wait for a moderator is refused before it is paid; a first one is shown', async () => {
    const { room } = await openRoom({ policy: { ...strict, holdFirstMessages: true } });
    const sender = aUser();
    expect(await room.approveWords(sender, 'one', 'maybe')).toMatchObject({ code: 'BLOCKED_WORDS' });
    expect(await room.approveWords(sender, 'two', 'example.com')).toMatchObject({ code: 'LINKS_NOT_ALLOWED' });
    expect(await room.approveWords(sender, 'three', 'for you')).toMatchObject({ ok: true, text: 'for you' });
    await room.apply(newId(), { type: 'event', event: aGift(sender, aUser(), 'for you') });
  });
});

it('a pass of staff who do not moderate shows nothing that waits', async () => {
  const { roomId } = await aHeldMessage();
  const viewer = aUser({ rank: 'admin_l3', decides: false });
  const client = await joinRoom(roomId, viewer, { pass: passFor(roomId, viewer) });
  await client.welcome();
  expect(client.eventsOf('message-held')).toEqual([]);
});
