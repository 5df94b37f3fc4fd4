/** What a pass says of its user, and how old that may be. */
import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aUser, joinRoom, openRoom, passFor, startClock, stopClock } from '#test/support/rooms';
import { aStream } from '#test/support/streams';
import { asCreator, asUser } from '#test/support/users';
import type { RoomSetup } from '@/contracts/room-command';
import { moderators } from '@/domains/live/channels/tables';
import { authSessions } from '@/domains/people/auth/tables';
import { follows } from '@/domains/people/social/tables';

const MINUTE_MS = 60_000;

afterEach(startClock);

async function aRoom(changes: Partial<RoomSetup> = {}) {
  const creator = await asCreator();
  // Not live: the count of one that is would wake the room, which then closes who fell silent while time was stopped.
  const opened = await openRoom({ creatorId: creator.userId, status: 'scheduled', startedAt: null, ...changes });
  await aStream(creator, { id: opened.roomId, visibility: changes.visibility ?? 'public' });
  const me = await asUser();
  const pass = (readAt = Date.now(), standing = {}) =>
    passFor(opened.roomId, aUser({ readAt, ...standing }, me.userId), me.sessionId);
  const enter = (given = pass()) => joinRoom(opened.roomId, given.viewer, { pass: given });
  const ctx = testContext();
  const endSession = () => ctx.db.update(authSessions).set({ endedAt: 1 }).where(eq(authSessions.id, me.sessionId));
  return { ...opened, creator, me, ctx, pass, enter, endSession };
}

describe('coming back', () => {
  it('rereads the session once it was last read more than 30 minutes ago, and renewing the pass does not reset that', async () => {
    const tick = stopClock();
    const { enter, endSession } = await aRoom();
    const seat = await enter();
    const first = await seat.resumePass();
    tick(20 * MINUTE_MS);
    const renewed = await seat.renewedPass();
    expect(renewed).toMatchObject({ sessionId: first.sessionId, viewer: { standing: { readAt: expect.any(Number) } } });
    await endSession(); // and no event came
    tick(10 * MINUTE_MS - 1);
    await (await enter(renewed)).welcome();
    const later = await seat.renewedPass();
    tick(2);
    expect(await (await enter(later)).closed()).toEqual({ code: 4401, reason: 'SESSION_ENDED' });
  });

  it('with a session that is active is given the time of the new read', async () => {
    const tick = stopClock();
    const { enter, pass } = await aRoom();
    const old = pass();
    tick(31 * MINUTE_MS);
    const seat = await enter(old);
    const { viewer } = await seat.resumePass();
    expect(viewer).toMatchObject({ kind: 'user', standing: { readAt: Date.now() } });
  });

  it('rereads the relation after five minutes where the room is not public', async () => {
    const tick = stopClock();
    const { enter, pass, me, creator, ctx } = await aRoom({ visibility: 'followers' });
    await ctx.db.insert(follows).values({ followerId: me.userId, creatorId: creator.userId, createdAt: 1 });
    const [first, second] = [pass(Date.now(), { follower: true }), pass(Date.now(), { follower: true })];
    await ctx.db.delete(follows).where(eq(follows.followerId, me.userId)); // and no event came
    tick(5 * MINUTE_MS);
    await (await enter(first)).welcome();
    tick(1);
    expect(await (await enter(second)).closed()).toEqual({ code: 4403, reason: 'FOLLOWERS_ONLY' });
  });

  it('reads once more before it refuses somebody at the door', async () => {
    const { enter, pass, me, creator, ctx } = await aRoom({ visibility: 'followers' });
    await ctx.db.insert(follows).values({ followerId: me.userId, creatorId: creator.userId, createdAt: 1 });
    await (await enter(pass(Date.now(), { follower: false }))).welcome();
  });

  it('by a pass of the version before, which names no session, is possible until something changes', async () => {
    const { enter, pass, roomId, room, me } = await aRoom();
    const { sessionId: _unknown, ...old } = pass();
    const seat = await enter(old);
    const resume = await seat.resumePass();
    expect(resume.sessionId).toBeUndefined();
    const again = await enter(resume);
    const last = await again.resumePass();
    await room.apply(crypto.randomUUID(), { type: 'standing-changed', userId: me.userId, sessionsEnded: true });
    expect(await again.closed()).toMatchObject({ code: 4401 });
    expect(await (await joinRoom(roomId, last.viewer, { pass: last })).closed()).toMatchObject({ code: 4401 });
  });
});

describe('a badge', () => {
  it('is reread when the relation is older than a minute, also after coming back', async () => {
    const tick = stopClock();
    const { enter, pass, roomId, me, creator, ctx } = await aRoom();
    await ctx.db.insert(moderators).values({ channelId: creator.channelId, userId: me.userId, createdAt: 1 });
    const seat = await enter(pass(Date.now(), { moderator: true }));
    const resume = await seat.resumePass();
    await seat.say('one');
    expect(await seat.next('new-message')).toMatchObject({ badges: ['moderator'] });
    tick(MINUTE_MS);
    await seat.say('still');
    expect(await seat.next('new-message', ({ text }) => text === 'still')).toMatchObject({ badges: ['moderator'] });
    await ctx.db.delete(moderators).where(eq(moderators.userId, me.userId)); // and no event came
    tick(MINUTE_MS);
    const back = await joinRoom(roomId, resume.viewer, { pass: resume });
    await back.say('two');
    expect(await back.next('new-message', ({ text }) => text === 'two')).toMatchObject({ badges: [] });
    await seat.say('three');
    expect(await seat.next('new-message', ({ text }) => text === 'three')).toMatchObject({ badges: [] });
  });
});
