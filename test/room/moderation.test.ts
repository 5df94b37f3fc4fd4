import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import {
  aGift,
  aGuest,
  aUser,
  inStorage,
  joinRoom,
  openPolicy,
  openRoom,
  passFor,
  roomOf,
  startClock,
  stopClock,
} from '#test/support/rooms';
import { aStream } from '#test/support/streams';
import { asCreator, asUser } from '#test/support/users';
import { follows } from '@/domains/people/social/tables';
import { firstIdAt, newId } from '@/shared/ids';

afterEach(startClock);

describe('a ban', () => {
  it("closes the user's sockets, refuses their passes and words, until it is lifted", async () => {
    const { roomId, room, stub } = await openRoom();
    const user = aUser();
    const [one, other] = [await joinRoom(roomId, user), await joinRoom(roomId, user)];
    const witness = await joinRoom(roomId, aGuest());
    const resume = await one.resumePass();
    await room.apply(newId(), { type: 'ban', userId: user.id, reason: null, by: newId() });
    expect(await one.closed()).toEqual({ code: 4403, reason: 'BANNED' });
    expect(await other.closed()).toMatchObject({ code: 4403 });
    expect(await one.next('user-banned')).toMatchObject({ userId: user.id });
    expect(await witness.next('user-banned')).toMatchObject({ userId: user.id, seq: 2 });
    await evictDurableObject(stub);
    expect(await (await joinRoom(roomId, user)).closed()).toMatchObject({ code: 4403 });
    expect(await (await joinRoom(roomId, user, { pass: resume })).closed()).toMatchObject({ code: 4403 });
    expect(await room.say(user, { clientId: newId(), text: 'let me in' })).toMatchObject({ ok: false, code: 'BANNED' });
    await room.apply(newId(), { type: 'unban', userId: user.id });
    await (await joinRoom(roomId, user)).welcome();
    expect(await room.say(user, { clientId: newId(), text: 'thank you' })).toMatchObject({ ok: true });
  });

  it('takes the texts away for all but moderators, in one event, and also once it is lifted', async () => {
    const { roomId, room, stub } = await openRoom();
    const [user, other] = [aUser(), aUser()];
    for (const text of ['one', 'two']) await room.say(user, { clientId: newId(), text });
    await room.say(other, { clientId: newId(), text: 'stays' });
    await room.apply(newId(), { type: 'event', event: aGift(user, other, 'with love') });
    const witness = await joinRoom(roomId, aGuest());
    const buffered = room.say(user, { clientId: newId(), text: 'three' });
    const ban = { type: 'ban', userId: user.id, reason: 'threats', by: newId() } as const;
    await room.apply(newId(), ban);
    await buffered;
    await room.apply(newId(), ban);
    expect(await witness.next('user-banned')).toEqual({
      type: 'user-banned',
      seq: expect.any(Number),
      userId: user.id,
      messagesDeleted: true,
    });
    await room.apply(newId(), { type: 'unban', userId: user.id });
    expect(await witness.next('sanction-ended')).toMatchObject({
      userId: user.id,
      kind: 'ban',
      seq: expect.any(Number),
    });
    expect(witness.eventsOf('user-banned')).toHaveLength(1);
    await room.say(user, { clientId: newId(), text: 'back again' });
    await evictDurableObject(stub);

    const seen = (messages: readonly { text: string; deleted: boolean }[]) =>
      messages.map(({ text, deleted }) => (deleted ? `[${text}]` : text)).sort();
    const expected = ['[]', '[]', '[]', 'back again', 'stays'];
    const late = await joinRoom(roomId, aGuest(), { since: 0 });
    await late.next('new-message', ({ text }) => text === 'back again');
    expect(seen((await late.welcome()).messages)).toEqual(expected);
    expect(seen(late.eventsOf('new-message') as never[])).toEqual(expected);
    expect(late.eventsOf('gift-sent')).toMatchObject([{ message: null, coins: 10 }]);
    expect(seen((await room.history(null, 10)).messages)).toEqual(expected);
    expect((await room.newestMessagesOf([user.id, newId()], 3)).map(({ text }) => text)).toEqual([
      'back again',
      'three',
      'two',
    ]);
  });

  it('can leave the texts, until another takes them away', async () => {
    const { roomId, room } = await openRoom();
    const user = aUser();
    await room.say(user, { clientId: newId(), text: 'stays' });
    const witness = await joinRoom(roomId, aGuest());
    const ban = { type: 'ban', userId: user.id, reason: null, by: newId() } as const;
    await room.apply(newId(), { ...ban, deleteMessages: false });
    await room.apply(newId(), { ...ban, deleteMessages: false });
    expect((await room.history(null, 10)).messages).toMatchObject([{ text: 'stays' }]);
    await room.apply(newId(), ban);
    expect((await room.history(null, 10)).messages).toMatchObject([{ text: '', deleted: true }]);
    await witness.next('user-banned', ({ messagesDeleted }) => messagesDeleted);
    expect(witness.eventsOf('user-banned').map(({ messagesDeleted }) => messagesDeleted)).toEqual([false, true]);
  });

  it('tells its reason to the user alone: in the event, in refusals and at the door', async () => {
    const { roomId, room } = await openRoom();
    const user = aUser();
    const [own, witness] = [await joinRoom(roomId, user), await joinRoom(roomId, aGuest())];
    await room.apply(newId(), { type: 'ban', userId: user.id, reason: 'threats', by: newId() });
    expect(await own.next('user-banned')).toMatchObject({ reason: 'threats', seq: 2 });
    await own.closed();
    expect(own.eventsOf('user-banned')).toHaveLength(1);
    expect(await witness.next('user-banned')).not.toHaveProperty('reason');
    expect(await room.say(user, { clientId: newId(), text: 'why?' })).toMatchObject({
      code: 'BANNED',
      reason: 'threats',
    });
    const again = await joinRoom(roomId, user);
    expect(await again.closed()).toEqual({ code: 4403, reason: 'BANNED' });
    expect(again.events()).toMatchObject([{ type: 'error', code: 'BANNED', reason: 'threats' }]);
    expect((await (await joinRoom(roomId, aGuest(), { since: 1 })).next('user-banned')).reason).toBeUndefined();
  });

  it('that arrives after its own lifting bans nobody, but takes away what was said before it', async () => {
    const tick = stopClock();
    const { roomId, room } = await openRoom();
    const user = aUser();
    await room.say(user, { clientId: newId(), text: 'before' });
    tick(1_000);
    const [banned, lifted] = [firstIdAt(Date.now()), firstIdAt(Date.now() + 1)];
    await room.apply(lifted, { type: 'unban', userId: user.id });
    tick(1_000);
    await room.say(user, { clientId: newId(), text: 'after' });
    await room.apply(banned, { type: 'ban', userId: user.id, reason: null, by: newId() });
    const { messages } = await (await joinRoom(roomId, user)).welcome();
    expect(messages).toMatchObject([{ text: '', deleted: true }, { text: 'after' }]);
  });

  it('that arrives before the room is set up holds', async () => {
    const { setup, room, roomId } = await openRoom();
    const early = newId();
    const user = aUser();
    await roomOf(early).apply(newId(), { type: 'ban', userId: user.id, reason: null, by: newId() });
    await roomOf(early).apply(newId(), { type: 'setup', at: 1, setup: { ...setup, roomId: early } });
    expect(await (await joinRoom(early, user)).closed()).toMatchObject({ code: 4403 });
    await (await joinRoom(roomId, user)).welcome();
    expect(await room.viewers()).toMatchObject({ total: 1 });
  });
});

