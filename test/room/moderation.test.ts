import { evictDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import {
  aGuest,
  aUser,
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
import { follows } from '@/domains/social/tables';
import { newId } from '@/shared/ids';

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
    expect(await room.say(user, newId(), 'let me in')).toMatchObject({ ok: false, code: 'BANNED' });
    await room.apply(newId(), { type: 'unban', userId: user.id });
    await (await joinRoom(roomId, user)).welcome();
    expect(await room.say(user, newId(), 'thank you')).toMatchObject({ ok: true });
  });

  it('that arrives after its own lifting changes nothing', async () => {
    const { roomId, room } = await openRoom();
    const user = aUser();
    const [banned, lifted] = [newId(), newId()];
    await room.apply(lifted, { type: 'unban', userId: user.id });
    await room.apply(banned, { type: 'ban', userId: user.id, reason: null, by: newId() });
    await (await joinRoom(roomId, user)).welcome();
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