describe('a kick', () => {
  it('closes the sockets, voids every pass that was given before, and lets a new pass in', async () => {
    const { roomId, room } = await openRoom();
    const user = aUser();
    const client = await joinRoom(roomId, user);
    const resume = await client.resumePass();
    const unused = passFor(roomId, user);
    await room.moderate(newId(), { action: 'kick', userId: user.id, reason: null });
    expect(await client.closed()).toEqual({ code: 4403, reason: 'KICKED' });
    expect(await (await joinRoom(roomId, user, { pass: resume })).closed()).toMatchObject({ code: 4401 });
    expect(await (await joinRoom(roomId, user, { pass: unused })).closed()).toMatchObject({ code: 4401 });
    await (await joinRoom(roomId, user)).welcome();
  });
});

describe('a time-out', () => {
  it('keeps a user from writing for its time, is listed, and can be ended', async () => {
    const tick = stopClock();
    const { roomId, room, stub } = await openRoom();
    const client = await joinRoom(roomId);
    const by = newId();
    await room.moderate(by, { action: 'timeout', userId: client.viewer.id, seconds: 60, reason: 'spam' });
    const until = Date.now() + 60_000;
    expect(await client.next('user-timed-out')).toMatchObject({
      userId: client.viewer.id,
      until: new Date(until).toISOString(),
    });
    expect(await room.timeOuts()).toMatchObject([{ userId: client.viewer.id, until, reason: 'spam', by }]);
    await evictDurableObject(stub);
    expect(await client.say('one')).toMatchObject({ code: 'TIMED_OUT', retryAfterMs: 60_000 });
    await room.moderate(by, { action: 'end-timeout', userId: client.viewer.id });
    expect(await client.say('two')).toMatchObject({ type: 'ack' });
    await room.moderate(by, { action: 'timeout', userId: client.viewer.id, seconds: 60, reason: null });
    tick(60_000);
    expect(await client.say('three')).toMatchObject({ type: 'ack' });
    expect(await room.timeOuts()).toEqual([]);
  });
});

describe('the end of a time-out', () => {
  it('is announced when it runs out, several by one alarm, and when a moderator ends it', async () => {
    const tick = stopClock();
    const { roomId, room, stub } = await openRoom();
    const [one, other, third] = [aUser(), aUser(), aUser()];
    const witness = await joinRoom(roomId, aGuest());
    const by = newId();
    const timeOut = (userId: string, seconds: number) =>
      room.moderate(by, { action: 'timeout', userId, seconds, reason: null });
    await timeOut(one.id, 60);
    tick(300);
    await timeOut(other.id, 60);
    await timeOut(third.id, 600);
    tick(60_000);
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    await witness.next('sanction-ended', ({ userId }) => userId === other.id);
    expect(witness.eventsOf('sanction-ended')).toMatchObject([
      { userId: one.id, kind: 'timeout', seq: expect.any(Number) },
      { userId: other.id, kind: 'timeout' },
    ]);
    await room.moderate(by, { action: 'end-timeout', userId: third.id });
    await room.moderate(by, { action: 'end-timeout', userId: third.id });
    await room.moderate(by, { action: 'end-timeout', userId: newId() });
    await witness.next('sanction-ended', ({ userId }) => userId === third.id);
    tick(600_000);
    await runDurableObjectAlarm(stub);
    expect(await inStorage(roomId, `SELECT 1 FROM events WHERE body LIKE '%sanction-ended%'`)).toHaveLength(3);
  });

  it('is not announced before the longer one that took its place has run out', async () => {
    const tick = stopClock();
    const { roomId, room, stub } = await openRoom();
    const user = aUser();
    const witness = await joinRoom(roomId, aGuest());
    for (const seconds of [30, 60])
      await room.moderate(newId(), { action: 'timeout', userId: user.id, seconds, reason: null });
    tick(30_000);
    await runDurableObjectAlarm(stub);
    expect(await room.timeOuts()).toHaveLength(1);
    tick(30_000);
    await runDurableObjectAlarm(stub);
    await witness.next('sanction-ended');
    expect(witness.eventsOf('sanction-ended')).toHaveLength(1);
  });
});

describe('a time-out or a kick', () => {
  it('tells its reason to the user alone, and takes texts away if it is asked to', async () => {
    const { roomId, room } = await openRoom();
    const user = aUser();
    const [own, witness] = [await joinRoom(roomId, user), await joinRoom(roomId, aGuest())];
    await own.say('loud');
    const timeOut = { action: 'timeout', userId: user.id, seconds: 60, reason: 'caps' } as const;
    await room.moderate(newId(), timeOut);
    expect(await own.next('user-timed-out')).toMatchObject({ reason: 'caps', messagesDeleted: false });
    expect(await witness.next('user-timed-out')).not.toHaveProperty('reason');
    expect(await own.say('WHY')).toMatchObject({ code: 'TIMED_OUT', reason: 'caps' });
    expect((await room.history(null, 10)).messages).toMatchObject([{ text: 'loud' }]);
    await room.moderate(newId(), { ...timeOut, deleteMessages: true });
    await witness.next('user-timed-out', ({ messagesDeleted }) => messagesDeleted);
    expect((await room.history(null, 10)).messages).toMatchObject([{ text: '', deleted: true }]);
    await room.moderate(newId(), { action: 'kick', userId: user.id, reason: 'enough' });
    await own.closed();
    expect(own.eventsOf('user-kicked')).toEqual([{ type: 'user-kicked', userId: user.id, reason: 'enough' }]);
    expect(witness.eventsOf('user-kicked')).toEqual([]);
  });
});

describe('followers only', () => {
  const policy = { ...openPolicy, followersOnly: true };

  async function liveRoom() {
    const creator = await asCreator();
    const opened = await openRoom({ policy, creatorId: creator.userId });
    await aStream(creator, { id: opened.roomId });
    const ctx = testContext();
    const viewer = await asUser();
    const follow = () =>
      ctx.db.insert(follows).values({ followerId: viewer.userId, creatorId: creator.userId, createdAt: ctx.now() });
    return { ...opened, viewer, follow };
  }

  it('rereads before it refuses, at most every ten seconds a user', async () => {
    const tick = stopClock();
    const { roomId, viewer, follow } = await liveRoom();
    const client = await joinRoom(roomId, aUser({ readAt: Date.now() - 20_000 }, viewer.userId));
    expect(await client.say('not yet')).toMatchObject({ code: 'FOLLOWERS_ONLY' });
    await follow();
    tick(9_000);
    expect(await client.say('too soon')).toMatchObject({ code: 'FOLLOWERS_ONLY' });
    tick(1_000);
    expect(await client.say('now')).toMatchObject({ type: 'ack' });
  });

  it('trusts what it remembers for a minute and not longer', async () => {
    const tick = stopClock();
    const { roomId, viewer } = await liveRoom();
    const client = await joinRoom(roomId, aUser({ follower: true }, viewer.userId));
    tick(59_000);
    expect(await client.say('remembered')).toMatchObject({ type: 'ack' });
    tick(1_000);
    expect(await client.say('reread')).toMatchObject({ code: 'FOLLOWERS_ONLY' });
  });

  it('learns at once of a standing that changed, and closes the sockets of who may not be here', async () => {
    const { roomId, room, viewer, follow } = await liveRoom();
    const client = await joinRoom(roomId, aUser({}, viewer.userId));
    const gone = await joinRoom(roomId, aUser({ follower: true }));
    await follow();
    await room.apply(newId(), { type: 'standing-changed', userId: viewer.userId });
    expect(await client.say('a follower now')).toMatchObject({ type: 'ack' });
    await room.apply(newId(), { type: 'standing-changed', userId: gone.viewer.id }); // has no account
    expect(await gone.closed()).toMatchObject({ code: 4403 });
  });
});
